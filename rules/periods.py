"""How long things last: retention, a consent to calls, a call-back, the month in which the first message may inform.

Each function takes a day (an ordinal) and gives the first day on which the thing is over; that day the channel changes.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any, Final

from contactable.rules.calendar import nth_jour_ouvrable_after
from contactable.rules.moments import NEVER, a_month_later, years_later

LONGEST_CALLBACK: Final = 14
"""No five *jours ouvrables* take more days than this, holidays and Sundays included."""


def retention_ends(last_contact: int) -> int:
    """Three years after the later of the last contact and the end of the relation (``cnil-referentiel``)."""
    return years_later(last_contact, 3)


def consent_year_ends(consented: int) -> int:
    """A year after a consent to calls was collected (``conso-r223-1``)."""
    return years_later(consented, 1)


def stated_period_ends(last_day: Any) -> Any:
    """The day after the last day of the period that the request for consent stated."""
    return last_day + 1  # of one day, or of an array of days


@lru_cache(maxsize=4096)
def callback_ends(requested: int) -> int:
    """The day after the fifth *jour ouvrable* that follows the request (``conso-r223-4``)."""
    return nth_jour_ouvrable_after(date.fromordinal(requested), 5).toordinal() + 1


def first_month_ends(collected: int) -> int:
    """A month after data was collected elsewhere (``gdpr-14``)."""
    return a_month_later(collected)


PERIODS: Final = (retention_ends, consent_year_ends, stated_period_ends, callback_ends, first_month_ends)


@lru_cache(maxsize=65536)
def ends_of(starts: tuple[int, int, int, int, int]) -> tuple[int, int, int, int, int]:
    """When retention, the year of a consent, its stated period, a call-back and the first month are over.

    ``starts`` are the days from which they run, 0 for none: what never began is not over, save a call-back and a first
    month, which open nothing then.
    """
    last_contact, consented, last_day, requested, collected = starts
    return (
        retention_ends(last_contact) if last_contact else NEVER,
        consent_year_ends(consented) if consented else NEVER,
        stated_period_ends(last_day) if last_day else NEVER,
        callback_ends(requested) if requested else 0,
        first_month_ends(collected) if collected else 0,
    )
