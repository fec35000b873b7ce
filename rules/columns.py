"""Columns of many contacts, read into codes and days that can be compared.

Accepted for each column of the contact file: Arrow arrays (text, dictionary, bool, date, timestamp) and NumPy arrays
(bool, text, ``datetime64``), with the words of the contact file; for addresses their kind, as in ``Facts``. Already in
codes, and then not copied: ``int8`` (the place of the value in ``DOMAIN``; for ``country`` that of its place) and
``int32`` (days since 1970, ``NO_DAY`` for none).
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final, Literal
from zoneinfo import ZoneInfo

from contactable.errors import Malformed
from contactable.rules.calendar import PARIS
from contactable.rules.exploration import DOMAIN
from contactable.rules.fields import EVENTS, OBJECTIONS, VALUES, is_country, shown
from contactable.rules.moments import DAY, moment_of
from contactable.rules.place import Place, place_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EPOCH: Final = date(1970, 1, 1).toordinal()
NO_DAY: Final = -(2**31)
"""The day of what did not happen, in a column of days."""
SOME_DAY: Final = 2**31 - 1
"""The day of an objection of unknown time, in a column of days: later than every act."""
NO_MOMENT: Final = -(2**62)
SOME_MOMENT: Final = 2**62

NOT_FACTS: Final = ("id", "postcode")
CAMPAIGN: Final = ("purpose", "sector")
DATES: Final = (*EVENTS, "consent_phone_until")
NAMES: Final = frozenset({*VALUES, *DATES, *CAMPAIGN, *NOT_FACTS, "country"})
DID_NOT_OBJECT: Final = frozenset({"", "no", "non", "false", "0", "-", "n/a"})

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].+)?")
_ZONE = ZoneInfo(PARIS)


def check_names(names: list[str]) -> None:
    """Raise ``Malformed`` for a column that the contact file does not have."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        raise Malformed(f"{', '.join(unknown)}: no column of the contact file is called so.")


def read_codes(name: str, column: Any) -> NDArray[np.int8]:
    """The codes of a column that has a handful of values. Raises ``Malformed`` for any other value."""
    import numpy as np

    if isinstance(column, np.ndarray) and column.dtype == np.int8:
        # Without its sign a code below 0 is above all others: one look at a column instead of two.
        if column.size and column.view(np.uint8).max() >= len(_domain(name)):
            raise Malformed(f"{name} holds a code outside 0 to {len(_domain(name)) - 1}.")
        return column
    places, values = _distinct(column)
    return np.array([code_of(name, value) for value in values], np.int8).take(places)


def code_of(name: str, value: Any) -> int:
    """The code of one value of a column: a word of the contact file, a bool, or None for unknown."""
    if value is None or value == "":
        return 0
    if name == "country" and is_country(value):
        return tuple(Place).index(place_of(value))
    accepted = {_word(each): code for code, each in enumerate(_domain(name)) if each is not None}
    if name == "country" or _word(value) not in accepted:
        words = "a code of ISO 3166-1" if name == "country" else ", ".join(accepted)
        raise Malformed(f"{name} is {shown(name, value)}: {words} or nothing is accepted.")
    return accepted[_word(value)]


def _domain(name: str) -> tuple[Any, ...]:
    return tuple(DOMAIN["place"] if name == "country" else VALUES.get(name) or DOMAIN[name])


def _word(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else repr(value)


def read_days(name: str, column: Any) -> NDArray[np.int32] | NDArray[np.int64]:
    """The days (``int32``) of a column of dates or, where one has a time of day, their moments (``int64``)."""
    import numpy as np

    if isinstance(column, np.ndarray) and column.dtype == np.int32:
        return column
    if isinstance(column, np.ndarray) and column.dtype == np.dtype("datetime64[D]"):
        return np.where(np.isnat(column), NO_DAY, column.astype(np.int64)).astype(np.int32)
    if str(getattr(column, "type", "")) == "date32[day]":
        return np.asarray(column.cast("int32").fill_null(NO_DAY))
    places, values = _distinct(column)
    moments = [_moment(name, value) for value in values]
    # Mere days fit into half the bytes, and most files hold nothing else.
    if all(moment % DAY == 0 for moment in moments):
        return np.array([_as_day(moment) for moment in moments], np.int32).take(places)
    return np.array(moments, np.int64).take(places)


def as_moments(days: NDArray[Any]) -> NDArray[Any]:
    """Days as moments, so that they compare with instants."""
    import numpy as np

    if days.dtype == np.int64:
        return days
    moments = days.astype(np.int64) * DAY
    moments[days == NO_DAY] = NO_MOMENT
    moments[days == SOME_DAY] = SOME_MOMENT
    return moments


def _distinct(column: Any) -> tuple[NDArray[np.int64], list[Any]]:
    """The distinct values of a column, and for each row the place of its own."""
    import numpy as np
    import pyarrow as pa

    array = column if isinstance(column, (pa.Array, pa.ChunkedArray)) else pa.array(column, from_pandas=True)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    if pa.types.is_timestamp(array.type):
        array = array.cast(pa.timestamp("us", array.type.tz), safe=False)
    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    values = [*encoded.dictionary.to_pylist(), None]
    return np.asarray(encoded.indices.cast("int64").fill_null(len(values) - 1)), values


def _moment(name: str, value: Any) -> int:
    """The moment of one value, counted from 1970; without a zone it is one of Europe/Paris."""
    when = _when(name, value) if isinstance(value, str) else value
    if when is None:
        return NO_MOMENT
    if isinstance(when, datetime) and when.tzinfo is None:
        midnight = not isinstance(value, str) and when.time() == time()
        when = when.date() if midnight else when.replace(tzinfo=_ZONE)  # a timestamp at midnight stands for a day
    if not isinstance(when, date):
        return SOME_MOMENT if name in OBJECTIONS else _refuse(name, value)
    return moment_of(when) - EPOCH * DAY


def _when(name: str, text: str) -> date | Literal[False] | None:
    """What a text says: a date, a date-time, nothing (None), or neither (False)."""
    plain = text.strip()
    if not plain or (name in OBJECTIONS and plain.casefold() in DID_NOT_OBJECT):
        return None
    try:
        matched = _DATE.fullmatch(plain)
        return (datetime if len(plain) > len("2026-11-23") else date).fromisoformat(plain) if matched else False
    except ValueError:
        return False


def _refuse(name: str, value: Any) -> int:
    raise Malformed(f"{name} is {value!r}: a date (YYYY-MM-DD), a date-time of ISO 8601 or nothing is accepted.")


def _as_day(moment: int) -> int:
    return {NO_MOMENT: NO_DAY, SOME_MOMENT: SOME_DAY}.get(moment, moment // DAY)
