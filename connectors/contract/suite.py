"""The tests of the contract. Import them all into a test module beside a fixture ``crm``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from contactable.connectors.contract.crm import Crm, Trouble
from contactable.connectors.contract.reading import read_on
from contactable.connectors.protocol import Change, Connector, Level, Option, Outcome, Result
from contactable.errors import Refused, Unavailable

NOBODY = "999999999999"
WRONG_TOKEN = "wrong-0123456789abcdef"  # noqa: S105 - that is the point


@dataclass(frozen=True, slots=True)
class Wanted:
    """A property as the kit asks for it."""

    name: str
    shape: str
    options: tuple[Option, ...] = ()
    label: str = "Contract"
    description: str = "Made by a test."
    for_people: bool = False


COLOURS = (Option("red", "Rouge"), Option("green", "Vert"), Option("blue", "Bleu"))
SCHEMA = (
    Wanted("contactable_contract_text", "text"),
    Wanted("contactable_contract_choice", "choice", COLOURS),
    Wanted("contactable_contract_choices", "choices", COLOURS),
    Wanted("contactable_contract_date", "date"),
    Wanted("contactable_contract_moment", "datetime"),
)


def needs(crm: Crm, ability: str) -> None:
    """Skip, by name, what this CRM cannot do."""
    if ability in crm.cannot:
        pytest.skip(f"this CRM has no {ability.replace('_', ' ')}")


def people(crm: Crm, number: int, start: int = 0, days_ago: int = 0) -> list[str]:
    """Add that many people in one moment."""
    return crm.add(*({crm.email: f"person{n}@example.org"} for n in range(start, start + number)), days_ago=days_ago)


def write_text(connector: Connector, crm: Crm, ids: Sequence[str], text: str = "seen") -> dict[str, Outcome]:
    """Write one text on contacts; give the outcomes by id."""
    return {each.id: each for each in connector.write([Change(id, {crm.text: text}) for id in ids])}


def results(outcomes: dict[str, Outcome]) -> set[Result]:
    """The results that occur."""
    return {each.result for each in outcomes.values()}


def consents(crm: Crm, connector: Connector) -> Iterator[str]:
    """The ids that one turn of the consent feed gives."""
    for page in connector.iter_consent_changes(None, [crm.email]):
        yield from (record.id for record in page.records)


# Reading


def test_the_first_load_gives_every_contact_with_its_values(crm: Crm) -> None:
    ids = people(crm, 250, days_ago=9)

    seen = read_on(crm, crm.connect())

    assert seen.living == set(ids)
    assert seen.records[ids[7]].properties[crm.email] == "person7@example.org"


def test_an_empty_account_reads_to_its_end_and_leaves_a_cursor(crm: Crm) -> None:
    seen = read_on(crm, crm.connect())

    assert (seen.living, seen.gone) == (set(), set())
    assert seen.cursor


def test_a_later_reading_gives_what_changed_and_what_is_new(crm: Crm) -> None:
    ids = people(crm, 5)
    crm.settle()
    before = read_on(crm, crm.connect())

    crm.change(ids[2], {crm.text: "changed"})
    new = people(crm, 1, start=5)
    crm.settle()
    seen = read_on(crm, crm.connect(), before)

    assert seen.living >= {ids[2], *new}
    assert seen.records[ids[2]].properties[crm.text] == "changed"


def test_hundreds_that_changed_in_one_moment_are_all_found(crm: Crm) -> None:
    before = read_on(crm, crm.connect())

    ids = people(crm, 450)
    crm.settle()

    assert read_on(crm, crm.connect(), before).living == set(ids)


@pytest.mark.parametrize("pages", [1, 2, 3, 5])
def test_a_first_load_that_died_is_taken_up_where_it_stood(crm: Crm, pages: int) -> None:
    ids = people(crm, 620, days_ago=9)  # so old that only the load itself can give them
    begun = read_on(crm, crm.connect(), pages=pages)

    rest = read_on(crm, crm.connect(), begun)

    assert begun.living | rest.living == set(ids)


def test_a_later_reading_that_died_is_taken_up_where_it_stood(crm: Crm) -> None:
    before = read_on(crm, crm.connect())
    ids = people(crm, 450)
    crm.settle()
    begun = read_on(crm, crm.connect(), before, pages=1)

    rest = read_on(crm, crm.connect(), begun)

    assert begun.living | rest.living == set(ids)


def test_a_change_that_shows_late_is_found_the_next_time(crm: Crm) -> None:
    needs(crm, "lag")
    ids = people(crm, 30)
    crm.settle()
    seen = read_on(crm, crm.connect())
    crm.be_late()

    for id in ids:
        crm.change(id, {crm.text: "late"})
    early = read_on(crm, crm.connect(), seen)
    crm.settle()
    late = read_on(crm, crm.connect(), early)

    found = {**early.records, **late.records}
    assert {found[id].properties.get(crm.text) for id in ids} == {"late"}


def test_an_odd_contact_in_the_middle_stops_nobody_behind_it(crm: Crm) -> None:
    before = people(crm, 3)
    odd = crm.add({crm.text: "é" * 65_000}, {crm.text: 'a"b\\c\u2028\n;,'})
    after = people(crm, 3, start=3)
    crm.settle()

    seen = read_on(crm, crm.connect())

    assert seen.living == {*before, *odd, *after}
    assert len(seen.records[odd[0]].properties[crm.text]) == 65_000


def test_a_deleted_contact_comes_back_as_gone(crm: Crm) -> None:
    needs(crm, "deletion")
    ids = people(crm, 4)
    crm.settle()
    connector = crm.connect()

    crm.delete(ids[1])
    crm.settle()

    assert {record.id: record.gone for record in connector.read(ids, [crm.email])} == {id: id == ids[1] for id in ids}
    assert set(connector.iter_ids()) == {*ids} - {ids[1]}


def test_somebody_who_never_was_there_is_gone_too(crm: Crm) -> None:
    assert [(each.id, each.gone) for each in crm.connect().read([NOBODY], [crm.email])] == [(NOBODY, True)]


def test_what_is_left_of_a_merge_names_what_went_into_it(crm: Crm) -> None:
    needs(crm, "merge")
    first, second, other = people(crm, 3)
    crm.settle()
    before = read_on(crm, crm.connect())

    left = crm.merge(first, second)
    crm.settle()
    seen = read_on(crm, crm.connect(), before)

    assert {first, second} - {left} <= set(seen.records[left].merged_ids)
    assert other not in seen.gone


def test_the_old_id_of_a_merged_contact_reads_as_gone(crm: Crm) -> None:
    needs(crm, "merge")
    first, second = people(crm, 2)
    left = crm.merge(first, second)
    crm.settle()

    records = {each.id: each for each in crm.connect().read([first, second], [crm.email])}

    assert all(records[id].gone for id in {first, second} - {left})
    assert not records[left].gone


def test_all_ids_are_given_once_whatever_their_number(crm: Crm) -> None:
    ids = people(crm, 230)

    assert sorted(crm.connect().iter_ids()) == sorted(ids)


def test_an_opt_out_that_moves_no_date_is_found_by_the_consent_feed(crm: Crm) -> None:
    needs(crm, "native_opt_out")
    ids = people(crm, 20)
    crm.settle()
    connector = crm.connect()
    list(connector.iter_consent_changes(None, [crm.email]))

    crm.opt_out(ids[11])
    crm.settle()

    assert ids[11] in set(consents(crm, connector))


# Properties


def test_properties_are_made_once_and_then_left_alone(crm: Crm) -> None:
    connector = crm.connect()

    first, second = list(connector.ensure_properties(SCHEMA)), list(connector.ensure_properties(SCHEMA))

    assert sorted(first) == sorted(each.name for each in SCHEMA)
    assert second == []


def test_a_property_that_people_made_otherwise_is_refused_by_name(crm: Crm) -> None:
    needs(crm, "other_shape")
    crm.occupy(SCHEMA[3].name)

    with pytest.raises(Refused, match=SCHEMA[3].name):
        list(crm.connect().ensure_properties(SCHEMA))


def test_choices_of_a_new_version_are_added_to_the_old_ones(crm: Crm) -> None:
    needs(crm, "choices")
    connector, (id,) = crm.connect(), people(crm, 1)
    list(connector.ensure_properties([Wanted(SCHEMA[1].name, "choice", COLOURS[:2])]))

    list(connector.ensure_properties([SCHEMA[1]]))
    outcomes = list(connector.write([Change(id, {SCHEMA[1].name: "blue"})]))

    assert [each.result for each in outcomes] == [Result.WRITTEN]
    assert crm.values(id)[SCHEMA[1].name] == "blue"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("contactable_contract_text", "Motif : opposition — « non »"),
        ("contactable_contract_choice", "green"),
        ("contactable_contract_choices", "red;blue"),
        ("contactable_contract_date", "2027-02-28"),
        ("contactable_contract_moment", "2026-11-24T08:15:30.250Z"),
    ],
)
def test_a_value_is_read_back_as_it_was_written_and_can_be_cleared(crm: Crm, name: str, value: str) -> None:
    connector, (id,) = crm.connect(), people(crm, 1)
    list(connector.ensure_properties(SCHEMA))

    assert [each.result for each in connector.write([Change(id, {name: value})])] == [Result.WRITTEN]
    (written,) = connector.read([id], [name])
    list(connector.write([Change(id, {name: ""})]))
    (cleared,) = connector.read([id], [name])

    assert written.properties[name] == value
    assert not cleared.properties.get(name)


# Writing


def test_every_contact_written_has_one_outcome_whatever_their_number(crm: Crm) -> None:
    ids = people(crm, 330)

    outcomes = list(crm.connect().write([Change(id, {crm.text: "seen"}) for id in ids]))

    assert sorted(each.id for each in outcomes) == sorted(ids)
    assert {crm.values(id)[crm.text] for id in ids} == {"seen"}


def test_a_value_that_is_refused_does_not_stop_its_neighbours(crm: Crm) -> None:
    needs(crm, "choices")
    connector, ids, name = crm.connect(), people(crm, 9), SCHEMA[1].name
    list(connector.ensure_properties(SCHEMA))

    changes = [Change(id, {name: "purple" if n == 4 else "red"}) for n, id in enumerate(ids)]
    outcomes = {each.id: each.result for each in connector.write(changes)}

    assert outcomes == {id: Result.REFUSED if n == 4 else Result.WRITTEN for n, id in enumerate(ids)}


def test_a_contact_that_is_gone_is_told_and_not_made_anew(crm: Crm) -> None:
    ids = people(crm, 3)
    connector, number = crm.connect(), crm.count()

    outcomes = write_text(connector, crm, [ids[0], NOBODY, *ids[1:]])

    assert outcomes[NOBODY].result is Result.GONE
    assert {outcomes[id].result for id in ids} == {Result.WRITTEN}
    assert crm.count() == number


def test_a_contact_named_twice_is_written_once_with_the_later_values(crm: Crm) -> None:
    (id,) = people(crm, 1)

    outcomes = list(crm.connect().write([Change(id, {crm.text: "first"}), Change(id, {crm.text: "second"})]))

    assert [each.result for each in outcomes] == [Result.WRITTEN]
    assert crm.values(id)[crm.text] == "second"


def test_writing_under_an_old_id_of_a_merge_is_never_called_written(crm: Crm) -> None:
    needs(crm, "merge")
    first, second = people(crm, 2)
    left = crm.merge(first, second)
    crm.settle()
    old = first if left != first else second

    outcomes = write_text(crm.connect(), crm, [old])

    assert outcomes[old].result is Result.GONE
    assert outcomes[old].survivor in (left, "")


def test_writing_nothing_asks_nothing_and_gives_nothing(crm: Crm) -> None:
    assert list(crm.connect().write([])) == []


def test_a_native_opt_out_is_written_and_stays_however_often(crm: Crm) -> None:
    needs(crm, "opt_out")
    ids = people(crm, 3)
    connector = crm.connect()

    for _ in range(2):
        outcomes = list(connector.opt_out(ids[:2]))  # type: ignore[attr-defined]  # declared by the capabilities

    assert {each.id: each.result for each in outcomes} == dict.fromkeys(ids[:2], Result.WRITTEN)
    assert [crm.is_opted_out(id) for id in ids] == [True, True, False]


def test_nobody_is_subscribed_again_by_anything_we_write(crm: Crm) -> None:
    needs(crm, "native_opt_out")
    ids = people(crm, 2)
    crm.opt_out(ids[0])

    write_text(crm.connect(), crm, ids)

    assert crm.is_opted_out(ids[0])


# Trouble


@pytest.mark.parametrize("trouble", [each for each in Trouble if each is not Trouble.LOST])
def test_a_reading_survives_what_befalls_one_request(crm: Crm, trouble: Trouble) -> None:
    ids = people(crm, 120, days_ago=9)
    crm.trouble("read", trouble)

    assert read_on(crm, crm.connect()).living == set(ids)


@pytest.mark.parametrize("trouble", list(Trouble))
def test_a_writing_survives_what_befalls_one_request(crm: Crm, trouble: Trouble) -> None:
    ids = people(crm, 120)
    crm.trouble("write", trouble)

    outcomes = write_text(crm.connect(), crm, ids)

    assert results(outcomes) == {Result.WRITTEN}
    assert {crm.values(id)[crm.text] for id in ids} == {"seen"}


def test_a_limit_is_filled_without_being_exceeded(crm: Crm) -> None:
    ids = people(crm, crm.strangle(), days_ago=9)
    connector = crm.connect()

    seen = read_on(crm, connector)
    outcomes = write_text(connector, crm, ids)

    assert (seen.living, results(outcomes)) == (set(ids), {Result.WRITTEN})
    assert crm.refusals() == 0


def test_a_wrong_token_is_refused_and_not_repeated_in_the_message(crm: Crm) -> None:
    connector = crm.connect(token=WRONG_TOKEN)

    with pytest.raises(Refused) as caught:
        read_on(crm, connector)

    assert WRONG_TOKEN not in f"{caught.value} {caught.value.__cause__}"


def test_a_missing_scope_is_refused(crm: Crm) -> None:
    needs(crm, "scopes")
    ids = people(crm, 2)

    with pytest.raises(Refused):
        write_text(crm.connect(scopes=()), crm, ids)


def test_a_server_that_went_away_is_unavailable(crm: Crm) -> None:
    connector = crm.connect(patience=0.5)
    crm.stop()

    with pytest.raises(Unavailable):
        read_on(crm, connector)


def test_writing_to_a_server_that_went_away_is_for_later(crm: Crm) -> None:
    ids = people(crm, 3)
    connector = crm.connect(patience=0.5)
    crm.stop()

    assert results(write_text(connector, crm, ids)) == {Result.LATER}


def test_a_check_of_a_good_account_finds_no_error(crm: Crm) -> None:
    findings = list(crm.connect().check())

    assert findings
    assert Level.ERROR not in {each.level for each in findings}


def test_a_check_with_a_wrong_token_says_so_and_raises_nothing(crm: Crm) -> None:
    findings = list(crm.connect(token=WRONG_TOKEN).check())

    assert Level.ERROR in {each.level for each in findings}
    assert WRONG_TOKEN not in str(findings)


def test_no_error_of_a_write_repeats_an_address(crm: Crm) -> None:
    (id,) = people(crm, 1)

    outcomes = list(crm.connect().write([Change(id, {crm.email: "not an address, camille@@example.org"})]))

    assert "camille" not in str([each.why for each in outcomes])


def test_what_is_declared_is_there_and_what_is_there_is_declared(crm: Crm) -> None:
    connector = crm.connect()

    for ability in ("opt_out", "lists", "forms", "calls", "histories"):
        assert getattr(connector.capabilities, ability) is callable(getattr(connector, ability, None)), ability


__all__ = [name for name in dir() if name.startswith("test_")]
