"""A request for erasure: everything goes but what the opposition needs, and what the law has the company keep.

What stays: oppositions, releases and annulments under digests (RGPD 17(3): without them the person would be approached
again), and the proofs of consents to calls until three years after collection (R223-2). The answer says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, select, update

from contactable.register import ledger, readable, salts
from contactable.register.carrying import contacts_with
from contactable.register.entering import NewEntry
from contactable.register.schema import carried, contacts, entries, identifiers, proofs, shown
from contactable.register.schema_work import calls, journal
from contactable.register.transaction import Tx


@dataclass(frozen=True, slots=True)
class Erased:
    """What went, and what stays: oppositions under digests, and proofs until the day named."""

    subjects: int
    entries: int
    proofs: int
    shown: int
    contacts: Sequence[tuple[str, str]]
    oppositions_kept: int
    proofs_kept_until: datetime | None


def erase(tx: Tx, subject_ids: Iterable[str]) -> Erased:
    """Erase a person, named by the subjects of their identifiers, and the contacts that carry them.

    The CRM's own records are the company's to erase, and a body that a sender delivered goes thirty days after it was
    settled: both belong into the answer to the person.
    """
    subjects = list(dict.fromkeys(subject_ids))
    touched = contacts_with(tx, subjects)
    subjects += [id for connector, record in touched for id in _records_of(tx, connector, record) if id not in subjects]
    readable.forget(tx, subjects)
    gone = _delete_entries(tx, subjects)
    proofs_gone, kept_until = _delete_proofs(tx, subjects)
    shown_gone = sum(_forget_contact(tx, connector, record) for connector, record in touched)
    for table in (journal, calls):
        tx.connection.execute(delete(table).where(table.c.subject_id.in_(subjects)))
    kept = [entry for entry in ledger.entries_of(tx, subjects) if entry.kind == "opposition"]
    # A proof that must be given on request has to be found by the identifier of whoever asks.
    if kept_until is None:
        _delete_identifiers(tx, [id for id in subjects if id not in {entry.subject_id for entry in kept}])
    ledger.record(tx, [NewEntry(kind="purged", origin="recipient", details={"erased": gone})])
    return Erased(len(subjects), gone, proofs_gone, shown_gone, touched, len(kept), kept_until)


def _records_of(tx: Tx, connector: str, record_id: str) -> list[str]:
    here = and_(carried.c.connector == connector, carried.c.record_id == record_id)
    return list(tx.connection.execute(select(carried.c.subject_id).where(here)).scalars())


def _delete_entries(tx: Tx, subjects: Sequence[str]) -> int:
    prospect = and_(entries.c.subject_id.in_(subjects), entries.c.kind.in_(("consent", "information")))
    gone = tx.connection.execute(delete(entries).where(prospect).returning(entries.c.id)).all()
    tx.connection.execute(update(entries).where(entries.c.subject_id.in_(subjects)).values(note=None))
    salts.let_go(tx, [row.id for row in gone], origin="recipient")
    return len(gone)


def _delete_proofs(tx: Tx, subjects: Sequence[str]) -> tuple[int, datetime | None]:
    theirs = proofs.c.subject_id.in_(subjects)
    bound = theirs & proofs.c.for_calls & (proofs.c.keep_until > tx.now)
    kept = list(tx.connection.execute(select(proofs.c.keep_until).where(bound)).scalars())
    free = theirs & ~(proofs.c.for_calls & (proofs.c.keep_until > tx.now))
    gone = tx.connection.execute(delete(proofs).where(free).returning(proofs.c.id)).all()
    return len(gone), max(kept, default=None)


def _forget_contact(tx: Tx, connector: str, record_id: str) -> int:
    here = (shown.c.connector == connector) & (shown.c.record_id == record_id)
    gone = tx.connection.execute(delete(shown).where(here).returning(shown.c.id)).all()
    same = (contacts.c.connector == connector) & (contacts.c.record_id == record_id)
    tx.connection.execute(delete(contacts).where(same))
    links = (carried.c.connector == connector) & (carried.c.record_id == record_id)
    tx.connection.execute(delete(carried).where(links))
    return len(gone)


def _delete_identifiers(tx: Tx, subjects: Sequence[str]) -> None:
    tx.connection.execute(delete(identifiers).where(identifiers.c.subject_id.in_(subjects)))
    gone = tx.connection.execute(delete(entries).where(entries.c.subject_id.in_(subjects)).returning(entries.c.id))
    salts.let_go(tx, gone.scalars(), origin="recipient")
