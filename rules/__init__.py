"""The law: who may be approached in France, on which channel, why, and until when. Pure functions, no clock.

``decide`` answers for one contact, ``decide_many`` and ``decide_batches`` for columns of contacts, by the same rules.
"""

from __future__ import annotations

from contactable.rules.decision import decide, decide_channel
from contactable.rules.facts import COLUMNS, Facts, Offer
from contactable.rules.readings import DEFAULT_READINGS, DOUBTS, Readings
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

__all__ = [
    "COLUMNS",
    "DEFAULT_READINGS",
    "DOUBTS",
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
    "decide",
    "decide_channel",
]
