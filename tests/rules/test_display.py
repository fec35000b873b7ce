"""Which number a caller may show: Arcep's plan since 2023, and never a hidden one."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from contactable.rules.display import may_display

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    "start", "0162 0163 0270 0271 0377 0378 0424 0425 0568 0569 0948 0949 09475 09479 0937 0938 0939".split()
)
def test_an_automated_call_may_show_the_ranges_kept_for_it(start: str) -> None:
    number = start.ljust(10, "0")

    assert may_display(number, True, TODAY).allowed
    assert may_display(f"+33 {number[1:]}", True, TODAY).allowed


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("06 39 98 00 01", "mobile_range"),
        ("+33739980001", "mobile_range"),
        ("00262692000001", "mobile_range"),
        ("0123456789", "not_an_automated_range"),
        ("09474 00000", "not_an_automated_range"),
        ("3000", "not_an_automated_range"),
        ("0162", "not_an_automated_range"),
        ("+32470000001", "not_an_automated_range"),
    ],
)
def test_an_automated_call_may_show_no_other_number(number: str, reason: str) -> None:
    answer = may_display(number, True, TODAY)

    assert (answer.allowed, answer.reason) == (False, reason)


@pytest.mark.parametrize("number", ["0639980001", "+33123456789", "3000", "+32470000001", "0162000000"])
def test_a_live_call_may_show_any_assigned_number(number: str) -> None:
    assert may_display(number, False, TODAY).allowed


@pytest.mark.parametrize("automated", [True, False])
@pytest.mark.parametrize(("number", "reason"), [(None, "hidden"), (" ", "hidden"), ("anonymous", "unreadable")])
def test_a_hidden_or_unreadable_number_is_never_shown(number: str | None, reason: str, automated: bool) -> None:
    answer = may_display(number, automated, TODAY)

    assert (answer.allowed, answer.reason) == (False, reason)


def test_the_plan_binds_automated_calls_from_2023_on() -> None:
    assert may_display("0639980001", True, date(2022, 12, 31)).allowed
    assert not may_display("0639980001", True, datetime(2022, 12, 31, 23, tzinfo=UTC)).allowed  # 2023 in Paris
