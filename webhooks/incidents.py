"""Incidents: reports to 33700 that name no number. They oppose nobody, and warn of a sender and a campaign.

They are counted by day of Europe/Paris, sender (OADC or short code) and campaign; a report that is told twice counts
once. 33700 tells operators of a day on the next: the day on which somebody complained is one count, the day on which we
heard another, and it is the second that warns. Counts name no person: they lie beside the cursors, two values a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from contactable.register import Tx, cursors
from contactable.rules.calendar import paris_day
from contactable.webhooks.events import Event

INCIDENT = "incident_33700"
PLACE, HEARD = "incidents", "incidents heard"
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
    """The incidents that were reported on one day, those of most reports first."""
    yield from _by_count(day, (cursors.get(tx, PLACE, day.isoformat()) or {}).get("counts", {}))


def heard_on(tx: Tx, day: date) -> Iterator[Incidents]:
    """The incidents that we heard of on one day, whenever they were reported; those of most reports first."""
    yield from _by_count(day, cursors.get(tx, HEARD, day.isoformat()) or {})


def _by_count(day: date, counts: Mapping[str, int]) -> Iterator[Incidents]:
    for place, count in sorted(counts.items(), key=lambda each: -each[1]):
        sender, _, campaign = place.partition("\t")
        yield Incidents(day, sender, campaign, count)


def _count(tx: Tx, event: Event) -> None:
    today = paris_day(tx.now)
    day = min(paris_day(event.occurred_at or tx.now), today).isoformat()
    kept = cursors.get(tx, PLACE, day) or {"counts": {}, "keys": []}
    key = event.key[-_KEY_LENGTH:]
    if key in kept["keys"]:
        return
    place = f"{event.scope.id}\t{event.campaign or ''}"
    cursors.set(tx, PLACE, day, {"counts": _more(kept["counts"], place, event.count), "keys": [*kept["keys"], key]})
    heard = cursors.get(tx, HEARD, today.isoformat()) or {}
    cursors.set(tx, HEARD, today.isoformat(), _more(heard, place, event.count))


def _more(counts: Mapping[str, int], place: str, count: int) -> dict[str, int]:
    return {**counts, place: counts.get(place, 0) + count}
