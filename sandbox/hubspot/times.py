"""Times as HubSpot writes them: epoch milliseconds inside, ISO 8601 in UTC with milliseconds outside."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = -62_135_596_800_000  # the calendar of Python begins there


@lru_cache(maxsize=65_536)
def iso(ms: int) -> str:
    """``2026-11-24T08:00:00.123Z``."""
    moment = _EPOCH + timedelta(milliseconds=ms)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@lru_cache(maxsize=65_536)
def milliseconds(text: str) -> int | None:
    """The moment that a value or a filter names, as epoch milliseconds or in ISO 8601; None where it names none."""
    if re.fullmatch(r"-?[0-9]{1,14}", text):
        return max(int(text), _FIRST)
    try:
        moment = datetime.fromisoformat(text)
        return round(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000)
    except (ValueError, OverflowError):  # an offset may carry year 1 out of the calendar
        return None


def midnight(day: date) -> int:
    """The beginning of a day in UTC, as dates are kept."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
