"""Properties: made once, completed, and never overwritten; values come back as they were written."""

from __future__ import annotations

import pytest

from contactable.connectors.contract.crm import Crm
from contactable.connectors.contract.playing import COLOURS, SCHEMA, Wanted, needs, people
from contactable.connectors.protocol import Change, NamesProperties, Result
from contactable.errors import Refused


def test_properties_are_made_once_and_then_left_alone(crm: Crm) -> None:
    connector = crm.connect()

    first, second = list(connector.ensure_properties(SCHEMA)), list(connector.ensure_properties(SCHEMA))

    assert sorted(first) == sorted(each.name for each in SCHEMA)
    assert second == []


def test_what_was_made_is_told_among_the_properties(crm: Crm) -> None:
    connector = crm.connect()
    list(connector.ensure_properties(SCHEMA))

    if isinstance(connector, NamesProperties):
        names = connector.property_names()
        assert {each.name for each in SCHEMA} <= names
        assert {crm.email, crm.text, *crm.shows.values()} <= names
    else:
        pytest.skip("not on this CRM: telling which properties there are")


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


__all__ = [name for name in dir() if name.startswith("test_")]
