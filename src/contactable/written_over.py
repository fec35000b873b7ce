"""Our own properties, where somebody wrote over them in the CRM.

A person or another app that made a channel stricter than we did voices an opposition: it is entered, with its time.
Whatever differs is written again, for marketers filter on it: what somebody opened by hand above all. The CRM's history
tells whose a value is, so that neither an index that is late nor a write of ours that is under way is anybody's act.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import structlog

from contactable.connectors.protocol import Connector, ContactRecord, HasHistories, PropertyWrite, Writer
from contactable.mapping.properties import DENIED, PREFIX
from contactable.own_properties import PROPERTIES, write_again
from contactable.register import Tx, mirror, outbox
from contactable.rules import Channel
from contactable.webhooks.events import Event, Kind, On, Origin, TimeQuality
from contactable.webhooks.recording import Source, record

log = structlog.get_logger()

WHY = "written over"
CHANNELS = f"{PREFIX}channels"
_STATES = {f"{PREFIX}{channel}": channel for channel in Channel}
_SOMEBODYS = (Writer.PERSON, Writer.OTHER_APP, Writer.SOME_APP)


@dataclass(frozen=True, slots=True)
class Differing:
    """What a contact shows otherwise than it was written: by property what we wrote, and when."""

    wrote: Mapping[str, str]
    written_at: datetime | None


def watched(connector: Connector) -> tuple[str, ...]:
    """Our properties that are read back where a CRM tells who wrote them: what is open, and each channel's state."""
    return (CHANNELS, *_STATES) if connector.capabilities.histories else ()


def differing(tx: Tx, connector: Connector, records: Iterable[ContactRecord]) -> dict[str, Differing]:
    """The contacts that show other values of ours than were written there, by record id."""
    names = watched(connector)
    living = {each.id: each for each in records if not each.gone} if names else {}
    found: dict[str, Differing] = {}
    for id, row in mirror.contacts(tx, connector.name, living).items():
        wrote = (row.written or {}).get(PROPERTIES, {})
        shown = living[id].properties
        odd = {name: wrote[name] for name in names if name in wrote and not _same(shown.get(name, ""), wrote[name])}
        if odd:
            found[id] = Differing(odd, row.written_at)
    return found


def newest_writes(connector: Connector, odd: Mapping[str, Differing]) -> list[PropertyWrite]:
    """Who wrote those values last; asks the CRM, and only where something differs."""
    newest: dict[tuple[str, str], PropertyWrite] = {}
    if odd:
        names = sorted({name for each in odd.values() for name in each.wrote})
        for write in cast(HasHistories, connector).histories(list(odd), names):
            newest.setdefault((write.record_id, write.name), write)
    return [each for each in newest.values() if _differs(each, odd.get(each.record_id))]


def enter(tx: Tx, connector: str, odd: Mapping[str, Differing], writes: Sequence[PropertyWrite]) -> int:
    """Enter what closes as an opposition, have the rest written again; return how many contacts were written over."""
    rows = mirror.contacts(tx, connector, {each.record_id for each in writes})
    events, names = [], dict[str, set[str]]()
    for each in writes:
        row, before = rows.get(each.record_id), odd[each.record_id]
        if row is None or row.gone_at:
            continue
        if each.by is not Writer.PERSON and (
            row.written_at != before.written_at or outbox.promised(tx, connector, each.record_id)
        ):
            continue  # a write of ours may be under way
        if each.by in _SOMEBODYS:
            events += [_event(each, channel) for channel in _closed(each, before.wrote[each.name])]
        names.setdefault(each.record_id, set()).add(each.name)
    record(tx, events, Source(f"sync:{connector}", connector, "operator", tx.now))
    for id, over in names.items():
        write_again(tx, rows[id], over)
    outbox.promise(tx, connector, names, urgent=True, why=WHY)
    if names:
        log.warning("written_over", connector=connector, contacts=len(names), oppositions=len(events))
    return len(names)


def _differs(write: PropertyWrite, odd: Differing | None) -> bool:
    return odd is not None and write.name in odd.wrote and not _same(write.value, odd.wrote[write.name])


def _same(one: str, other: str) -> bool:
    """A multiple choice has no order."""
    return set(one.split(";")) == set(other.split(";"))


def _closed(write: PropertyWrite, wrote: str) -> Iterator[Channel]:
    """The channels that a value closes and ours did not."""
    if write.name == CHANNELS:
        still = write.value.split(";")
        yield from (Channel(each) for each in wrote.split(";") if each and each not in still)
    elif write.value == DENIED and wrote != DENIED:
        yield _STATES[write.name]


def _event(write: PropertyWrite, channel: Channel) -> Event:
    at = write.at.isoformat() if write.at else ""
    return Event(
        kind=Kind.OPPOSITION,
        on=On(channel),
        key=f"{write.record_id}:{write.name}:{channel}:{at}",
        reason="crm_opposition",
        origin=Origin.CRM_USER,
        record=write.record_id,
        occurred_at=write.at,
        time_quality=TimeQuality.EVENT if write.at else TimeQuality.UNKNOWN,
    )
