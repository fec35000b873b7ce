"""A refusal on a line that many contacts of one company share: the person, or the line?

An opposition binds the number, so it closes everybody who is reached by it at once. Where those are more than three, a
person is asked: to confirm leaves the line closed, to annul names who refused and leaves only that contact closed. The
register knows numbers as digests, so it counts who shares one: a switchboard, as a rule, and a mobile just as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, and_, func, select

from contactable.errors import Malformed, RegisterError
from contactable.identifiers import IdentifierKind
from contactable.register import Entry, NewEntry, Tx, ledger, mirror, outbox, subjects
from contactable.register.annulling import annul
from contactable.register.ids import first_id
from contactable.register.schema import carried, contacts, entries
from contactable.rules.acts import in_force

MOST_SHARING = 3
"""Contacts that may share a number before a person is asked."""
_CALLS = ("phone", "robocall", "all")
LEFT_TO_THE_PERSON = "shared_line"


@dataclass(frozen=True, slots=True)
class SharedLine:
    """One refusal on a shared number: the act that came first, and how many contacts it closed."""

    act: Entry
    contacts: int


def shared_lines(tx: Tx, looks_back: timedelta) -> Iterator[SharedLine]:
    """The numbers shared by many on which a refusal stands, by the oldest act that stands on each."""
    sharing: dict[str, int] = {row.subject_id: row.contacts for row in tx.connection.execute(_sharing(tx, looks_back))}
    acts: dict[str, list[Entry]] = {}
    for act in ledger.entries_of(tx, sharing):
        acts.setdefault(act.subject_id or "", []).append(act)
    for subject, of_line in acts.items():
        standing = _standing(of_line)
        if standing:
            yield SharedLine(standing[0], sharing[subject])


def leave_to_the_person(tx: Tx, entry_id: str, record: str, reason: str, by: str) -> tuple[int, int]:
    """Close only the contact (``<connector>:<id>``) that refused, and end the refusal for the rest who share its line.

    Returns the entries ended, and those that are a person's own acts and stay. Raises ``Malformed`` where no contact of
    that name shares the line, and ``RegisterError`` where all acts are the person's own.
    """
    first = ledger.find(tx, entry_id)
    if first is None or first.subject_id is None:
        raise Malformed("There is no such refusal.")
    connector, _, id = record.partition(":")
    if (connector, id) not in mirror.contacts_with(tx, [first.subject_id], now_only=True):
        raise Malformed("Name the contact that refused: --person CONNECTOR:ID, one of those who share the line.")
    standing = _standing(ledger.entries_of(tx, [first.subject_id]))
    if all(act.is_own for act in standing):
        raise RegisterError("This is the person's own act, signed or by our link: only the person releases it.")
    own_subject = subjects.subject_for(tx, IdentifierKind.RECORD, record)
    ledger.record(tx, [_of_the_person(act, own_subject) for act in standing])
    outbox.stale_for(tx, {own_subject}, urgent=True)
    done = [annul(tx, entry_id=act.id, reason=reason, by=by) for act in standing]
    return sum(len(each.ended) for each in done), sum(len(each.own) for each in done)


def _standing(acts: Iterable[Entry]) -> list[Entry]:
    return [act for act in in_force(acts) if act.kind == "opposition" and act.on in _CALLS and not act.is_scoped]


def _of_the_person(act: Entry, subject: str) -> NewEntry:
    return NewEntry(
        kind="opposition",
        subject_id=subject,
        on=act.on,
        origin=act.origin,
        proof_level="operator",
        occurred_at=act.occurred_at,
        time_quality=act.time_quality,
        event_key=f"{LEFT_TO_THE_PERSON}:{act.id}:{subject}",
        reason=LEFT_TO_THE_PERSON,
    )


def _sharing(tx: Tx, looks_back: timedelta) -> Select[Any]:
    """Numbers with a refusal of late, and how many living contacts each is carried by, where those are many."""
    late = select(entries.c.subject_id).where(
        entries.c.id >= first_id(tx.now - looks_back), entries.c.kind == "opposition", entries.c.channel.in_(_CALLS)
    )
    same = and_(contacts.c.connector == carried.c.connector, contacts.c.record_id == carried.c.record_id)
    return (
        select(carried.c.subject_id, func.count().label("contacts"))
        .join(contacts, same)
        .where(carried.c.kind == IdentifierKind.PHONE, carried.c.left_at.is_(None), contacts.c.gone_at.is_(None))
        .where(carried.c.subject_id.in_(late))
        .group_by(carried.c.subject_id)
        .having(func.count() > MOST_SHARING)
    )
