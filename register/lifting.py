"""What is still blocked elsewhere though the opposition behind it has ended: for a person to lift, or to leave.

An act that was annulled, undone by the person, released or followed by a consent opens our own properties again.
Opt-outs of the CRM and senders' blocks stay: they may be somebody else's by now, so we never lift one. What had not
left yet never leaves (``blocks.claim`` and the worker look again); what had left is found here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, exists, or_, select

from contactable.register import blocks, journal
from contactable.register.carrying import contacts_with, subjects_of_contacts
from contactable.register.columns import microseconds
from contactable.register.ids import first_id
from contactable.register.journal import Written
from contactable.register.schema import entries
from contactable.register.schema_work import journal as journal_table
from contactable.register.standing import still_opposed
from contactable.register.transaction import Tx

ENDING: Final = frozenset({"annulment", "release"})
"""The acts by which an opposition ends; so does a consent that the person gives later, signed or by our link."""
OWN: Final = frozenset({"signed", "token"})
BLOCKLIST: Final = ":blocklist"


@dataclass(frozen=True, slots=True)
class Held:
    """What one place still holds since oppositions ended, all in one moment: an annulled import is one of these."""

    target: str
    ended_at: datetime
    written: Sequence[Written]

    @property
    def id(self) -> str:
        """A name that lasts."""
        return f"{self.target}:{microseconds(self.ended_at)}"


def held(tx: Tx, looks_back: timedelta) -> Iterator[Held]:
    """What is held elsewhere for nobody's opposition, by place and by the moment in which the oppositions ended."""
    ended = _ended(tx, looks_back)
    found: dict[tuple[str, datetime], list[Written]] = {}
    for row in _unopposed(tx, journal.standing(tx, ended)):
        found.setdefault((row.target, ended[row.subject_id]), []).append(row)
    for (target, at), rows in sorted(found.items()):
        yield Held(target, at, rows)


def held_for(tx: Tx, subject_ids: Iterable[str]) -> list[Written]:
    """What is held elsewhere of these subjects though no opposition of theirs stands any more."""
    return _unopposed(tx, journal.standing(tx, subject_ids))


def lifted(tx: Tx, written: Iterable[Written]) -> None:
    """Keep that a person lifted these in the senders' consoles. A CRM's own opt-outs are seen to be gone."""
    for each in written:
        if each.target.endswith(BLOCKLIST):
            journal.lifted(tx, each.target, each.subject_id, each.channel)


def records_of(tx: Tx, written: Iterable[Written]) -> list[str]:
    """The CRM records that they are about, as ``<connector>:<id>``."""
    return sorted(f"{connector}:{id}" for connector, id in contacts_with(tx, {each.subject_id for each in written}))


def _ended(tx: Tx, looks_back: timedelta) -> dict[str, datetime]:
    """When an opposition ended last, by subject; those that share a contact with one ended with it."""
    held_there = exists().where(journal_table.c.subject_id == entries.c.subject_id, journal.is_block)
    # Consents are many, and few of them follow an opposition: only those of somebody who is blocked somewhere.
    consents = and_(entries.c.kind == "consent", entries.c.proof_level.in_(OWN), held_there)
    recent = and_(entries.c.id >= first_id(tx.now - looks_back), or_(entries.c.kind.in_(ENDING), consents))
    acts = select(entries.c.subject_id, entries.c.recorded_at).where(recent).order_by(entries.c.id)
    found = {row.subject_id: row.recorded_at for row in tx.connection.execute(acts) if row.subject_id}
    for subject, others in _beside(tx, found):
        for other in others:
            found[other] = max(found[subject], found.get(other, found[subject]))
    return found


def _beside(tx: Tx, subject_ids: Collection[str]) -> list[tuple[str, list[str]]]:
    """Each subject with those that its contacts carry."""
    by_connector: dict[str, list[str]] = {}
    for connector, id in contacts_with(tx, subject_ids):
        by_connector.setdefault(connector, []).append(id)
    carried = [
        [subject for subject, _ in each]
        for connector, ids in by_connector.items()
        for each in subjects_of_contacts(tx, connector, ids).values()
    ]
    return [(subject, each) for each in carried for subject in each if subject in subject_ids]


def _unopposed(tx: Tx, written: Sequence[Written]) -> list[Written]:
    # A block stands for what closes everything, an opt-out of a CRM for any opposition: one type may have been left.
    lists = {(row.subject_id, row.channel) for row in written if row.target.endswith(BLOCKLIST)}
    natives = {(row.subject_id, row.channel) for row in written if not row.target.endswith(BLOCKLIST)}
    binding = {True: still_opposed(tx, lists, blocks.named_scopes(tx)), False: still_opposed(tx, natives)}
    return [row for row in written if (row.subject_id, row.channel) not in binding[row.target.endswith(BLOCKLIST)]]
