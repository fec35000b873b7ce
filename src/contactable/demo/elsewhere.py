"""What the demonstration shows beyond the CRM: another sender's blocklist, and a message sent all the same.

The STOP that Twilio told of is put on Brevo's blocklist, which lies on this laptop. Six minutes later (by the clock of
the demonstration) Brevo tells that it delivered an SMS to that number: an incident, counted by sender and campaign.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from contactable.demo.acts import PATIENCE, Done
from contactable.demo.stage import Stage
from contactable.errors import ContactableError
from contactable.identifiers import read_phone
from contactable.incidents import troubles
from contactable.sandbox import senders
from contactable.webhooks.despite import GRACE

AFTERWARDS = GRACE + timedelta(minutes=1)
LOOK = 0.005  # seconds between two looks


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The milliseconds from the STOP to the other sender's blocklist, and what the incident says."""

    blocked_ms: float
    incident: str


def look_elsewhere(stage: Stage, stop: Done) -> Elsewhere:
    """Wait until the blocklist holds whoever sent the STOP, then let that sender write to them all the same."""
    number = _number(stage, stop)
    blocked = stage.lists.lists["brevo"].blocked
    _wait(lambda: number in blocked, "Brevo's blocklist does not hold the number")
    milliseconds = (blocked[number][0] - stop.began) * 1000
    stage.clock.ahead += AFTERWARDS
    senders.post(senders.brevo_delivered(stage.hook("brevo"), number, stage.clock()))
    _wait(lambda: bool(_incidents(stage)), "the message that was sent despite the STOP was not noticed")
    return Elsewhere(milliseconds, _incidents(stage)[0])


def _number(stage: Stage, stop: Done) -> str:
    number = read_phone(stage.crm.contact(stop.contact).properties["mobilephone"])
    return number.e164 if number else ""


def _incidents(stage: Stage) -> list[str]:
    return [each.what for each in troubles(stage.kit) if each.id.startswith("despite:")]


def _wait(condition: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise ContactableError(f"After {PATIENCE:.0f} seconds {otherwise}.")
        time.sleep(LOOK)
