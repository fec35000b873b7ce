"""Records, of one CRM or of several, that carry the same address or number: one person, met in several places."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select

from contactable.identifiers import IdentifierKind
from contactable.register.schema import carried, contacts
from contactable.register.statements import chunks
from contactable.register.transaction import Tx

_PERSONS = carried.c.kind != IdentifierKind.RECORD


@dataclass(frozen=True, slots=True)
class Sibling:
    """That ``record_id`` carries the same identifier of a ``kind`` (email, phone) as another record."""

    record_id: str
    kind: str
    connector: str
    sibling_id: str


def elsewhere(tx: Tx, connector: str, record_ids: Iterable[str]) -> Iterator[Sibling]:
    """Yield the other records that carry now what these carry now."""
    there = carried.alias("there")
    another = or_(there.c.connector != connector, there.c.record_id != carried.c.record_id)
    same = and_(there.c.subject_id == carried.c.subject_id, another, there.c.left_at.is_(None))
    wanted = select(carried.c.record_id, carried.c.kind, there.c.connector, there.c.record_id.label("sibling_id"))
    wanted = wanted.join(there, same).where(carried.c.connector == connector, carried.c.left_at.is_(None), _PERSONS)
    for part in chunks(record_ids):
        for row in tx.connection.execute(wanted.where(carried.c.record_id.in_(part))):
            yield Sibling(row.record_id, row.kind, row.connector, row.sibling_id)


def carriers(tx: Tx, connector: str, bears: Mapping[str, Collection[str]]) -> Iterator[Sibling]:
    """The same for records that are not mirrored yet: ``bears`` gives by record id the subjects of what it carries."""
    bearers: dict[str, list[str]] = {}
    for record_id, of_one in bears.items():
        for subject in of_one:
            bearers.setdefault(subject, []).append(record_id)
    wanted = select(carried.c.subject_id, carried.c.kind, carried.c.connector, carried.c.record_id)
    wanted = wanted.where(carried.c.left_at.is_(None), _PERSONS)
    for part in chunks(bearers):
        for row in tx.connection.execute(wanted.where(carried.c.subject_id.in_(part))):
            others = (id for id in bearers[row.subject_id] if (row.connector, row.record_id) != (connector, id))
            for record_id in others:
                yield Sibling(record_id, row.kind, row.connector, row.record_id)


def sharing(tx: Tx, connector: str, kind: IdentifierKind) -> int:
    """How many contacts of one CRM carry an identifier of a kind that another contact there carries too."""
    living = and_(contacts.c.connector == carried.c.connector, contacts.c.record_id == carried.c.record_id)
    here = and_(carried.c.connector == connector, carried.c.kind == kind, carried.c.left_at.is_(None))
    there = and_(living, contacts.c.gone_at.is_(None))
    carried_now = select(carried.c.subject_id).join(contacts, there).where(here)
    shared = carried_now.group_by(carried.c.subject_id).having(func.count() > 1)
    sharers = select(func.count(carried.c.record_id.distinct())).join(contacts, there)
    return tx.connection.execute(sharers.where(here, carried.c.subject_id.in_(shared))).scalar_one()
