"""Calls as D223-9 counts them: known only where every source has told for a month, and let go of afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from contactable.register import calls, subjects
from contactable.register.calls import KEPT, NOT_KNOWN, REFUSED_KEPT, CallTold, History
from contactable.register.erasing import erase
from contactable.register.retention import purge
from contactable.register.testing import EMAIL, PHONE, Workbench


def call(house: Workbench, id: str = "c1", **said: Any) -> CallTold:
    values = {"source": "aircall", "subject_id": house.subject(PHONE), "at": house.clock(), **said}
    return CallTold(id=id, **values)


def heard_long_ago(house: Workbench, *sources: str) -> None:
    for source in sources:
        house.write(calls.hear, source, house.clock() - KEPT)


def history(house: Workbench, *sources: str) -> History:
    return house.read(calls.history, [house.subject(PHONE)], sources or ("aircall",))


def test_a_call_and_the_refusal_in_it_are_known_with_their_time(house: Workbench) -> None:
    heard_long_ago(house, "aircall")
    house.write(calls.add, [call(house, refused=True)])

    assert history(house) == History((house.clock(),), (house.clock(),))


def test_who_was_never_called_has_no_calls_and_is_not_unknown(house: Workbench) -> None:
    heard_long_ago(house, "aircall")

    assert history(house) == History((), ())


def test_without_any_source_nobody_knows_of_calls(house: Workbench) -> None:
    assert house.read(calls.history, [house.subject(PHONE)], ()) == NOT_KNOWN


def test_until_every_source_has_told_for_a_month_nobody_knows(house: Workbench) -> None:
    heard_long_ago(house, "aircall")
    house.write(calls.hear, "ringover", house.clock())
    before = history(house, "aircall", "ringover")
    house.clock.move(days=KEPT.days)

    assert (before, history(house, "aircall", "ringover")) == (NOT_KNOWN, History((), ()))


def test_what_a_source_was_heard_since_first_stands(house: Workbench) -> None:
    heard_long_ago(house, "aircall")
    house.write(calls.hear, "aircall", house.clock())

    assert history(house) != NOT_KNOWN


def test_a_call_told_twice_is_one_and_what_either_says_counts(house: Workbench) -> None:
    heard_long_ago(house, "aircall")
    house.write(calls.add, [call(house)])
    house.write(calls.add, [call(house, made=False, refused=True)])

    assert history(house) == History((house.clock(),), (house.clock(),))


@pytest.mark.parametrize(("minutes", "expected"), [(0, 1), (15, 1), (16, 2)])
def test_a_call_that_the_crm_records_too_counts_once(house: Workbench, minutes: int, expected: int) -> None:
    heard_long_ago(house, "aircall")
    start = house.clock() - timedelta(minutes=minutes)
    house.write(calls.add, [call(house), call(house, "9", source="crm", at=start)])

    assert len(history(house).attempts or ()) == expected


def test_two_calls_of_one_phone_system_are_two(house: Workbench) -> None:
    heard_long_ago(house, "aircall")
    house.write(calls.add, [call(house), call(house, "c2")])

    assert len(history(house).attempts or ()) == 2


def test_one_call_to_a_contact_with_two_numbers_counts_once(house: Workbench) -> None:
    heard_long_ago(house, "crm")
    both = [house.subject(PHONE), house.subject(EMAIL)]
    house.write(calls.add, [call(house, subject_id=each, source="crm") for each in both])

    assert len(house.read(calls.history, both, ["crm"]).attempts or ()) == 1


def test_a_call_that_we_received_is_no_attempt_but_its_refusal_counts(house: Workbench) -> None:
    heard_long_ago(house, "aircall")
    house.write(calls.add, [call(house, made=False, refused=True)])

    assert history(house) == History((), (house.clock(),))


def test_calls_go_after_a_month_and_refusals_after_two(house: Workbench) -> None:
    house.write(calls.add, [call(house), call(house, "c2", refused=True)])
    gone = []
    for kept in (KEPT, REFUSED_KEPT - KEPT):
        house.clock.move(days=kept.days)
        gone.append(purge(house.register).calls)

    assert gone == [1, 1]
    assert house.read(subjects.find_subject, *PHONE) is None


def test_a_number_that_only_a_call_names_stays_as_long_as_the_call(house: Workbench) -> None:
    house.write(calls.add, [call(house)])

    assert purge(house.register).identifiers == 0


def test_who_asks_for_erasure_leaves_no_calls(house: Workbench) -> None:
    heard_long_ago(house, "aircall")
    house.write(calls.add, [call(house)])
    house.write(erase, [house.subject(PHONE)])

    assert history(house) == History((), ())
