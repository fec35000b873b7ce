"""Times as HubSpot writes them: epoch milliseconds inside, ISO 8601 in UTC with milliseconds outside."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache


@lru_cache(maxsize=65_536)
def iso(ms: int) -> str:
    """``2026-11-24T08:00:00.123Z``."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


@lru_cache(maxsize=65_536)
def milliseconds(text: str) -> int | None:
    """The moment that a value or a filter names, as epoch milliseconds or in ISO 8601; None where it names none."""
    if text.lstrip("-").isdigit():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return round(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000)


def midnight(day: date) -> int:
    """The beginning of a day in UTC, as dates are kept."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
