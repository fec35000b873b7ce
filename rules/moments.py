"""Days and instants as integers that can be compared, alone or a million at a time.

Days are days in Europe/Paris. A moment is ``day * DAY`` for a mere day and ``day * DAY + microseconds + 1`` for an
instant of that day, so that a mere day counts as its own beginning; ``at_the_latest`` makes it count as its own end.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from contactable.errors import Malformed
from contactable.rules.calendar import PARIS

DAY: Final = 1 << 37  # more microseconds than the longest day (25 hours) has
NEVER: Final = date.max.toordinal()
"""A day that does not come."""

_ZONE = ZoneInfo(PARIS)


def moment_of(when: date) -> int:
    """The moment of a day or of an aware instant. Raises ``Malformed`` for a naive date-time."""
    if not isinstance(when, datetime):
        return when.toordinal() * DAY
    if when.tzinfo is None:
        raise Malformed("is a date-time without zone: give it one (in files it would be Europe/Paris).")
    local = when.astimezone(_ZONE)
    # Time since midnight and not the time on the clock: an hour comes twice when summer time ends.
    midnight = datetime.combine(local.date(), time(), _ZONE)
    return local.toordinal() * DAY + round((when.timestamp() - midnight.timestamp()) * 1_000_000) + 1


def at_the_latest(moment: int) -> int:
    """The last moment that a mere day may stand for; an instant stays what it is."""
    return moment if moment % DAY else moment + DAY - 1


def day_of(moment: int) -> int:
    """The day (an ordinal) of a moment."""
    return moment // DAY


@lru_cache(maxsize=65536)
def years_later(day: int, years: int) -> int:
    """The same day and month some years later; 28 February for a 29 February that does not exist."""
    start = date.fromordinal(day)
    if start.year + years > date.max.year:
        return NEVER
    last = monthrange(start.year + years, start.month)[1]
    return start.replace(year=start.year + years, day=min(start.day, last)).toordinal()


@lru_cache(maxsize=65536)
def a_month_later(day: int) -> int:
    """The same day of the next month, or its last day."""
    start = date.fromordinal(day)
    year, month = start.year + start.month // 12, start.month % 12 + 1
    if year > date.max.year:
        return NEVER
    return date(year, month, min(start.day, monthrange(year, month)[1])).toordinal()
