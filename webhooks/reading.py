"""Typed readers over what a sender posted: the only way they fail is ``Malformed``, which names fields, never values.

JSON is read strictly: UTF-8, no name twice, no NaN, integers exact however long (Mailjet's ids go beyond 2^53). Forms
and queries are read as UTF-8, or else as Windows-1252, which old French gateways still send; of a repeated name the
last value counts.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, NoReturn, TypeVar
from urllib.parse import parse_qsl

from msgspec import Struct

from contactable.errors import Malformed

T = TypeVar("T")
_REQUIRED: Any = object()

_MILLISECONDS_FROM = 10**11  # a Unix time above this can only be in milliseconds
_LAST_SECOND = 32503680000  # the year 3000
_LAST_MILLISECOND = 1000 * _LAST_SECOND
_MOST_FIELDS = 20_000


class Section(Struct, frozen=True):
    """One object of a JSON document, or one form. ``where`` is its place, for errors.

    Readers take alternative names, the first that is there counts; null and "" count as absent. Absent without a
    ``default`` is ``Malformed``, and so is a value of another kind; but an unreadable time counts as absent where there
    is a default, because an opposition is worth more than its date.
    """

    values: Mapping[str, Any]
    where: str = ""

    @classmethod
    def of(cls, value: Any, where: str = "the item") -> Section:
        """The section that a JSON value is; ``Malformed`` for a list, a text, a number."""
        if not isinstance(value, dict):
            raise Malformed(f"{where} is not an object.")
        return cls(value, where)

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) not in (None, "")

    def raw(self, *names: str) -> Any:
        """The first value that is there, as it came; None where none is."""
        for name in names:  # a loop and not `next`: this is where a batch of a hundred events spends its time
            value = self.values.get(name)
            if value is not None and value != "":
                return value
        return None

    def each_raw(self, *names: str) -> list[Any]:
        """The value of each name, as it came; None for one that is not there."""
        values = list(map(self.values.get, names))
        return [None if value == "" else value for value in values] if "" in values else values

    def text(self, *names: str, default: T = _REQUIRED) -> str | T:
        """A text; an integer is accepted for one, since ids come as both."""
        value = self.values.get(names[0])
        if type(value) is str and value and value.isascii() and "\0" not in value:  # most are
            return value
        if type(value) is int:  # most others are
            return str(value)
        value = self.raw(*names)
        if value is None:
            return self._absent(names, default)
        if isinstance(value, bool) or not isinstance(value, str | int):
            self._refuse(names, "a text")
        return self._storable(str(value), names)

    def integer(self, *names: str, default: T = _REQUIRED) -> int | T:
        """An integer, or a text of digits."""
        value = self.raw(*names)
        if value is None:
            return self._absent(names, default)
        # The length is bounded because reading a number costs the square of its digits.
        if isinstance(value, str) and value.isascii() and value.strip().lstrip("-").isdigit() and len(value) < 40:
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            self._refuse(names, "an integer")
        return value

    def flag(self, *names: str, default: T = _REQUIRED) -> bool | T:
        """True or false; also as a text or as 0 and 1."""
        value = self.raw(*names)
        if value is None:
            return self._absent(names, default)
        known = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(str(value).lower())
        if known is None:
            self._refuse(names, "true or false")
        return known

    def epoch(self, *names: str, default: T = _REQUIRED) -> datetime | T:
        """A Unix time in seconds or milliseconds, whole or not, also as a text."""
        value = self.values.get(names[0])
        if type(value) is int and _MILLISECONDS_FROM < value < _LAST_MILLISECOND:  # most are
            return datetime.fromtimestamp(value / 1000, UTC)
        value = self.raw(*names)
        if value is None:
            return self._absent(names, default)
        try:
            return _from_epoch(value)
        except (ValueError, TypeError, OverflowError):
            return self._absent(names, default, "a Unix time")

    def moment(
        self, *names: str, zone: tzinfo = UTC, format: str | None = None, default: T = _REQUIRED
    ) -> datetime | T:
        """An ISO 8601 date and time, or one in ``format``; ``zone`` is meant where it names none."""
        value = self.raw(*names)
        if value is None:
            return self._absent(names, default)
        try:
            found = datetime.strptime(value, format) if format else datetime.fromisoformat(value)  # noqa: DTZ007
            return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
        except (ValueError, TypeError, OverflowError):
            return self._absent(names, default, "a date and time")

    def section(self, *names: str, default: T = _REQUIRED) -> Section | T:
        """An object inside this one."""
        value = self.raw(*names)
        if value is None:
            return self._absent(names, default)
        return Section.of(value, self._place(names))

    def items(self, *names: str, default: T = _REQUIRED) -> list[Any] | T:
        """A list inside this object."""
        value = self.raw(*names)
        if value is None:
            return self._absent(names, default)
        if not isinstance(value, list):
            self._refuse(names, "a list")
        return value

    def _place(self, names: Sequence[str]) -> str:
        return f"{self.where}.{names[0]}" if self.where else names[0]

    def _absent(self, names: Sequence[str], default: T, expected: str = "") -> T:
        if default is _REQUIRED:
            raise Malformed(f"{self._place(names)} is {f'not {expected}' if expected else 'missing'}.")
        return default

    def _refuse(self, names: Sequence[str], expected: str) -> NoReturn:
        raise Malformed(f"{self._place(names)} is not {expected}.")

    def _storable(self, text: str, names: Sequence[str]) -> str:
        # A lone surrogate cannot be encoded, and PostgreSQL keeps no NUL.
        if "\0" in text or (not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text)):
            self._refuse(names, "a text that can be kept")
        return text


def read_json(raw: bytes) -> Any:
    """The JSON value of a body; ``Malformed`` where it is truncated, ambiguous, too deep, or not UTF-8."""
    try:
        # Some gateways put a byte order mark first.
        return _STRICT.decode(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Malformed("The body is not UTF-8.") from None
    except RecursionError:
        raise Malformed("The body is nested too deep.") from None
    except ValueError as error:
        raise Malformed(f"The body is not JSON{': ' + str(error) if type(error) is ValueError else ''}.") from None


def read_fields(text: str) -> tuple[tuple[str, str], ...]:
    """The fields of a form or query in their order; ``Malformed`` where they are in no known encoding, or too many."""
    for encoding in ("utf-8", "cp1252"):
        try:
            return tuple(parse_qsl(text, True, encoding=encoding, errors="strict", max_num_fields=_MOST_FIELDS))
        except UnicodeDecodeError:
            continue
        except ValueError:
            raise Malformed("The form has too many fields.") from None
    raise Malformed("The form is in no known encoding.")


def _from_epoch(value: Any) -> datetime:
    if isinstance(value, bool):
        raise TypeError
    number = float(value)
    seconds = number / 1000 if number > _MILLISECONDS_FROM else number
    if not 0 < seconds < _LAST_SECOND:  # 0 is how senders say that they do not know; NaN fails here too
        raise ValueError
    return datetime.fromtimestamp(seconds, UTC)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Of two equal names one reader takes the first and another the last: who signs and who reads must agree.
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    number = float(text)
    # 1e999 is valid JSON, becomes infinity, and cannot be written again.
    if math.isinf(number):
        raise ValueError("a number is too large")
    return number


_STRICT = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)
