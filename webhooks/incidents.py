"""Incidents: reports to 33700 that name no number. They oppose nobody, and warn of a sender and a campaign.

They are counted by day of Europe/Paris, sender (OADC or short code) and campaign; a report that is told twice counts
once. Counts name no person: they lie beside the cursors, one value a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from contactable.register import Tx, cursors
from contactable.rules.calendar import paris_day
from contactable.webhooks.events import Event

INCIDENT = "incident_33700"
PLACE = "incidents"
_KEY_LENGTH = 16  # hexadecimal digits of an event's key: enough to know it again within one day


@dataclass(frozen=True, slots=True)
class Incidents:
    """How many reports without a number came on one day about one sender and campaign."""

    day: date
    sender: str
    campaign: str
    count: int


def count_incidents(tx: Tx, events: Iterable[Event]) -> None:
    """Count the incidents among ``events``, each once."""
    for event in events:
        if event.reason == INCIDENT:
            _count(tx, event)


def incidents_of(tx: Tx, day: date) -> Iterator[Incidents]:
    """The incidents of one day, those of most reports first."""
    counts: dict[str, int] = (cursors.get(tx, PLACE, day.isoformat()) or {}).get("counts", {})
    for place, count in sorted(counts.items(), key=lambda each: -each[1]):
        sender, _, campaign = place.partition("\t")
        yield Incidents(day, sender, campaign, count)


def _count(tx: Tx, event: Event) -> None:
    day = paris_day(event.occurred_at or tx.now).isoformat()
    kept = cursors.get(tx, PLACE, day) or {"counts": {}, "keys": []}
    key = event.key[-_KEY_LENGTH:]
    if key in kept["keys"]:
        return
    place = f"{event.scope.id}\t{event.campaign or ''}"
    counts = {**kept["counts"], place: kept["counts"].get(place, 0) + event.count}
    cursors.set(tx, PLACE, day, {"counts": counts, "keys": [*kept["keys"], key]})
