"""The law: who may be approached in France, on which channel, why, and until when. Pure functions, no clock.

``decide`` answers for one contact, ``decide_many`` and ``decide_batches`` for columns of contacts, by the same rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contactable.rules.decision import decide, decide_channel
from contactable.rules.facts import COLUMNS, Facts, Offer
from contactable.rules.place import country_told_by
from contactable.rules.readings import DEFAULT_READINGS, DOUBTS, Readings
from contactable.rules.sources import SOURCES
from contactable.rules.terms import (
    UNKNOWN_TIME,
    Audience,
    Channel,
    Condition,
    ConsentAct,
    ConsentRecipient,
    DataSource,
    Mailbox,
    Purpose,
    Reason,
    Sale,
    Sector,
)
from contactable.rules.verdict import Verdict

if TYPE_CHECKING:
    from contactable.rules.table import decide_batches, decide_many

__all__ = [
    "COLUMNS",
    "DEFAULT_READINGS",
    "DOUBTS",
    "SOURCES",
    "UNKNOWN_TIME",
    "Audience",
    "Channel",
    "Condition",
    "ConsentAct",
    "ConsentRecipient",
    "DataSource",
    "Facts",
    "Mailbox",
    "Offer",
    "Purpose",
    "Readings",
    "Reason",
    "Sale",
    "Sector",
    "Verdict",
    "country_told_by",
    "decide",
    "decide_batches",
    "decide_channel",
    "decide_many",
]


def __getattr__(name: str) -> Any:
    """Import the compiler only for those who decide columns."""
    if name in ("decide_batches", "decide_many"):
        from contactable.rules import table

        return getattr(table, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
