"""Who is in a list: what came and what left since the last look."""

from __future__ import annotations

from datetime import UTC, datetime

from contactable.register import members
from contactable.register.members import FORM, LIST
from contactable.register.testing import Workbench

NIGHT = datetime(2026, 11, 23, 22, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 8, tzinfo=UTC)


def test_those_who_came_and_those_who_left_are_told_once(house: Workbench) -> None:
    first = house.write(members.replace, "crm", LIST, "Refus", {"1": NIGHT, "2": None})
    second = house.write(members.replace, "crm", LIST, "Refus", {"2": None, "3": LATER})
    third = house.write(members.replace, "crm", LIST, "Refus", {"2": None, "3": LATER})

    assert (first, second, third) == (["1", "2"], ["1", "3"], [])


def test_a_member_tells_its_lists_and_forms_with_their_moments(house: Workbench) -> None:
    house.write(members.replace, "crm", LIST, "Refus", {"1": NIGHT})
    house.write(members.add, "crm", FORM, "Contact", {"1": None})
    house.write(members.add, "other", FORM, "Devis", {"1": NIGHT})

    assert house.read(members.of, "crm", ["1", "9"]) == {
        "1": {"list": {"Refus": NIGHT.isoformat()}, "form": {"Contact": ""}}
    }


def test_of_two_submissions_the_later_moment_is_kept(house: Workbench) -> None:
    for since in (NIGHT, LATER, NIGHT, None):
        house.write(members.add, "crm", FORM, "Contact", {"1": since})

    assert house.read(members.of, "crm", ["1"])["1"]["form"] == {"Contact": LATER.isoformat()}


def test_lists_are_counted_apart_for_each_crm(house: Workbench) -> None:
    house.write(members.replace, "crm", LIST, "Refus", {"1": None, "2": None})
    house.write(members.replace, "other", LIST, "Refus", {"1": None})

    assert house.read(members.sizes, "crm", LIST) == {"Refus": 2}
