"""Cells of the contact file, read exactly: what is not accepted refuses its row, and is never guessed.

One exception, on the safe side: what cannot be read in an objection's column (oppositions, withdrawals) is an objection
of unknown time, unless it plainly says that there was none. A text of somebody's is shown in a message only where it
looks like neither an address nor a number: columns slip, and messages end in logs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from contactable.files.columns import Column, Kind
from contactable.rules import (
    UNKNOWN_TIME,
    Audience,
    ConsentAct,
    ConsentRecipient,
    DataSource,
    Purpose,
    Sale,
    Sector,
)

PARIS = ZoneInfo("Europe/Paris")
NO_OBJECTION = frozenset({"", "no", "non", "false", "0", "-", "n/a"})
_FLAGS: Mapping[str, bool | None] = MappingProxyType({"": None, "yes": True, "no": False})
_CHOICES: Mapping[tuple[str, ...], type[Any]] = MappingProxyType(
    {tuple(kind): kind for kind in (Audience, Sale, DataSource, Purpose, Sector, ConsentAct, ConsentRecipient)}
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?(Z|[+-]\d{2}(:?\d{2})?)?", re.ASCII)
_NINE_DIGITS = re.compile(r"\d(?:[ .()/-]*\d){8}")
_LONGEST_SHOWN = 40
# Every code that ISO 3166-1 has assigned: a slip of the pen ("UK", "ZZ") is refused and not taken for a country.
COUNTRIES = frozenset(
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA "
    "CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA "
    "GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP "
    "KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS "
    "MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS "
    "RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW "
    "TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW".split()
)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell that is not accepted, with the words to say so."""

    message: str


def read_cell(column: Column, text: str) -> Any:
    """The value of a cell; ``Unreadable`` where it is not accepted. Addresses are not read here."""
    if column.kind is Kind.OBJECTION:
        return _objection(text)
    if not text:  # spaces are no empty cell: nobody knows what they stand for
        return None
    found = _READERS[column.kind](column, text)
    return Unreadable(f"{shown(text)} is not accepted; write {column.accepted}, or nothing") if found is None else found


def read_moment(text: str) -> date | None:
    """A day, or an aware date-time (Europe/Paris where no zone is given); None where it is neither."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        return _instant(text) if _INSTANT.fullmatch(text) else None
    except (ValueError, OverflowError):
        return None


def shown(text: str) -> str:
    """A value as a message may print it: quoted, or only described where it might be an address or a number."""
    # A day has eight digits and the shortest French number nine.
    if "@" in text or _NINE_DIGITS.search(text):
        return "a value that looks like an address or a number"
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=PARIS)
    moment.astimezone(UTC)  # years 1 and 9999 may have no other zone's time: better refused than failing later
    return moment


def _objection(text: str) -> Any:
    plain = text.strip()  # here alone spaces count for nothing: an objection must not be lost to one
    if plain.casefold() in NO_OBJECTION:
        return None
    return read_moment(plain) or UNKNOWN_TIME


def _flag(_: Column, text: str) -> bool | None:
    return _FLAGS.get(text)


def _choice(column: Column, text: str) -> Any:
    return _CHOICES[column.values](text) if text in column.values else None


def _country(_: Column, text: str) -> str | None:
    return text if text in COUNTRIES else None


def _date(_: Column, text: str) -> date | None:
    return read_moment(text)


def _day(_: Column, text: str) -> date | None:
    moment = read_moment(text)
    return moment.astimezone(PARIS).date() if isinstance(moment, datetime) else moment


def _text(_: Column, text: str) -> str:
    return text


_READERS = MappingProxyType(
    {
        Kind.FLAG: _flag,
        Kind.CHOICE: _choice,
        Kind.COUNTRY: _country,
        Kind.DATE: _date,
        Kind.DAY: _day,
        Kind.TEXT: _text,
        Kind.ID: _text,
    }
)
