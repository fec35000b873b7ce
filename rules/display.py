"""Which number a caller may show: Arcep's numbering plan, and no hidden numbers (Code de la consommation art. L221-17).

Since 2023-01-01 automated calls show only the numbers kept for technical platforms, never a mobile: people take 06 and
07 for a person. A live call may show any number that is assigned to the caller; whether it is, no rule can see.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from contactable.rules.calendar import paris_day
from contactable.rules.consumer_code import L221_17
from contactable.rules.sources import ARCEP_2022_1583

AUTOMATED_STARTS = (
    *("0162", "0163", "0270", "0271", "0377", "0378", "0424", "0425", "0568", "0569", "0948", "0949"),
    *("09475", "09476", "09477", "09478", "09479"),  # overseas
    *("0937", "0938", "0939"),  # exchanges with technical platforms
)
_MOBILE_STARTS = ("06", "07")
_FRENCH_PREFIX = re.compile(r"(?:\+|00)(?:33|262|590|594|596|508)(?=\d{9}$)")
_NUMBER = re.compile(r"\+?\d{4,15}")


class DisplayReason(StrEnum):
    """Why a number may be shown, or not."""

    ASSIGNED_NUMBER = "assigned_number"
    AUTOMATED_RANGE = "automated_range"
    BEFORE_THE_PLAN = "before_the_plan"
    HIDDEN = "hidden"
    UNREADABLE = "unreadable"
    MOBILE_RANGE = "mobile_range"
    NOT_AN_AUTOMATED_RANGE = "not_an_automated_range"


@dataclass(frozen=True, slots=True)
class DisplayAnswer:
    """Whether a caller may show the number, why, and the ids of the sources that say so."""

    allowed: bool
    reason: DisplayReason
    sources: tuple[str, ...]


def may_display(number: str | None, automated: bool, on: date) -> DisplayAnswer:
    """Tell whether a caller may show ``number`` on a day; None or an empty text is a hidden number.

    ``automated`` is a call that no person makes (robocall, voice message); a live one may show any number that is
    assigned to the caller. The answer on what cannot be read as a number is no.
    """
    national = _national(number or "")
    if not national:
        return DisplayAnswer(False, DisplayReason.HIDDEN, (L221_17.id,))
    if not _NUMBER.fullmatch(national):
        return DisplayAnswer(False, DisplayReason.UNREADABLE, (ARCEP_2022_1583.id,))
    if not automated:
        return DisplayAnswer(True, DisplayReason.ASSIGNED_NUMBER, (ARCEP_2022_1583.id,))
    return _automated(national, on)


def _automated(national: str, on: date) -> DisplayAnswer:
    if not ARCEP_2022_1583.in_force(paris_day(on)):
        return DisplayAnswer(True, DisplayReason.BEFORE_THE_PLAN, ())
    if len(national) == 10 and national.startswith(AUTOMATED_STARTS):
        return DisplayAnswer(True, DisplayReason.AUTOMATED_RANGE, (ARCEP_2022_1583.id,))
    mobile = national.startswith(_MOBILE_STARTS)
    reason = DisplayReason.MOBILE_RANGE if mobile else DisplayReason.NOT_AN_AUTOMATED_RANGE
    return DisplayAnswer(False, reason, (ARCEP_2022_1583.id,))


def _national(number: str) -> str:
    """A French number as it is dialled in France; any other as it is written, separators aside."""
    return _FRENCH_PREFIX.sub("0", re.sub(r"[\s.\-()]", "", number.replace("(0)", "")))
