"""Ticks of an operator in ``contactable_oppose``, seen when a contact is read: each becomes an opposition once.

The webhook of a CRM tells a tick at once; where there is none, or it was lost, the sync sees it. Which ticks were there
at the last reading is kept with the contact's facts, so that a tick that still stands does not oppose again after the
person has released the channel. Taking a tick away releases nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import structs

from contactable.mapping import OPPOSE_PROPERTY
from contactable.register import Entry, Tx, ledger
from contactable.rules.acts import opposed
from contactable.webhooks.events import Event, On, TimeQuality
from contactable.webhooks.recording import Source, record
from contactable.webhooks.ticks import ticks_in

TICKED = "ticked"
"""The name under which a contact's facts keep its ticks; no fact of the law, so that the rules never see it."""
_VOICE = (On.PHONE, On.ROBOCALL)


def ticks_of(properties: Mapping[str, str]) -> list[str]:
    """The ticks of a contact, in order."""
    return sorted({tick for tick, _, _ in ticks_in(properties.get(OPPOSE_PROPERTY, ""))})


def ticked_before(facts: Mapping[str, Any]) -> list[str]:
    """The ticks that a contact had when it was last read."""
    kept: Sequence[str] = facts.get(TICKED, ("",))
    return [tick for tick in kept[0].split(";") if tick]


def enter(tx: Tx, connector: str, new: Mapping[str, tuple[Sequence[str], bool]]) -> None:
    """Enter the ticks that are new, by record id; the flag says whether the contact was known before.

    Of a tick that was there when the contact was first read nobody knows the time.
    """
    known = ledger.entries_of_contacts(tx, connector, new)
    source = Source(f"sync:{connector}", connector, "operator", tx.now)
    events = [
        event for id, (ticks, seen) in new.items() for event in _events(id, ticks, seen, known[id], tx.now.isoformat())
    ]
    record(tx, events, source)


def _events(id: str, ticks: Iterable[str], seen: bool, entries: Sequence[Entry], now: str) -> Iterator[Event]:
    quality = TimeQuality.ARRIVAL if seen else TimeQuality.UNKNOWN
    for tick, on, meaning in ticks_in(";".join(ticks)):
        if not _stands(entries, on):
            event = meaning.event(on, tick, key=f"{id}:{tick}:{now}", at=None, record=id)
            yield structs.replace(event, time_quality=quality)


def _stands(entries: Sequence[Entry], on: On) -> bool:
    """Whether an operator's opposition stands there already: the webhook told of this tick."""
    acts = [each for each in entries if each.origin == "crm_user" or each.kind in ("release", "annulment")]
    return all(opposed(acts, channel) for channel in (_VOICE if on is On.VOICE else (on,)))
