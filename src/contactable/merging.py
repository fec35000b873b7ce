"""Merged records: what bound the one that is gone binds the one that is left.

What the register knows is handed over (``mirror.merge``). An opposition that only the record itself showed, in a box of
the CRM or a property, would go with it: most CRMs keep the survivor's own values. So it is entered, by whoever ticked
it, unless the survivor shows it too, or a later one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import structs

from contactable.connectors.protocol import ContactRecord
from contactable.mapping.columns import opposed_by
from contactable.mapping.values import time_of
from contactable.register import Tx, mirror
from contactable.rules.calendar import PARIS
from contactable.together import is_stricter
from contactable.webhooks.events import EVERYTHING, Event, On, Scope, ScopeKind, TimeQuality
from contactable.webhooks.recording import Source, record
from contactable.webhooks.ticks import TICKED

Lost = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""By survivor, the facts of each record that went into it."""


def facts_lost(tx: Tx, connector: str, records: Iterable[ContactRecord]) -> Lost:
    """What was mirrored of the records that went into these; asked before they are forgotten."""
    merged = {old: each.id for each in records for old in each.merged_ids if old != each.id}
    rows = mirror.contacts(tx, connector, list(merged)) if merged else {}
    lost: dict[str, dict[str, Mapping[str, Any]]] = {}
    for id, row in rows.items():
        lost.setdefault(merged[id], {})[id] = row.facts or {}
    return lost


def keep_oppositions(tx: Tx, connector: str, lost: Lost, shown: Mapping[str, Mapping[str, Any]]) -> None:
    """Enter the oppositions among lost facts that the survivors, by id, do not show themselves."""
    events = [
        event
        for survivor, by_record in lost.items()
        for id, facts in by_record.items()
        for event in _oppositions(id, facts, shown.get(survivor, {}))
    ]
    record(tx, events, Source(f"sync:{connector}", connector, "operator", tx.now))


def _oppositions(id: str, facts: Mapping[str, Any], shown: Mapping[str, Any]) -> Iterator[Event]:
    """Those of one record that is gone, whose subject the survivor carries, and that say more than it shows itself."""
    for name, (value, _) in sorted(facts.items()):
        channel = opposed_by(name)
        if channel and value and is_stricter(value, shown.get(name)):
            subscription = name.partition("/")[2]
            scope = Scope(ScopeKind.SUBSCRIPTION, subscription) if subscription else EVERYTHING
            event = TICKED.event(On(channel), "merged", key=f"{id}:{name}:merged", at=None, record=id, scope=scope)
            at = time_of(value)
            quality = TimeQuality.EVENT if at else TimeQuality.UNKNOWN
            yield structs.replace(event, occurred_at=at and _end_of(at), time_quality=quality)


def _end_of(at: date) -> datetime:
    """A moment as it is; of a day its end in Paris, so that nothing of that day lifts it."""
    return at if isinstance(at, datetime) else datetime.combine(at, time.max, ZoneInfo(PARIS))
