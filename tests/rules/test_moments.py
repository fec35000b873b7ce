"""Days and instants as integers: their order, the hour that comes twice, and the ends of the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from contactable.errors import Malformed
from contactable.rules.moments import DAY, NEVER, a_month_later, at_the_latest, day_of, moment_of, years_later

FIRST_OF_NOVEMBER = date(2026, 11, 1)
MIDNIGHT = datetime(2026, 10, 31, 23, tzinfo=UTC)  # in Paris


def test_moments_lie_in_the_order_of_time_and_a_mere_day_at_its_beginning() -> None:
    in_order = [
        moment_of(date(2026, 10, 31)),
        at_the_latest(moment_of(date(2026, 10, 31))),
        moment_of(FIRST_OF_NOVEMBER),
        moment_of(MIDNIGHT),
        moment_of(MIDNIGHT + timedelta(microseconds=1)),
        moment_of(MIDNIGHT + timedelta(hours=24) - timedelta(microseconds=1)),
        at_the_latest(moment_of(FIRST_OF_NOVEMBER)),
        moment_of(date(2026, 11, 2)),
    ]

    assert all(before < after for before, after in pairwise(in_order))


def test_an_instant_is_no_other_moment_at_the_latest() -> None:
    assert at_the_latest(moment_of(MIDNIGHT)) == moment_of(MIDNIGHT)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (MIDNIGHT - timedelta(microseconds=1), date(2026, 10, 31)),
        (MIDNIGHT, FIRST_OF_NOVEMBER),
        (datetime(2026, 7, 1, 21, 59, 59, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 1, 22, tzinfo=UTC), date(2026, 7, 2)),
    ],
)
def test_the_day_of_an_instant_is_that_of_paris(instant: datetime, day: date) -> None:
    assert day_of(moment_of(instant)) == day.toordinal()


@pytest.mark.parametrize("clock", [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 0, 30, tzinfo=UTC)])
def test_an_hour_later_is_an_hour_later_when_the_clock_is_changed(clock: datetime) -> None:
    later = moment_of(clock + timedelta(hours=1)) - moment_of(clock)

    assert later == 3_600_000_000


def test_a_day_of_25_hours_ends_before_the_next_begins() -> None:
    last = datetime(2026, 10, 25, 22, 59, 59, 999_999, tzinfo=UTC)

    assert moment_of(last) < moment_of(date(2026, 10, 26))
    assert moment_of(last) - moment_of(date(2026, 10, 25)) == 25 * 3_600_000_000
    assert DAY > 25 * 3_600_000_000


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(Malformed, match="without zone"):
        moment_of(datetime(2026, 11, 1, 12))


@pytest.mark.parametrize(
    ("day", "years", "later"),
    [
        (date(2024, 2, 29), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2024, 2, 28), 3, date(2027, 2, 28)),
        (date(2025, 12, 31), 3, date(2028, 12, 31)),
        (date(9996, 5, 1), 3, date(9999, 5, 1)),
    ],
)
def test_years_later_is_the_same_day_and_month(day: date, years: int, later: date) -> None:
    assert years_later(day.toordinal(), years) == later.toordinal()


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2028, 1, 30), date(2028, 2, 29)),
        (date(2026, 3, 31), date(2026, 4, 30)),
        (date(2026, 4, 30), date(2026, 5, 30)),
        (date(2026, 10, 31), date(2026, 11, 30)),
        (date(2026, 11, 15), date(2026, 12, 15)),
        (date(2026, 12, 31), date(2027, 1, 31)),
        (date(9999, 11, 1), date(9999, 12, 1)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_the_next_month(day: date, later: date) -> None:
    assert a_month_later(day.toordinal()) == later.toordinal()


def test_what_ends_after_the_calendar_never_ends() -> None:
    assert a_month_later(date(9999, 12, 1).toordinal()) == NEVER
    assert years_later(date(9997, 1, 1).toordinal(), 3) == NEVER
    assert date.fromordinal(NEVER) == date.max
