"""Did it hold? Messages sent and calls made although the person had opposed: incidents, by sender and campaign.

Deliveries, receipts and ended calls are looked at as they come in, counted where they break an opposition that had been
known for more than five minutes, and forgotten. Nothing is kept of whom it concerned. A sender of transactional mail
is left out by ``transactional`` of its endpoint: true, or a list of campaigns and tags.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from contactable.register import Tx, blocks, cursors, ledger, subjects
from contactable.register.ledger import Entry
from contactable.register.subjects import Identifier
from contactable.rules.acts import OfferScopes, opposed
from contactable.rules.calendar import paris_day
from contactable.webhooks.events import Event, Kind, On, Trace
from contactable.webhooks.persons import identifier_in

GRACE = timedelta(minutes=5)
"""After an opposition; what was sent within it was on its way."""
SENT = frozenset({Trace.SENT, Trace.DELIVERED, Trace.CALL_ENDED})
PLACE = "sent_despite"
_KEY_LENGTH = 16
_KEYS_KEPT = 5000  # of one day: a message tells itself as sent, then as delivered, and counts once
_CHANNEL = {On.VOICE: "phone"}


@dataclass(frozen=True, slots=True)
class Despite:
    """How many messages or calls of one sender and campaign broke an opposition on one day of Europe/Paris."""

    day: date
    endpoint: str
    campaign: str
    channel: str
    count: int


def count_despite(tx: Tx, endpoint: str, events: Iterable[Event], options: Mapping[str, Any]) -> int:
    """Count what was sent despite an opposition; return how many that were."""
    looked_at = [event for event in events if _is_sent(event) and not _is_transactional(event, options)]
    if not looked_at:
        return 0
    broken = [event for event, acts in _with_acts(tx, looked_at) if _breaks(tx, event, acts)]
    return sum(_count(tx, endpoint, event) for event in broken)


def despite_of(tx: Tx, day: date) -> Iterator[Despite]:
    """The incidents of one day, those of most messages first."""
    counts: dict[str, int] = (cursors.get(tx, PLACE, day.isoformat()) or {}).get("counts", {})
    for place, count in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        endpoint, campaign, channel = place.split("\t")
        yield Despite(day, endpoint, campaign, channel, count)


def _is_sent(event: Event) -> bool:
    # The call in which somebody refuses began before that.
    return event.trace in SENT and event.kind is Kind.IGNORED


def _is_transactional(event: Event, options: Mapping[str, Any]) -> bool:
    said = options.get("transactional", False)
    return said if isinstance(said, bool) else event.campaign in [str(each) for each in said]


def _with_acts(tx: Tx, events: Sequence[Event]) -> Iterator[tuple[Event, list[Entry]]]:
    """The events of persons whom the register has met, each with what is known of them."""
    named: dict[int, Identifier] = {
        place: who for place, event in enumerate(events) if (who := identifier_in(event.email, event.phone))
    }
    found = subjects.find_subjects(tx, named.values())
    acts: dict[str | None, list[Entry]] = {}
    for entry in ledger.entries_of(tx, found.values()):
        acts.setdefault(entry.subject_id, []).append(entry)
    for place, who in named.items():
        if known := acts.get(found.get(who)):
            yield events[place], known


def _breaks(tx: Tx, event: Event, acts: Iterable[Entry]) -> bool:
    """Whether a general opposition had stood for more than the grace when the message was sent."""
    at = min(event.occurred_at or tx.now, tx.now)
    # What lifts counts up to the sending, what opposes only from when it was known long enough.
    known = [act for act in acts if act.recorded_at <= (at - GRACE if act.kind == "opposition" else at)]
    return opposed(known, _CHANNEL.get(event.on, str(event.on)), OfferScopes(elsewhere=blocks.named_scopes(tx)))


def _count(tx: Tx, endpoint: str, event: Event) -> int:
    day = paris_day(event.occurred_at or tx.now).isoformat()
    kept = cursors.get(tx, PLACE, day) or {"counts": {}, "keys": []}
    key = (event.message_id or event.key)[-_KEY_LENGTH:]
    if key in kept["keys"]:
        return 0
    place = f"{endpoint}\t{(event.campaign or '').replace(chr(9), ' ')}\t{_CHANNEL.get(event.on, str(event.on))}"
    counts = {**kept["counts"], place: kept["counts"].get(place, 0) + 1}
    cursors.set(tx, PLACE, day, {"counts": counts, "keys": [*kept["keys"], key][-_KEYS_KEPT:]})
    return 1
