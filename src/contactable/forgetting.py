"""Oppositions that only a record of the CRM showed: they bind its address and number before it is forgotten.

A box or a property goes with its record, and a native opt-out with the address that the record had. What they said was
said by somebody all the same, and whoever comes back under the same address stays closed: so it is entered, as voiced
to whoever ticked it. Nothing is kept of it but digests, which stay after a deletion for privacy as well (RGPD 17(3)).
Senders are owed no block for it: no record tells them the address any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from contactable.connectors.protocol import ContactRecord, ShowsOptOuts
from contactable.mapping.columns import opposed_by
from contactable.mapping.values import time_of
from contactable.register import NewEntry, Tx, ledger, mirror, outbox
from contactable.register.subjects import find_subjects
from contactable.understanding import Understood
from contactable.webhooks.events import On, Origin, ScopeKind
from contactable.webhooks.persons import reached_by, subjects_of_record
from contactable.webhooks.ticks import TICKED

Shown = Mapping[str, Sequence[str]]
"""Facts by name, as the mirror keeps them: the value, and its source."""


def forget(tx: Tx, connector: str, record_ids: Iterable[str]) -> None:
    """Forget contacts that the CRM no longer has, or that we leave."""
    ids = list(record_ids)
    bind(tx, connector, ids)
    mirror.forget(tx, connector, ids)


def bind(tx: Tx, connector: str, record_ids: Iterable[str]) -> None:
    """Let the oppositions that mirrored contacts show bind what they carry."""
    rows = mirror.contacts(tx, connector, record_ids)
    _enter(tx, connector, {id: row.facts for id, row in rows.items() if row.gone_at is None and row.facts})


def bind_left_addresses(
    tx: Tx, connector: str, shows: ShowsOptOuts | None, records: Iterable[ContactRecord], found: Iterable[Understood]
) -> None:
    """Let native opt-outs that belonged to an address bind it, and the contact that shows another one now.

    To be called before these contacts are mirrored as they are now.
    """
    less = {each.seen.record_id: each for each in found if each.no_longer}
    if shows is None or not less:
        return
    lost: dict[str, Shown] = {}
    for record in records:
        if record.id in less:
            channels = _left(tx, connector, shows, record, less[record.id])
            lost[record.id] = {n: fact for n, fact in less[record.id].no_longer.items() if opposed_by(n) in channels}
    _enter(tx, connector, lost)


def _left(tx: Tx, connector: str, shows: ShowsOptOuts, record: ContactRecord, found: Understood) -> set[str]:
    """The channels whose opt-outs belong to an address or number, where this contact left one of that kind."""
    carries = set(find_subjects(tx, found.seen.identifiers).values())
    left = {kind for subject, kind in mirror.subjects_of(tx, connector, record.id) if subject not in carries}
    return {
        channel
        for channel, each in shows.opt_outs_of(record).items()
        if each.address is not None and left & reached_by(On(channel))
    }


def _enter(tx: Tx, connector: str, shown: Mapping[str, Shown]) -> None:
    new = [entry for id, facts in shown.items() for entry in _entries(tx, connector, id, facts)]
    entered = [each for each in ledger.record(tx, new) if each is not None]
    outbox.stale_for(tx, {each.subject_id for each in entered if each.subject_id}, urgent=True)


def _entries(tx: Tx, connector: str, id: str, facts: Shown) -> Iterator[NewEntry]:
    for name, (value, _) in facts.items():
        channel = opposed_by(name)
        if channel is None or not value:
            continue
        scope = name.partition("/")[2]
        at = time_of(value)
        for subject in subjects_of_record(tx, connector, id, On(channel)):
            yield NewEntry(
                kind=TICKED.kind,
                subject_id=subject,
                on=channel,
                scope_kind=ScopeKind.SUBSCRIPTION if scope else ScopeKind.GLOBAL,
                scope_id=scope,
                origin=Origin.CRM_USER,
                occurred_at=at,
                time_quality="event" if at else "unknown",
                event_key=f"sync:{connector}:{id}:{name}:{value}:{subject}",
                reason=TICKED.reason,
            )
