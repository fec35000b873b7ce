"""A page of contacts into the register, in one transaction: understood, mirrored, marked stale, and its cursor kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from contactable import written_over
from contactable.connectors.protocol import Connector, Page, ShowsOptOuts
from contactable.forgetting import bind_left_addresses, forget
from contactable.kinds import met, unchanged_properties
from contactable.mapping import Asked, Declaration, in_force_on
from contactable.mapping import Mapping as FactMapping
from contactable.merging import facts_lost, keep_oppositions
from contactable.opted_out import target
from contactable.register import Register, Tx, cursors, journal, mirror, outbox
from contactable.rules.calendar import paris_day
from contactable.ticking import enter
from contactable.together import promise_siblings, shows_opposition
from contactable.understanding import Understanding, Understood


@dataclass(slots=True)
class Summary:
    """What one sync saw. A CRM gives contacts at least once; those that come again since ``began`` count once."""

    read: int = 0
    changed: int = 0
    gone: int = 0
    without_email: int = 0  # contacts in whose field stands nothing
    written_over: int = 0  # contacts of which somebody changed a value of ours
    warnings: dict[str, int] = field(default_factory=dict)
    began: datetime | None = None

    def count(self, warnings: Iterable[str]) -> None:
        """Add the warnings of one record."""
        for warning in warnings:
            self.warnings[warning] = self.warnings.get(warning, 0) + 1

    def add(self, other: Summary) -> None:
        """Add what a page told."""
        self.read += other.read
        self.changed += other.changed
        self.gone += other.gone
        self.without_email += other.without_email
        self.written_over += other.written_over
        for warning, count in other.warnings.items():
            self.warnings[warning] = self.warnings.get(warning, 0) + count


@dataclass(frozen=True, slots=True)
class Keeper:
    """Keeps pages of one CRM. ``asked`` is what is asked beside properties."""

    register: Register
    connector: Connector
    mapping: FactMapping
    declarations: Sequence[Declaration]
    asked: Asked

    def keep(self, page: Page, cursor_name: str, summary: Summary) -> None:
        """Keep a page, and its cursor under a name where it has one; add what it told to the summary."""
        shows = self.connector if isinstance(self.connector, ShowsOptOuts) else None
        with self.register.read() as tx:
            standing = in_force_on(self.declarations, paris_day(tx.now))
            understanding = Understanding(self.connector.name, self.mapping, standing, self.asked, shows)
            doubtful = understanding.may_have_vanished(tx, page.records)
            kinds = met(tx, self.connector.name)
            odd = written_over.differing(tx, self.connector, page.records)
        existing = unchanged_properties(self.connector, kinds) if doubtful else None
        writes = written_over.newest_writes(self.connector, odd)

        def keep(tx: Tx) -> Summary:
            over = written_over.enter(tx, self.connector.name, odd, writes)
            kept = self._keep(tx, page, cursor_name, understanding, existing, summary.began)
            kept.written_over = over
            return kept

        summary.add(self.register.write(keep))

    def _keep(
        self,
        tx: Tx,
        page: Page,
        cursor_name: str,
        understanding: Understanding,
        existing: frozenset[str] | None,
        began: datetime | None,
    ) -> Summary:
        name, records = self.connector.name, page.records
        lost = facts_lost(tx, name, records)
        for record in records:
            if record.merged_ids:
                mirror.merge(tx, name, record.id, list(record.merged_ids))
        gone = [record.id for record in records if record.gone]
        if gone:
            forget(tx, name, gone)
        found = list(understanding.understand(tx, [each for each in records if not each.gone], existing))
        bind_left_addresses(tx, name, understanding.shows, records, found)
        changed = mirror.remember(tx, name, [each.seen for each in found])
        keep_oppositions(tx, name, lost, {each.seen.record_id: each.seen.facts for each in found})
        enter(tx, name, {each.seen.record_id: (each.ticks, each.known) for each in found if each.ticks})
        for each in found:
            for subject, channel in each.lifted:
                journal.lifted(tx, target(name), subject, channel)
        outbox.promise(tx, name, changed, urgent=False, why="changed")
        anew = set(changed)
        promise_siblings(tx, name, [each.seen.record_id for each in found if _may_cross(each, anew)])
        if page.cursor is not None:
            cursors.set(tx, name, cursor_name, dict(page.cursor))
        counted = [each for each in found if each.seen.record_id in anew or not each.was_seen_since(began)]
        summary = Summary(len(counted), len(changed), len(gone), sum(not each.has_email for each in counted))
        summary.count(warning for each in counted for warning in each.warnings)
        return summary


def _may_cross(found: Understood, changed: Collection[str]) -> bool:
    """Whether an opposition that a contact shows, or showed before, is news to other CRMs."""
    return found.seen.record_id in changed and (found.known or shows_opposition(found.seen.facts))
