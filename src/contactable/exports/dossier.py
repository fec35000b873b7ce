"""Everything that the register holds on one person: what was said, what proves it, what was shown and closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from contactable.identifiers import IdentifierKind
from contactable.register import Entry, Tx, ledger, mirror, shown, subjects
from contactable.register.accesses import Access, of_person
from contactable.register.carrying import contacts_with, subjects_of
from contactable.register.consents import Proof, proofs_of
from contactable.register.schema_work import journal


@dataclass(frozen=True, slots=True)
class Closed:
    """An opt-out or a block that was written elsewhere: where, on which channel, when."""

    target: str
    channel: str
    written_at: Any


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is held. ``contacts`` are the CRM's records that carry the person, with the facts read from each."""

    subjects: Sequence[tuple[str, str]]  # subject id, kind of its identifier
    contacts: Mapping[str, Mapping[str, Any]]
    entries: Sequence[Entry]
    notes: Mapping[str, str]
    proofs: Sequence[Proof]
    shown: Sequence[shown.Shown]
    closed: Sequence[Closed]
    looks: Sequence[Access]


def gather(tx: Tx, kind: IdentifierKind, text: str) -> Dossier:
    """Everything on the person behind an identifier, and on the contacts that carry it; empty for somebody unknown."""
    own = subjects.find_subject(tx, kind, text)
    records = contacts_with(tx, [own]) if own else []
    known = {own: str(kind)} if own else {}
    for connector, record_id in records:
        known |= {id: str(of) for id, of in subjects_of(tx, connector, record_id)}
    entries = {entry.id: entry for entry in ledger.entries_of(tx, known)}
    for connector, record_id in records:
        bound = ledger.entries_of_contacts(tx, connector, [record_id])[record_id]
        entries |= {entry.id: entry for entry in bound}
    return Dossier(
        subjects=sorted(known.items()),
        contacts={f"{connector}:{id}": _facts(tx, connector, id) for connector, id in records},
        entries=sorted(entries.values(), key=lambda entry: entry.recorded_at),
        notes=ledger.notes(tx, entries),
        proofs=proofs_of(tx, known),
        shown=[row for connector, id in records for row in shown.history(tx, connector, id)],
        closed=_closed(tx, list(known)),
        looks=of_person(tx, list(known)),
    )


def _facts(tx: Tx, connector: str, record_id: str) -> Mapping[str, Any]:
    row = mirror.contact(tx, connector, record_id)
    return row.facts if row else {}


def _closed(tx: Tx, known: Sequence[str]) -> list[Closed]:
    rows = tx.connection.execute(select(journal).where(journal.c.subject_id.in_(known)).order_by(journal.c.written_at))
    return [Closed(row.target, row.channel, row.written_at) for row in rows]
