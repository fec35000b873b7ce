"""Who is who: one random subject id for each identifier, found by the identifier's digest under any live key.

An identifier is an e-mail address, a number, or a CRM record (``<connector name>:<id>``), normalised by
``contactable.identifiers``. A sighting of one that only an older key finds is digested anew under the newest; the older
key is then no longer needed for it (``register rekey`` tells what still needs one).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, delete, func, literal, select, tuple_

from contactable.identifiers import IdentifierKind
from contactable.register.columns import microseconds
from contactable.register.schema import identifiers, kept, keys
from contactable.register.statements import MOST, chunks, insert_new, rows_among
from contactable.register.transaction import Tx

Identifier = tuple[IdentifierKind, str]
"""A kind, and the normalised text."""

_CHANCE = 10  # bytes
_FIND = "SELECT digest, subject_id FROM identifiers WHERE digest IN ({many})"


def subject_for(tx: Tx, kind: IdentifierKind, normalised: str) -> str:
    """The subject of an identifier, made when it is new."""
    return subjects_for(tx, [(kind, normalised)])[kind, normalised]


def find_subject(tx: Tx, kind: IdentifierKind, normalised: str) -> str | None:
    """The subject of an identifier, or None when the register has never met it."""
    return find_subjects(tx, [(kind, normalised)]).get((kind, normalised))


def is_known(tx: Tx, subject: str) -> bool:
    """Whether a subject still stands for somebody: once the purge let go of it, no entry binds anybody."""
    found = select(identifiers.c.subject_id).where(identifiers.c.subject_id == subject).limit(1)
    return tx.connection.execute(found).first() is not None


def find_subjects(tx: Tx, wanted: Iterable[Identifier]) -> dict[Identifier, str]:
    """The subjects of those identifiers that the register has met, thousands at once."""
    found: dict[Identifier, str] = {}
    for part in chunks(dict.fromkeys(wanted)):
        for _, key in tx.keys:
            missing = {key.digest(*each): each for each in part if each not in found}
            found.update((missing[digest], subject) for digest, subject in _subjects_of(tx, missing))
    return found


def subjects_for(tx: Tx, wanted: Iterable[Identifier]) -> dict[Identifier, str]:
    """The subjects of identifiers, thousands at once; those that are new are made."""
    found: dict[Identifier, str] = {}
    _, key = tx.keys[0]
    for part in chunks(dict.fromkeys(wanted), MOST):
        digests = {each: key.digest(*each) for each in part}
        known = dict(_subjects_of(tx, digests.values()))
        found.update((each, known[digest]) for each, digest in digests.items() if digest in known)
        missing = [each for each in part if each not in found]
        older = _of_older_keys(tx, missing)
        made = dict(zip(missing, _new_subjects(tx.now, len(missing)), strict=True))
        found |= _enter(tx, {digests[each]: (each, subject) for each, subject in (made | older).items()})
        _forget_digests(tx, older)
    if tx.keyring.keeps:
        _keep_readable(tx, found)
    return found


def needing_key(tx: Tx) -> dict[str, int]:
    """How many identifiers each key still finds, by key id, newest first."""
    counted = select(identifiers.c.key, func.count()).group_by(identifiers.c.key)
    counts = {row.key: row[1] for row in tx.connection.execute(counted)}
    return {key.id: counts.get(number, 0) for number, key in tx.keys}


def drop_key(tx: Tx, id: str) -> bool:
    """Forget a key that finds nothing any more; False when identifiers still need it or it is the newest."""
    number, key = next(((number, key) for number, key in tx.keys if key.id == id), (0, None))
    if key is None or number == tx.keys[0][0] or needing_key(tx)[id]:
        return False
    tx.connection.execute(delete(keys).where(keys.c.number == number))
    del tx.keys
    return True


def beyond(keys: Sequence[Column[Any]], after: Sequence[Any]) -> ColumnElement[bool]:
    """The rows whose key comes after one: how to go through a table a piece at a time."""
    return tuple_(*keys) > tuple_(*(literal(value, key.type) for key, value in zip(keys, after, strict=True)))


def _new_subjects(now: datetime, count: int) -> Iterator[str]:
    """Ids that nobody can guess, of ten bytes of chance behind the millisecond: new people lie together in each index.

    With chance alone each new person wrote a page of two more indexes, which in a large register cost a tenth.
    """
    since, chance = f"{microseconds(now) // 1000:012x}", secrets.token_hex(_CHANCE * count)
    return (since + chance[place : place + 2 * _CHANCE] for place in range(0, len(chance), 2 * _CHANCE))


def _of_older_keys(tx: Tx, missing: Sequence[Identifier]) -> dict[Identifier, str]:
    found: dict[Identifier, str] = {}
    for _, key in tx.keys[1:]:
        by_digest = {key.digest(*each): each for each in missing if each not in found}
        found.update((by_digest[digest], subject) for digest, subject in _subjects_of(tx, by_digest))
    return found


def _subjects_of(tx: Tx, digests: Iterable[bytes]) -> Iterator[tuple[bytes, str]]:
    for digest, subject in rows_among(tx.connection, _FIND, digests):
        yield bytes(digest), bytes(subject).hex()


def _enter(tx: Tx, new: Mapping[bytes, tuple[Identifier, str]]) -> dict[Identifier, str]:
    """Keep identifiers under the newest key; where another process was faster, its subject is the one."""
    number = tx.keys[0][0]
    of_kinds: dict[str, list[tuple[bytes, bytes]]] = {}
    for digest, ((kind, _), subject) in new.items():
        of_kinds.setdefault(str(kind), []).append((digest, bytes.fromhex(subject)))
    entered: set[bytes] = set()
    # In one order everywhere, so that two processes that meet the same people do not lock each other out.
    for word, rows in sorted(of_kinds.items()):
        entered |= insert_new(tx, identifiers, ("digest", "subject_id"), sorted(rows), (number, word))
    faster = dict(_subjects_of(tx, [digest for digest in new if digest not in entered]))
    return {each: faster.get(digest, subject) for digest, (each, subject) in new.items()}


def _forget_digests(tx: Tx, older: Iterable[Identifier]) -> None:
    seen = list(older)
    for _, key in tx.keys[1:] if seen else ():
        tx.connection.execute(delete(identifiers).where(identifiers.c.digest.in_([key.digest(*each) for each in seen])))


def _keep_readable(tx: Tx, found: Mapping[Identifier, str]) -> None:
    """Keep addresses and numbers beside their digests, where a company chose to."""
    rows = [
        {"subject_id": subject, "kind": str(kind), "sealed": tx.keyring.seal_identifier(text)}
        for (kind, text), subject in found.items()
        if kind is not IdentifierKind.RECORD
    ]
    for part in chunks(rows):
        tx.connection.execute(tx.insert(kept).on_conflict_do_nothing(), part)
