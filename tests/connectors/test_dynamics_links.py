"""What the contract cannot know of Dynamics: delta links that end, pages beneath them, writing all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from contactable.connectors.contract.playing import SCHEMA
from contactable.connectors.dynamics import Dynamics, connect
from contactable.connectors.protocol import Change, Result
from contactable.errors import SettingsError
from contactable.sandbox.dynamics import MANNER, enlist
from contactable.sandbox.front import SmallCrm

CHOICE, SEVERAL = SCHEMA[1], SCHEMA[2]


@pytest.fixture
def crm() -> Iterator[SmallCrm]:
    with SmallCrm(MANNER, limits={}) as crm:
        yield crm


@pytest.fixture
def connected(crm: SmallCrm) -> Iterator[Callable[..., Dynamics]]:
    made: list[Dynamics] = []

    def make(**settings: Any) -> Dynamics:
        given = {**crm.access, "requests_per_10_s": 10_000, "overlap": 2, **settings}
        made.append(connect("dynamics", given, lambda reference: reference.encode()))
        return made[-1]

    yield make
    for each in made:
        each.close()


def read(dynamics: Dynamics, cursor: Any = None, properties: Any = ()) -> tuple[dict[str, bool], Any]:
    """Whom a reading names, and whether they are gone; and its cursor."""
    seen: dict[str, bool] = {}
    for page in dynamics.iter_changed(cursor, properties):
        seen |= {each.id: each.gone for each in page.records}
        cursor = page.cursor
    return seen, cursor


def test_a_deletion_is_told_by_the_next_delta(crm: SmallCrm, connected: Any) -> None:
    ids = [each.id for each in crm.add([{"lastname": "A"}, {"lastname": "B"}], days_ago=9)]
    seen, cursor = read(connected())

    crm.contacts.delete(ids[0])

    assert seen == dict.fromkeys(ids, False)
    assert read(connected(), cursor)[0] == {ids[0]: True}


def test_who_changed_behind_us_while_we_read_is_asked_for_by_date(crm: SmallCrm, connected: Any) -> None:
    ids = [each.id for each in crm.add(({"lastname": f"P{n}"} for n in range(1_500)), days_ago=9)]
    seen: dict[str, str] = {}

    for number, page in enumerate(connected().iter_changed(None, ["description"])):
        seen |= {each.id: each.properties.get("description", "") for each in page.records}
        if number == 0:
            crm.contacts.change(ids[0], {"description": "changed"})
            cursor = page.cursor

    assert (seen[ids[0]], len(seen), bool(cursor["link"])) == ("changed", 1_500, True)


def test_a_delta_link_that_is_too_old_begins_anew(crm: SmallCrm, connected: Any) -> None:
    ids = [each.id for each in crm.add([{"lastname": "A"}, {"lastname": "B"}], days_ago=9)]
    _, cursor = read(connected())

    crm.own.oldest_link = crm.clock() + 1

    assert read(connected(), cursor)[0] == dict.fromkeys(ids, False)


def test_other_columns_want_another_delta_link(crm: SmallCrm, connected: Any) -> None:
    ids = [each.id for each in crm.add([{"lastname": "A"}], days_ago=9)]
    _, cursor = read(connected())

    assert read(connected(), cursor)[0] == {}
    assert read(connected(), cursor, ["lastname"])[0] == dict.fromkeys(ids, False)


def test_without_change_tracking_changes_are_asked_for_by_date(crm: SmallCrm, connected: Any) -> None:
    old, new = crm.add([{"lastname": "A"}, {"lastname": "B"}], days_ago=9)
    _, cursor = read(connected(change_tracking=False))

    crm.contacts.change(new.id, {"lastname": "C"})

    assert read(connected(change_tracking=False), cursor)[0] == {new.id: False}
    assert old.id != new.id


def test_where_one_contact_is_gone_its_neighbours_are_written_singly(crm: SmallCrm, connected: Any) -> None:
    ids = [each.id for each in crm.add({"lastname": f"P{n}"} for n in range(3))]
    crm.contacts.delete(ids[1])

    outcomes = {each.id: each.result for each in connected().write([Change(id, {"description": "x"}) for id in ids])}

    assert outcomes == {ids[0]: Result.WRITTEN, ids[1]: Result.GONE, ids[2]: Result.WRITTEN}
    assert (crm.journal.count("update_many"), crm.journal.count("update")) == (1, 3)
    assert len(crm.contacts.by_id) == 3


def test_hundreds_are_written_with_one_question_beside(crm: SmallCrm, connected: Any) -> None:
    ids = [each.id for each in crm.add({"lastname": f"P{n}"} for n in range(300))]
    dynamics = connected()

    for text in ("first", "second"):
        outcomes = list(dynamics.write([Change(id, {"description": text}) for id in ids]))
        assert {each.result for each in outcomes} == {Result.WRITTEN}

    asked = [crm.journal.count(each) for each in ("update_many", "contacts", "columns", "update")]
    assert asked == [6, 2, 1, 0]


def test_a_column_that_is_not_there_is_looked_for_once_a_writing(crm: SmallCrm, connected: Any) -> None:
    ids = [each.id for each in crm.add({"lastname": f"P{n}"} for n in range(5))]
    dynamics = connected()

    outcomes = [each.result for _ in range(2) for each in dynamics.write([Change(id, {"none": "x"}) for id in ids])]

    assert (set(outcomes), crm.journal.count("columns")) == ({Result.REFUSED}, 2)
    crm.own.columns["none"] = "StringType"
    assert [each.result for each in dynamics.write([Change(ids[0], {"none": "x"})])] == [Result.WRITTEN]


@pytest.mark.parametrize("name", ["donotbulkemail", "donotemail", "donotsendmm", "statecode"])
def test_what_dynamics_says_itself_is_never_written_as_a_property(crm: SmallCrm, connected: Any, name: str) -> None:
    (person,) = crm.add([{name: True}])

    (outcome,) = connected().write([Change(person.id, {name: "false"})])

    assert outcome.result is Result.REFUSED
    assert person.values[name] is True


def test_new_choices_of_several_get_numbers_of_their_own(crm: SmallCrm, connected: Any) -> None:
    dynamics = connected(prefix="abc")
    begun = type(SEVERAL)(SEVERAL.name, SEVERAL.shape, SEVERAL.options[:1])
    list(dynamics.ensure_properties([begun]))
    list(dynamics.ensure_properties([SEVERAL]))
    (person,) = crm.add([{"lastname": "A"}])

    list(dynamics.write([Change(person.id, {SEVERAL.name: "red;blue"})]))

    assert person.values[f"abc_{SEVERAL.name}"] == ["red", "blue"]
    assert len(set(crm.own.options[f"abc_{SEVERAL.name}"].values())) == 3


def test_the_members_of_a_list_come_page_by_page(crm: SmallCrm, connected: Any) -> None:
    ids = [each.id for each in crm.add({"lastname": f"P{n}"} for n in range(1_500))]
    enlist(crm, "Ne pas contacter", ids)

    ((name, size, members),) = [(each.name, each.size, [id for id, _ in each.members]) for each in connected().lists()]

    assert (name, size, members) == ("Ne pas contacter", 1_500, ids)
    assert crm.journal.count("members") == 2


def test_a_prefix_that_cannot_be_one_is_refused(connected: Any) -> None:
    with pytest.raises(SettingsError, match="prefix"):
        connected(prefix="Not a prefix")
