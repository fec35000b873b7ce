"""The answer: whether a contact may be approached on a channel, why, under which conditions, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from contactable.rules.terms import Channel, Condition, Reason


@dataclass(frozen=True, slots=True)
class Verdict:
    """One contact, one offer, one channel, one moment.

    ``sources`` are ids of ``contactable.rules.sources``. ``until`` is the first later day on which ``allowed`` or
    ``reason`` changes though nothing is done, or None. ``advice`` names the fewest columns of the contact file that
    would open a closed channel, and is empty when no fact helps. ``readings`` names the doubts that touched it.
    """

    channel: Channel
    allowed: bool
    reason: Reason
    sources: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    until: date | None = None
    advice: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()

    def ending(self, until: date) -> Verdict:
        """The same verdict, which changes on that day; quicker than ``dataclasses.replace``."""
        return Verdict(
            self.channel,
            self.allowed,
            self.reason,
            self.sources,
            self.conditions,
            until,
            self.advice,
            self.readings,
        )
