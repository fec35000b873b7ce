"""Which subjects a contact carries: its record, its addresses, its numbers.

A subject that left a contact (a changed address) still binds it for what was recorded while the contact carried it, so
nobody shakes off an opposition by changing an address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, select, tuple_, update

from contactable.identifiers import IdentifierKind
from contactable.register.schema import carried
from contactable.register.statements import chunks, rows_among
from contactable.register.subjects import Identifier, subjects_for
from contactable.register.transaction import Tx

_CONTACTS_WITH = (
    "SELECT carried.connector, carried.record_id FROM carried"
    " JOIN contacts ON contacts.connector = carried.connector AND contacts.record_id = carried.record_id"
    " WHERE contacts.gone_at IS NULL AND carried.subject_id IN ({many})"
)
_CARRIED_BY = (
    "SELECT record_id, subject_id, kind FROM carried"
    " WHERE left_at IS NULL AND connector = {one} AND record_id IN ({many}) ORDER BY since"
)


def contacts_with(tx: Tx, subject_ids: Iterable[str], *, now_only: bool = False) -> list[tuple[str, str]]:
    """The contacts, as (connector, record id), that carry or once carried one of these subjects; gone ones left out."""
    found: dict[tuple[str, str], None] = {}
    said = _CONTACTS_WITH + (" AND carried.left_at IS NULL" if now_only else "")
    found.update(((connector, id), None) for connector, id in rows_among(tx.connection, said, _kept(subject_ids)))
    return list(found)


def subjects_of(tx: Tx, connector: str, record_id: str) -> list[tuple[str, IdentifierKind]]:
    """The subjects that a contact carries now, each with the kind of its identifier."""
    return subjects_of_contacts(tx, connector, [record_id]).get(record_id, [])


def subjects_of_contacts(
    tx: Tx, connector: str, record_ids: Iterable[str]
) -> dict[str, list[tuple[str, IdentifierKind]]]:
    """The subjects that contacts carry now, by record id, thousands at once; contacts without any are left out."""
    found: dict[str, list[tuple[str, IdentifierKind]]] = {}
    for id, subject, kind in rows_among(tx.connection, _CARRIED_BY, record_ids, connector):
        found.setdefault(id, []).append((bytes(subject).hex(), IdentifierKind(kind)))
    return found


def carry(tx: Tx, connector: str, seen: Mapping[str, Sequence[Identifier]]) -> dict[tuple[str, str], Identifier]:
    """Link contacts, by record id, with the subjects that they carry now; what they no longer carry left them now.

    Records never leave: what was merged into a contact, or said of it by its id, binds it for good. Returns what came
    to contacts that did not carry it until now, by record id and subject.
    """
    if not seen:
        return {}
    carries = {id: [(IdentifierKind.RECORD, f"{connector}:{id}"), *identifiers] for id, identifiers in seen.items()}
    subjects = subjects_for(tx, (each for identifiers in carries.values() for each in identifiers))
    now = {(id, subjects[each]): each for id, identifiers in carries.items() for each in identifiers}
    before = set(_carried_before(tx, connector, carries))
    left = [pair for pair in before if pair not in now]
    for part in chunks(left):
        gone = and_(carried.c.connector == connector, tuple_(carried.c.record_id, carried.c.subject_id).in_(part))
        tx.connection.execute(update(carried).where(gone).values(left_at=tx.now))
    common = {"connector": connector, "since": tx.now, "left_at": None}
    links = [{"record_id": id, "subject_id": who, "kind": str(kind), **common} for (id, who), (kind, _) in now.items()]
    _link(tx, links)
    return {pair: each for pair, each in now.items() if pair not in before and each[0] is not IdentifierKind.RECORD}


def hand_over(tx: Tx, connector: str, into: str, record_ids: Sequence[str]) -> None:
    """Let ``into`` carry all that other records carried."""
    theirs = and_(carried.c.connector == connector, carried.c.record_id.in_(record_ids))
    columns = (carried.c.subject_id, carried.c.kind, carried.c.since, carried.c.left_at)
    rows = tx.connection.execute(select(*columns).where(theirs)).all()
    _link(tx, [{"connector": connector, "record_id": into, **row._mapping} for row in rows])


def _kept(subject_ids: Iterable[str]) -> Iterator[bytes]:
    return (bytes.fromhex(id) for id in subject_ids)


def _carried_before(tx: Tx, connector: str, record_ids: Iterable[str]) -> list[tuple[str, str]]:
    there = and_(carried.c.connector == connector, carried.c.left_at.is_(None), carried.c.kind != IdentifierKind.RECORD)
    pairs = select(carried.c.record_id, carried.c.subject_id).where(there)
    rows = tx.connection.execute(pairs.where(carried.c.record_id.in_(list(record_ids))))
    return [(row.record_id, row.subject_id) for row in rows]


def _link(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Link subjects with contacts; one that comes back has never left, and one that is there is not made to leave."""
    fresh = tx.insert(carried)
    again = fresh.on_conflict_do_update(
        index_elements=[carried.c.connector, carried.c.record_id, carried.c.subject_id],
        set_={"left_at": None},  # `since` stays: what was recorded meanwhile binds too, the stricter way
        where=fresh.excluded.left_at.is_(None),
    )
    for part in chunks(rows):
        tx.connection.execute(again, list(part))
