"""After a restore: before a CRM is written to, what it shows closed and the register no longer knows is read back.

A register from a backup misses what was acknowledged since. That a backup was put back is marked by the command; where
a database went back by other means, the CRM tells: its contacts were changed by us after the last time that the
register knows of. So it does where a lost register wrote to it and this one is new. In all cases nothing opens there
until a person has approved (``brake``).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog

from contactable.connectors.protocol import ContactRecord
from contactable.mapping.properties import PREFIX
from contactable.own_properties import is_compact, were_found
from contactable.register import Tx, cursors, ledger, marks, mirror, outbox
from contactable.rules import Channel, Reason
from contactable.rules.calendar import paris_day
from contactable.sync import CHANGES
from contactable.webhooks.events import Event, Kind, On, Origin, TimeQuality
from contactable.webhooks.recording import Source, record
from contactable.worker import CHANGED_AT

if TYPE_CHECKING:
    from contactable.kit import Contactable

log = structlog.get_logger()

READ_BACK: Final = "read back"
"""The cursor that keeps after which restore a CRM's oppositions were read back."""


class LookBack:
    """Looks once in a process, before the first reading or writing of a CRM, whether the register went back in time."""

    def __init__(self, kit: Contactable) -> None:
        self._kit = kit
        self._looked: set[str] = set()
        self._door = threading.Lock()

    def __call__(self, name: str) -> None:
        """Look, and read back what was lost; raises what the CRM raises, and then the next one looks again."""
        with self._door:
            if name in self._looked:
                return
            if is_older(self._kit, name) or is_new(self._kit, name):
                self._kit.register.write(lambda tx: marks.put(tx, marks.RESTORED, tx.now.isoformat()))
            read_back(self._kit, name)
            if self._is_seen(name):
                self._looked.add(name)

    def _is_seen(self, name: str) -> bool:
        """Before our properties were made nobody can tell yet whether another register wrote there."""
        with self._kit.register.read() as tx:
            return were_found(tx, name) is not None or cursors.get(tx, name, CHANGES) is not None


def is_older(kit: Contactable, name: str) -> bool:
    """Whether the CRM shows a writing of ours that the register does not know of."""
    with kit.register.read() as tx:
        cursor, newest = cursors.get(tx, name, CHANGES), mirror.newest_writing(tx, name)
        restored = marks.get(tx, marks.RESTORED)
    if restored or cursor is None or newest is None:
        return False
    for page in kit.connectors[name].iter_changed(cursor, [CHANGED_AT]):
        later = {each.id: at for each in page.records if (at := _changed_at(each)) and at > newest}
        with kit.register.read() as tx:
            if any(not _was_under_way(tx, name, id, at) for id, at in later.items()):
                log.warning("register_older_than_crm", connector=name)
                return True
    return False


def is_new(kit: Contactable, name: str) -> bool:
    """Whether the register never read the CRM as a whole, and the CRM shows what another register wrote."""
    with kit.register.read() as tx:
        begun = any(cursors.get(tx, name, cursor) is not None for cursor in (CHANGES, READ_BACK))
        if begun or not were_found(tx, name) or mirror.newest_writing(tx, name) is not None:
            return False
        if marks.get(tx, marks.RESTORED):
            return False
    pages = kit.connectors[name].iter_changed(None, [CHANGED_AT])
    if any(_changed_at(each) for page in pages for each in page.records):
        log.warning("register_newer_than_crm", connector=name)
        return True
    return False


def read_back(kit: Contactable, name: str) -> int:
    """Enter each opposition that the CRM shows and the register does not know, once after a restore; return how many.

    Each has an unknown time, so that it stands until the person's own act lifts it.
    """
    with kit.register.read() as tx:
        restored, done = marks.get(tx, marks.RESTORED), cursors.get(tx, name, READ_BACK)
        names = _reason_properties(is_compact(tx, name))
    if restored is None or (done or {}).get("restored") == restored:
        return 0
    entered = 0
    for page in kit.connectors[name].iter_changed(None, list(names)):
        shown = {each.id: list(_opposed(each, names)) for each in page.records if not each.gone}
        closed = {id: channels for id, channels in shown.items() if channels}
        kit.reader(name).read_again(list(closed))
        entered += kit.register.write(partial(_enter, kit=kit, connector=name, closed=closed))
    kit.register.write(lambda tx: cursors.set(tx, name, READ_BACK, {"restored": restored}))
    log.warning("oppositions_read_back", connector=name, entered=entered)
    return entered


def _enter(tx: Tx, kit: Contactable, connector: str, closed: Mapping[str, Sequence[Channel]]) -> int:
    known = _known(tx, kit, connector, closed)
    events = [
        _event(id, channel) for id, channels in closed.items() for channel in channels if channel not in known[id]
    ]
    return record(tx, events, Source("restored", connector, "operator", tx.now)).entered


def _known(tx: Tx, kit: Contactable, connector: str, ids: Iterable[str]) -> dict[str, set[Channel]]:
    """The channels that what is known today closes by an opposition: an act, or a property of the CRM."""
    rows, entries = mirror.contacts(tx, connector, ids), ledger.entries_of_contacts(tx, connector, ids)
    today = paris_day(kit.clock())
    known: dict[str, set[Channel]] = {}
    for id in ids:
        verdicts = kit.judge.verdicts(rows[id].facts if id in rows else {}, entries[id], today)["main"]
        known[id] = {channel for channel, verdict in verdicts.items() if verdict.reason is Reason.OPPOSITION}
    return known


def _event(id: str, channel: Channel) -> Event:
    return Event(
        kind=Kind.OPPOSITION,
        on=On(channel),
        key=f"{id}:{channel}",
        reason="restored",
        origin=Origin.ECHO,
        record=id,
        time_quality=TimeQuality.UNKNOWN,
    )


def _opposed(contact: ContactRecord, names: Mapping[str, Channel | None]) -> Iterator[Channel]:
    """The channels that our properties show closed by an opposition, in either of the two schemas."""
    for name, of in names.items():
        for part in contact.properties.get(name, "").split(";"):
            channel, _, reason = part.rpartition(":") if of is None else (of, "", part)
            if reason == Reason.OPPOSITION and channel in set(Channel):
                yield Channel(channel)


def _reason_properties(compact: bool) -> Mapping[str, Channel | None]:
    return {f"{PREFIX}reasons": None} if compact else {f"{PREFIX}{channel}_reason": channel for channel in Channel}


def _changed_at(contact: ContactRecord) -> datetime | None:
    try:
        return datetime.fromisoformat(contact.properties.get(CHANGED_AT, ""))
    except ValueError:
        return None


def _was_under_way(tx: Tx, connector: str, id: str, at: datetime) -> bool:
    """Whether the writing belongs to a promise of before: a crash came between the CRM's answer and our keeping it."""
    promise = outbox.promised(tx, connector, id)
    return promise is not None and promise.promised_at <= at
