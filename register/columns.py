"""How the register's values lie in a column, the same on SQLite and PostgreSQL.

An instant is an integer: microseconds since 1970 in UTC, so that it compares exactly and sorts everywhere. An id is its
sixteen bytes. JSON is text with sorted keys. What is secret is sealed before it comes here (``Keyring.seal``).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Dialect, LargeBinary, Text, TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept as microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To the column."""
        return None if value is None else microseconds(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """From the column."""
        return instant(value)


class Id(TypeDecorator[str]):
    """A UUID, 32 hexadecimal digits outside, 16 bytes inside."""

    impl = LargeBinary(16)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """To the column."""
        return None if value is None else bytes.fromhex(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        """From the column."""
        return None if value is None else bytes(value).hex()


class Json(TypeDecorator[Any]):
    """Codes, numbers and ISO dates; never an address, a number or what somebody typed."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:
        """To the column; no value and an empty one are both NULL."""
        return column_text(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Any:
        """From the column; NULL is an empty object."""
        return msgspec.json.decode(value) if value else {}


def text_column(name: str) -> Column[str]:
    """A column of text that is empty unless something is said."""
    return Column(name, Text, nullable=False, server_default="")


def column_text(value: Any | None) -> str | None:
    """JSON as a column keeps it: sorted; no value and an empty one are both NULL."""
    return msgspec.json.encode(value, order="sorted").decode() if value else None


def dump(value: Any) -> str:
    """Write JSON, one text for one value."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def instant(value: int | None) -> datetime | None:
    """The aware instant that an integer stands for."""
    return None if value is None else EPOCH + timedelta(microseconds=value)


def microseconds(when: datetime) -> int:
    """The integer that stands for an aware instant."""
    return (when - EPOCH) // MICROSECOND
