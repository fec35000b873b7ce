"""Reading: every contact, whatever happens to it and to us in the midst."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from contactable.connectors.contract.crm import Crm
from contactable.connectors.contract.playing import NOBODY, needs, people, several_pages
from contactable.connectors.contract.reading import read_on
from contactable.connectors.protocol import Change, ReadsSince, Writer


def test_the_first_load_gives_every_contact_with_its_values(crm: Crm) -> None:
    ids = people(crm, 250)
    crm.settle()

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


def test_what_changed_since_any_moment_can_be_read_again(crm: Crm) -> None:
    needs(crm, "past")
    people(crm, 3, days_ago=9)
    ids = people(crm, 2, start=3)
    crm.settle()
    connector = crm.connect()
    if not isinstance(connector, ReadsSince):
        pytest.skip("not on this CRM: what changed since any moment")

    cursor = connector.cursor_at(datetime.now(UTC) - timedelta(days=5))

    assert {record.id for page in connector.iter_changed(cursor, ()) for record in page.records} == set(ids)


def test_hundreds_that_changed_in_one_moment_are_all_found(crm: Crm) -> None:
    before = read_on(crm, crm.connect())

    ids = people(crm, 450)
    crm.settle()

    assert read_on(crm, crm.connect(), before).living == set(ids)


@pytest.mark.parametrize("pages", [1, 2, 3, 5])
def test_a_first_load_that_died_is_taken_up_where_it_stood(crm: Crm, pages: int) -> None:
    needs(crm, "past")
    ids = people(crm, several_pages(crm), days_ago=9)  # so old that only the load itself can give them
    begun = read_on(crm, crm.connect(), pages=pages)

    rest = read_on(crm, crm.connect(), begun)

    assert begun.living | rest.living == set(ids)


def test_a_later_reading_that_died_is_taken_up_where_it_stood(crm: Crm) -> None:
    before = read_on(crm, crm.connect())
    ids = people(crm, several_pages(crm))
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


def test_what_is_left_of_two_merges_in_a_row_names_all_that_went_into_it(crm: Crm) -> None:
    needs(crm, "merge")
    first, second, third = people(crm, 3)
    crm.settle()
    before = read_on(crm, crm.connect())

    left = crm.merge(third, crm.merge(first, second))
    crm.settle()
    seen = read_on(crm, crm.connect(), before)

    assert {first, second, third} - {left} <= set(seen.records[left].merged_ids)


def test_the_old_id_of_a_merged_contact_reads_as_gone(crm: Crm) -> None:
    needs(crm, "merge")
    first, second = people(crm, 2)
    left = crm.merge(first, second)
    crm.settle()

    records = {each.id: each for each in crm.connect().read([first, second], [crm.email])}

    assert all(records[id].gone for id in {first, second} - {left})
    assert not records[left].gone


def test_reading_the_old_id_of_a_merged_contact_tells_what_is_left(crm: Crm) -> None:
    needs(crm, "merge")
    first, second = people(crm, 2)
    left = crm.merge(first, second)
    crm.settle()
    old = first if left != first else second

    records = {each.id: each for each in crm.connect().read([old], [crm.email])}

    assert records[old].gone
    assert old in records[left].merged_ids


def test_all_ids_are_given_once_whatever_their_number(crm: Crm) -> None:
    ids = people(crm, 230)

    assert sorted(crm.connect().iter_ids()) == sorted(ids)


def test_the_members_of_a_list_are_told(crm: Crm) -> None:
    needs(crm, "lists")
    ids = people(crm, 5)
    crm.enlist("Ne pas contacter", ids[1:4])
    crm.settle()

    found = {each.name: {id for id, _ in each.members} for each in crm.connect().lists()}  # type: ignore[attr-defined]

    assert found["Ne pas contacter"] == set(ids[1:4])


def test_who_wrote_a_property_is_told_where_it_is_declared(crm: Crm) -> None:
    needs(crm, "histories")
    ids = people(crm, 2)
    connector = crm.connect()
    crm.change(ids[0], {crm.text: "a person"})
    list(connector.write([Change(ids[1], {crm.text: "we"})]))
    crm.settle()

    writes = list(connector.histories(ids, [crm.text]))  # type: ignore[attr-defined]  # declared by the capabilities

    assert {(each.record_id, each.value): each.by for each in writes} == {
        (ids[0], "a person"): Writer.PERSON,
        (ids[1], "we"): Writer.OURSELVES,
    }


__all__ = [name for name in dir() if name.startswith("test_")]
