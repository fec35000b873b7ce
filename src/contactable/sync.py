"""From a CRM into the register: what changed since the last time, read, understood, mirrored, and marked stale.

The cursor moves in the transaction that keeps the page, so a crash costs a page read twice. Deciding and writing back
is the worker's business; a contact whose input did not change is not touched.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from contactable.connectors.protocol import Connector, ContactRecord, Page
from contactable.identifiers import IdentifierKind, mask_email, mask_phone
from contactable.mapping import Declaration, map_record, to_json
from contactable.mapping import Mapping as FactMapping
from contactable.register import Register, SeenContact, Tx, cursors, mirror, outbox

CHANGES = "changes"
CONSENT = "consent"
Progress = Callable[[int, int | None], None]
"""Called with the contacts read so far, and how many there are where the CRM tells."""


@dataclass(slots=True)
class Summary:
    """What one sync saw."""

    read: int = 0
    changed: int = 0
    gone: int = 0
    warnings: dict[str, int] = field(default_factory=dict)

    def count(self, warnings: Iterable[str]) -> None:
        """Add the warnings of one record."""
        for warning in warnings:
            self.warnings[warning] = self.warnings.get(warning, 0) + 1


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one CRM into the register."""

    register: Register
    connector: Connector
    mapping: FactMapping
    declarations: Sequence[Declaration] = ()

    def sync(self, *, full: bool = False, progress: Progress = lambda done, total: None) -> Summary:
        """Read what changed since the last sync (everything with ``full``)."""
        with self.register.read() as tx:
            cursor = None if full else cursors.get(tx, self.connector.name, CHANGES)
        return self._take(self.connector.iter_changed(cursor, self.mapping.properties), CHANGES, progress)

    def sync_consents(self) -> Summary:
        """Read contacts whose native opt-outs changed although their modified date may not have."""
        with self.register.read() as tx:
            cursor = cursors.get(tx, self.connector.name, CONSENT)
        return self._take(
            self.connector.iter_consent_changes(cursor, self.mapping.properties), CONSENT, lambda done, total: None
        )

    def refresh(self, record_ids: Sequence[str]) -> Summary:
        """Read these contacts as they are now."""
        summary = Summary()
        if record_ids:
            records = list(self.connector.read(record_ids, self.mapping.properties))
            self.register.write(lambda tx: self._keep(tx, records, summary))
        return summary

    def reconcile(self) -> int:
        """Forget contacts that the CRM no longer has, whatever it did not tell us; return how many."""
        living = set(self.connector.iter_ids())
        lost = [id for id in self._mirrored() if id not in living]
        if lost:
            self.register.write(lambda tx: mirror.forget(tx, self.connector.name, lost))
        return len(lost)

    def _mirrored(self) -> Iterator[str]:
        after = ""
        with self.register.read() as tx:
            while ids := mirror.contact_ids(tx, self.connector.name, after=after):
                yield from ids
                after = ids[-1]

    def _take(self, pages: Iterator[Page], cursor_name: str, progress: Progress) -> Summary:
        summary = Summary()
        for page in pages:
            self.register.write(partial(self._keep_page, page=page, cursor_name=cursor_name, summary=summary))
            progress(summary.read, page.total)
        return summary

    def _keep_page(self, tx: Tx, page: Page, cursor_name: str, summary: Summary) -> None:
        self._keep(tx, page.records, summary)
        if page.cursor is not None:
            cursors.set(tx, self.connector.name, cursor_name, dict(page.cursor))

    def _keep(self, tx: Tx, records: Sequence[ContactRecord], summary: Summary) -> None:
        name = self.connector.name
        for record in records:
            if record.merged_ids:
                mirror.merge(tx, name, record.id, list(record.merged_ids))
        gone = [record.id for record in records if record.gone]
        if gone:
            mirror.forget(tx, name, gone)
        seen = [self._seen(record, summary) for record in records if not record.gone]
        changed = mirror.remember(tx, name, seen)
        outbox.promise(tx, name, changed, urgent=False, why="changed")
        summary.read += len(records)
        summary.changed += len(changed)
        summary.gone += len(gone)

    def _seen(self, record: ContactRecord, summary: Summary) -> SeenContact:
        mapped = map_record(record.id, record.properties, self.mapping, declarations=self.declarations)
        summary.count(mapped.warnings)
        facts = to_json(mapped.facts)
        return SeenContact(
            record_id=record.id,
            identifiers=mapped.identifiers,
            facts=facts,
            input_hash=input_hash(facts, mapped.identifiers, self.mapping.fingerprint),
            label=label_of(mapped.identifiers),
        )


def input_hash(facts: object, identifiers: Iterable[tuple[IdentifierKind, str]], fingerprint: str) -> bytes:
    """What a contact's verdicts depend on, as a digest: unchanged, and the contact need not be looked at."""
    listed = [facts, sorted((str(kind), text) for kind, text in identifiers), fingerprint]
    return hashlib.sha256(json.dumps(listed, sort_keys=True).encode()).digest()[:16]


def label_of(identifiers: Iterable[tuple[IdentifierKind, str]]) -> str:
    """A masked label by which people recognise a contact they know."""
    for kind, text in identifiers:
        return mask_email(text) if kind is IdentifierKind.EMAIL else mask_phone(text)
    return ""
