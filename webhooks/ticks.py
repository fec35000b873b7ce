"""What an operator ticks in a CRM: ``contactable_oppose``, one value a channel, and the CRM's own "do not" boxes.

A tick is an opposition that the person voiced to somebody of the company. Taking it away releases nothing: only the
person can. A value that names no channel closes all, because somebody meant an opposition by it, and is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from contactable.webhooks.events import Confidence, Kind, On, Origin, Trace
from contactable.webhooks.meaning import IGNORED, Meaning

OPPOSE = "contactable_oppose"

CHANNELS = {
    "email": On.EMAIL,
    "sms": On.SMS,
    "calls": On.VOICE,
    "voice": On.VOICE,
    "phone": On.PHONE,
    "robocall": On.ROBOCALL,
    "post": On.POST,
    "all": On.ALL,
}
TICKED = Meaning(Kind.OPPOSITION, "crm_opposition", Origin.CRM_USER)
UNKNOWN_TICK = replace(TICKED, confidence=Confidence.REVIEW)
CHANGED = replace(IGNORED, trace=Trace.CONTACT_CHANGED)


def ticks_in(value: Any) -> Iterator[tuple[str, On, Meaning]]:
    """Each tick, the channel that it closes, and its meaning; ``value`` is ``a;b``, ``a,b`` or a list of texts."""
    # CRMs write a multiple choice as a list, or joined by either sign.
    parts = value if isinstance(value, list) else str(value or "").replace(",", ";").split(";")
    for tick in dict.fromkeys(str(part).strip().lower() for part in parts):
        if tick:
            yield tick, CHANNELS.get(tick, On.ALL), TICKED if tick in CHANNELS else UNKNOWN_TICK
