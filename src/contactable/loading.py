"""A whole sync of one CRM as a person starts it: its preview, and its run until nothing is left to write."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from contactable import own_properties
from contactable.beside import read_beside
from contactable.connectors.protocol import Connector, ContactRecord, Page
from contactable.identifiers import IdentifierKind
from contactable.mapping import Declaration, Mapped, map_record, to_json
from contactable.mapping import Mapping as FactMapping
from contactable.register import Tx, cursors, ledger, mirror, outbox, subjects
from contactable.register.members import LIST, OUTCOME
from contactable.rereading import pages_since
from contactable.rules import Channel, Reason
from contactable.rules.calendar import paris_day
from contactable.settling import LATER
from contactable.sync import CHANGES, Progress, Summary
from contactable.together import oppositions_elsewhere, with_oppositions
from contactable.worker import work

if TYPE_CHECKING:
    from contactable.kit import Contactable


PATIENCE = 10.0  # seconds that a command waits for a CRM that could not take something: three tries


@dataclass(slots=True)
class Preview:
    """What a sync would write: how many contacts, and how many of each reason by channel (main offer)."""

    connector: str
    contacts: int = 0
    changes: int = 0
    reasons: dict[str, dict[str, int]] = field(default_factory=dict)
    warnings: Counter[str] = field(default_factory=Counter)

    def counted(self) -> list[tuple[tuple[Channel, Reason], int]]:
        """Channel and reason with their counts, open reasons first, the most frequent first."""
        rows = [
            ((Channel(channel), Reason(reason)), count)
            for channel, reasons in self.reasons.items()
            for reason, count in reasons.items()
        ]
        return sorted(rows, key=lambda row: (not row[0][1].opens, -row[1]))

    def add(self, reasons: dict[Channel, Reason], changed: bool) -> None:
        """Count one contact."""
        self.contacts += 1
        self.changes += changed
        for channel, reason in reasons.items():
            counts = self.reasons.setdefault(channel, {})
            counts[reason] = counts.get(reason, 0) + 1


def load(
    kit: Contactable,
    name: str,
    *,
    full: bool = False,
    since: datetime | None = None,
    progress: Progress = lambda done, total: None,
) -> str:
    """Sync one CRM and write everything that is to be written; return a sentence on what was done."""
    made = own_properties.ensure(kit, name)
    summary = kit.reader(name).sync(full=full, since=since, progress=progress)
    written = drain(kit, name, progress)
    done = f"{summary.read} contacts read, {written} brought up to date, {len(made)} properties made"
    return "; ".join([done, *_besides(kit, name, summary)])


def _besides(kit: Contactable, name: str, summary: Summary) -> Iterator[str]:
    """What was left out, and why: codes and counts, nobody's name."""
    if summary.gone:
        yield f"{summary.gone} gone from the CRM"
    if summary.warnings:
        yield "not understood: " + ", ".join(f"{code} {count}" for code, count in sorted(summary.warnings.items()))
    with kit.register.read() as tx:
        waiting = outbox.put_off(tx, name)
    if waiting:
        yield "put off: " + ", ".join(f"{why} {count}" for why, count in sorted(waiting.items()))


def drain(kit: Contactable, name: str, progress: Progress = lambda done, total: None) -> int:
    """Work off the outbox of one CRM until nothing is left that can be done now or in some seconds."""
    desk = kit.desk(name)
    with kit.register.read() as tx:
        waiting = outbox.pending(tx).get(name)
    done, total = 0, waiting.contacts if waiting else 0
    while True:
        for taken in work(desk):
            done += taken
            progress(done, max(total, done))
        if not _is_due_soon(kit, name):
            break
    return done


def _is_due_soon(kit: Contactable, name: str) -> bool:
    """Wait for what the CRM could not take a moment ago; False where there is none, or the wait would be long."""
    with kit.register.read() as tx:
        due = outbox.next_due(tx, name, LATER)
        seconds = (due - tx.now).total_seconds() if due else PATIENCE
    if seconds >= PATIENCE:
        return False
    time.sleep(max(seconds, 0.0))
    return True


def preview(
    kit: Contactable,
    name: str,
    *,
    full: bool = False,
    since: datetime | None = None,
    ids: Sequence[str] | None = None,
    progress: Progress = lambda done, total: None,
) -> Preview:
    """Count what a sync (of these ids alone, where they are given) would write; nothing is kept and nothing written."""
    found, seen = Preview(name), set[str]()
    with kit.register.read() as tx:
        cursor = None if full else cursors.get(tx, name, CHANGES)
        mapping, asked = kit.mapping(name), kit.reader(name).asked
        beside = read_beside(kit.connectors[name], asked)
        for page in _pages(kit.connectors[name], mapping.properties, cursor, since, ids):
            living = [record for record in page.records if not record.gone and record.id not in seen]
            seen.update(record.id for record in living)  # a CRM gives a contact at least once
            mapped = [_mapped(each, mapping, kit.declarations, beside.get(each.id, {})) for each in living]
            for reasons, before in _decided(kit, tx, name, mapped):
                found.add(reasons, before != {channel: str(reason) for channel, reason in reasons.items()})
            found.warnings.update(warning for each in mapped for warning in each.warnings)
            progress(found.contacts, page.total)
    return found


def _pages(
    connector: Connector,
    properties: Sequence[str],
    cursor: Mapping[str, Any] | None,
    since: datetime | None,
    ids: Sequence[str] | None,
) -> Iterable[Page]:
    if ids is not None:
        return [Page(list(connector.read(ids, properties)), None, len(ids))]
    if since is not None and cursor is not None:
        return pages_since(connector, since, properties)
    return connector.iter_changed(cursor, properties)


def _mapped(
    record: ContactRecord, mapping: FactMapping, declarations: Sequence[Declaration], beside: dict[str, dict[str, str]]
) -> Mapped:
    return map_record(
        record.id,
        record.properties,
        mapping,
        lists=beside.get(LIST, {}),
        outcomes=beside.get(OUTCOME, {}),
        declarations=declarations,
    )


def _decided(
    kit: Contactable, tx: Tx, name: str, mapped: Sequence[Mapped]
) -> Iterator[tuple[dict[Channel, Reason], dict[str, str]]]:
    """The reasons of each contact now, and those that were written last."""
    today = paris_day(kit.clock())
    ids = [each.record_id for each in mapped]
    rows = mirror.contacts(tx, name, ids)
    told = oppositions_elsewhere(tx, name, ids) if kit.judge.several_crms else {}
    for each in mapped:
        own = (IdentifierKind.RECORD, f"{name}:{each.record_id}")
        bound = subjects.find_subjects(tx, [own, *each.identifiers]).values()
        facts = with_oppositions(to_json(each.facts), told.get(each.record_id, {}))
        verdicts = kit.judge.verdicts(facts, ledger.entries_of(tx, bound), today)["main"]
        row = rows.get(each.record_id)
        yield (
            {ch: verdict.reason for ch, verdict in verdicts.items()},
            dict(((row and row.written) or {}).get("main", {})),
        )
