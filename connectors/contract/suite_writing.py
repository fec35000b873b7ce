"""Writing: one outcome for each contact, nothing made and nobody subscribed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from contactable.connectors.contract.crm import Crm
from contactable.connectors.contract.playing import NOBODY, SCHEMA, needs, people, results, write_text
from contactable.connectors.protocol import Change, Result


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


def test_what_a_change_does_not_name_stays_as_it_was(crm: Crm) -> None:
    (id,) = people(crm, 1)
    connector, name = crm.connect(), SCHEMA[0].name
    list(connector.ensure_properties(SCHEMA))
    write_text(connector, crm, [id], "before")

    list(connector.write([Change(id, {name: "new"})]))

    assert (crm.values(id)[crm.text], crm.values(id)[name]) == ("before", "new")
    assert crm.values(id)[crm.email] == "person0@example.org"


def test_two_threads_may_write_with_one_connector(crm: Crm) -> None:
    ids = people(crm, 60)
    connector = crm.connect()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda part: write_text(connector, crm, part), (ids[:30], ids[30:])))

    assert [results(each) for each in outcomes] == [{Result.WRITTEN}] * 2
    assert {crm.values(id)[crm.text] for id in ids} == {"seen"}


__all__ = [name for name in dir() if name.startswith("test_")]
