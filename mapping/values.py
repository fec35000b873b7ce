"""Values as people type them, read into the words of the contact file: ``yes``, ``2026-11-24``, ``FR``, ``unknown``.

Two rules stand behind every function. An opposition that cannot be read is an opposition of unknown time; a permission
that cannot be read is unknown, and unknown never opens. Dates are read as in France (day first); milliseconds since
1970 are what HubSpot stores, and midnight UTC is how it stores a day.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from contactable.errors import Malformed
from contactable.mapping.columns import UNKNOWN_TIME, Column, Kind
from contactable.mapping.countries import country_code


class Read(NamedTuple):
    """What a text says in the contact file's words; empty when it says nothing. ``clear`` is False where we guessed."""

    value: str
    clear: bool = True


NOTHING = Read("")
UNREADABLE = Read("", clear=False)

YES = frozenset("yes y oui o true vrai 1 x on ok coche cochee checked ✓ ✔ ☑".split())
NO = frozenset("no n non false faux 0 off".split()) | {"non coche", "non cochee", "decoche", "decochee", "unchecked"}
# The contact file's list of what an opposition column may say without being one, and its French and boolean kin.
NOT_AN_OPPOSITION = NO | {"-", "n/a"}

MONTHS = (
    {name: number for number, name in enumerate("jan fev mar avr mai jun jul aou sep oct nov dec".split(), 1)}
    | {
        name: number
        for number, name in enumerate(
            "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre".split(), 1
        )
    }
    | {"janv": 1, "fevr": 2, "juil": 7, "sept": 9, "january": 1, "february": 2, "march": 3, "april": 4, "may": 5}
)
MONTHS |= {"june": 6, "july": 7, "august": 8, "september": 9, "october": 10, "november": 11, "december": 12}
MONTHS |= {"feb": 2, "apr": 4, "aug": 8}

_FRENCH = re.compile(r"(?:le )?(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})(?!\d)(.*)")
_WRITTEN = re.compile(r"(?:le )?(\d{1,2})(?:er)? ([a-z]+)\.? (\d{4})(.*)")
_CLOCK = re.compile(r"[ ,]*(?:a |at )?(\d{1,2})[:h](\d{2})?(?::(\d{2}))?")
_EPOCH = re.compile(r"[1-9][0-9]{11,12}")  # fewer digits are a telephone's
_T_OF_ISO = len("2026-11-24")  # where it stands
_LAST_HOUR_OF_BOTH = 21  # until 22 h UTC it is the same day in Paris, whatever the season
_DAY_IN_MILLISECONDS = 86_400_000
_PARIS = ZoneInfo("Europe/Paris")
_PLAUSIBLE_YEARS = range(1990, 2101)
_SURELY_PLAUSIBLE_YEARS = _PLAUSIBLE_YEARS[:-1]  # in Paris, too


def plain(text: str) -> str:
    """Bring a text to small letters without accents and double spaces, for comparing."""
    if text.isascii():  # nearly every value; accents cost four times as much
        return " ".join(text.lower().split())
    text = unicodedata.normalize("NFKD", text.replace("’", "'")).casefold()
    return " ".join("".join(c for c in text if not unicodedata.combining(c)).split())


def read_yes_no(text: str) -> Read:
    """Read a box: Oui, Non, 1, true, coché … and nothing else."""
    word = plain(text)
    if word in YES:
        return Read("yes")
    if word in NO:
        return Read("no")
    return NOTHING if not word else UNREADABLE


def read_date(text: str) -> Read:
    """Read a day, or a moment where order within a day matters, into ISO; unreadable where it is neither."""
    try:
        moment = _moment(plain(text))
    except (ValueError, OverflowError):
        return UNREADABLE
    if moment is None:
        return NOTHING if not text.strip() else UNREADABLE
    return Read(moment.isoformat()) if moment.year in _PLAUSIBLE_YEARS else UNREADABLE


def day_in(text: str) -> str:
    """Shorten a moment in UTC to its day in Paris; any other text comes back as it is."""
    # Moments are as many as contacts, and days are few: those can be remembered.
    if text[_T_OF_ISO : _T_OF_ISO + 1] != "T":
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is not UTC:
        return text
    if moment.hour <= _LAST_HOUR_OF_BOTH:
        return text[:_T_OF_ISO]
    return moment.astimezone(_PARIS).date().isoformat() if moment.year in _SURELY_PLAUSIBLE_YEARS else text


def read_day(text: str) -> Read:
    """Read a date, a moment as its day in Paris."""
    return _read_day(day_in(text))


@lru_cache(65536)
def _read_day(text: str) -> Read:
    found = read_date(text)
    if len(found.value) <= len("2026-11-24"):
        return found
    return Read(datetime.fromisoformat(found.value).astimezone(_PARIS).date().isoformat(), found.clear)


def read_opposition(text: str) -> Read:
    """Read an opposition: a date, nothing, or an opposition of unknown time whatever else stands there."""
    word = plain(text)
    if not word or word in NOT_AN_OPPOSITION:
        return NOTHING
    found = read_date(text)
    if found.value:
        return found
    # "Yes" is clear though it has no date; anything else was meant to say something that we cannot read.
    return Read(UNKNOWN_TIME, clear=word in YES)


def time_of(value: str) -> date | None:
    """Back from an opposition's value as a fact has it: a day, a moment, or None where the time is unknown."""
    if value == UNKNOWN_TIME:
        return None
    return date.fromisoformat(value) if len(value) == len("2026-11-24") else datetime.fromisoformat(value)


def read_country(text: str) -> Read:
    """Read a country by its code or its French or English name; unknown where it is none."""
    code = country_code(plain(text))
    return Read(code) if code else (NOTHING if not text.strip() else UNREADABLE)


def read_postcode(text: str) -> Read:
    """Read a postcode down to its department ("97400", "75000"): enough for the time zone, and not an address."""
    digits = re.sub(r"\s", "", text)
    if re.fullmatch(r"\d{4,5}", digits):
        kept = 3 if digits.startswith(("97", "98")) else 2
        return Read(digits.zfill(5)[:kept].ljust(5, "0"))
    return NOTHING if not digits else UNREADABLE


def reader_of(column: Column) -> Callable[[str], Read]:
    """Give the function that reads this column."""
    if column.whole_days:
        return read_day
    if column.kind in (Kind.CHOICE, Kind.CODES):
        return lambda text: read_choice(text, column.values)
    return _READERS[column.kind]


def read_choice(text: str, accepted: tuple[str, ...]) -> Read:
    """Read one of the column's own values, case and accents aside."""
    word = plain(text)
    if word in accepted:
        return Read(word)
    return NOTHING if not word else UNREADABLE


def check_value(column: Column, value: str) -> str:
    """Give a value of the settings in the column's words; raise ``Malformed`` naming what is accepted."""
    found = reader_of(column)(value)
    if found.value and found.clear:
        return found.value
    accepted = " or ".join(column.values) if column.values else column.kind
    raise Malformed(f"`{column.name}` cannot be `{value}`: write {accepted}.")


def _moment(text: str) -> date | None:
    """Read a plain text as a day (``date``) or a moment (``datetime``); None where it is of no known shape."""
    if not text:
        return None
    # ISO comes last: Python reads many digits as a date that nobody meant.
    if _EPOCH.fullmatch(text):
        return _since_1970(int(text))
    if found := _FRENCH.fullmatch(text):
        year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
        return _at(date(year, int(found[2]), int(found[1])), found[4])
    if (found := _WRITTEN.fullmatch(text)) and found[2] in MONTHS:
        return _at(date(int(found[3]), MONTHS[found[2]], int(found[1])), found[4])
    iso = text.upper()
    return _aware(datetime.fromisoformat(iso)) if ":" in iso or "T" in iso else date.fromisoformat(iso)


def _since_1970(milliseconds: int) -> date:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    return moment.date() if milliseconds % _DAY_IN_MILLISECONDS == 0 else moment


def _at(day: date, rest: str) -> date:
    """Add the time of day that follows a French date; raise ``ValueError`` where something else follows."""
    if not rest.strip():
        return day
    clock = _CLOCK.fullmatch(rest.rstrip())
    if clock is None:
        raise ValueError("something that is no time of day follows the date")
    return _aware(datetime.combine(day, time(int(clock[1]), int(clock[2] or 0), int(clock[3] or 0))))


def _aware(moment: datetime) -> datetime:
    """Take a moment without zone as Europe/Paris, and give it in UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=_PARIS)
    return moment.astimezone(UTC)


_READERS: dict[Kind, Callable[[str], Read]] = {
    Kind.YES_NO: read_yes_no,
    Kind.DATE: read_date,
    Kind.OPPOSITION: read_opposition,
    Kind.COUNTRY: read_country,
    Kind.POSTCODE: read_postcode,
}
