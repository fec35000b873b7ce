"""The calendar of the law: national public holidays and *jours ouvrables*.

Public holidays are the eleven of Code du travail art. L3133-1, the same overseas: local ones (Alsace-Moselle, the days
on which slavery was abolished) bind neither calling hours nor the call-back. A *jour ouvrable* is Monday to Saturday
and no public holiday (art. R223-4). ``holidays`` knows the moving ones; it is slow to import, hence inside.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

PARIS = "Europe/Paris"
_SUNDAY = 6


def paris_day(moment: date) -> date:
    """The day of the law: a date as it is, an aware date-time's day in Europe/Paris."""
    return moment.astimezone(ZoneInfo(PARIS)).date() if isinstance(moment, datetime) else moment


def is_public_holiday(day: date) -> bool:
    """Tell whether a day is a national public holiday of France (L3133-1)."""
    return day in _public_holidays(day.year)


def is_jour_ouvrable(day: date) -> bool:
    """Tell whether a day is one of Monday to Saturday and no public holiday."""
    return day.weekday() != _SUNDAY and not is_public_holiday(day)


def nth_jour_ouvrable_after(day: date, count: int) -> date:
    """The ``count``-th *jour ouvrable* that follows a day; the day itself never counts."""
    for _ in range(count):
        day = _next_jour_ouvrable(day)
    return day


def _next_jour_ouvrable(day: date) -> date:
    day += timedelta(days=1)
    while not is_jour_ouvrable(day):
        day += timedelta(days=1)
    return day


@cache
def _public_holidays(year: int) -> frozenset[date]:
    import holidays

    return frozenset(holidays.country_holidays("FR", years=year))
