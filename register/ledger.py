"""The ledger: who objected, agreed, or was told, on which channel, when, and how we know. Entries are only added.

The state of a channel is never stored: ``contactable.rules.acts`` derives it from the entries. A duplicate key has no
effect, with one exception: an opposition that would close what is open counts, whoever used its key before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, select

from contactable.identifiers import keyed_digest
from contactable.register.entering import NOTE, NewEntry, Rows, entry_of
from contactable.register.ids import new_ids
from contactable.register.schema import carried, entries
from contactable.register.statements import chunks, rows_among
from contactable.register.transaction import Tx
from contactable.rules.acts import Act, OfferScopes, in_force, opposed
from contactable.rules.calendar import PARIS

_PARIS: Final = ZoneInfo(PARIS)
_COPIED: Final = tuple(each.name for each in fields(Act) if each.name not in ("on", "occurred_at"))  # column = field
_SUBJECT, _TIME = 32, 12  # digits of a subject's id, and of the time with which it begins
_KEY: Final = 16  # bytes of a kept key
_MET: Final = "SELECT event_key FROM entries WHERE event_key IN ({many})"

Entry = Act
"""One entry of the ledger, as the rules read it."""


def record(tx: Tx, new: Sequence[NewEntry]) -> list[Entry | None]:
    """Enter ``new``, in order; None stands for one whose key is known already, or an echo of what is known.

    Raises ``RegisterError`` for a word that the ledger does not know.
    """
    ids = enter(tx, new)
    return [None if id is None else entry_of(tx, each, id) for each, id in zip(new, ids, strict=True)]


def enter(tx: Tx, new: Sequence[NewEntry]) -> list[bytes | None]:
    """The same, for whoever needs no entries: give the id of each that counts, as it is kept."""
    keys = [_kept_key(tx, each.event_key) if each.event_key else None for each in new]
    met = _met(tx, {key: each.event_key for key, each in zip(keys, new, strict=True) if key and each.event_key})
    made: dict[bytes, NewEntry] = {}
    rows, ids = Rows(tx), new_ids(tx.now, len(new))
    for each, key, id in zip(new, keys, ids, strict=True):
        repeated = key is not None and key in met
        if (repeated and not _closes(tx, each, id, made)) or _says_nothing_new(tx, each, made):
            continue
        # A repeated key is kept out of the row: the first entry has it, and it is unique.
        rows.add(each, id, None if repeated else key)
        made[id] = each
        if key is not None:
            met.add(key)
    entered = rows.enter()  # another process may have been faster with the same key
    return [id if id in entered else None for id in ids]


def entries_of(tx: Tx, subject_ids: Iterable[str]) -> list[Entry]:
    """All entries of some subjects, in the order in which they were recorded."""
    rows: list[Row[Any]] = []
    for part in chunks(dict.fromkeys(subject_ids)):
        rows += tx.connection.execute(select(entries).where(entries.c.subject_id.in_(part))).all()
    return sorted((read(row) for row in rows), key=_in_order)


def entries_of_contacts(tx: Tx, connector: str, record_ids: Iterable[str]) -> dict[str, list[Entry]]:
    """What binds each contact: all entries of what it carries, and of what it carried those recorded until it left."""
    found: dict[str, list[Entry]] = {}
    # What ends a mistake ends it everywhere, also where the address has left in between.
    ends = entries.c.kind == "annulment"
    bound = carried.c.left_at.is_(None) | (entries.c.recorded_at <= carried.c.left_at) | ends
    joined = select(carried.c.record_id, entries).join(entries, entries.c.subject_id == carried.c.subject_id)
    for part in chunks(dict.fromkeys(record_ids)):
        found.update((record_id, []) for record_id in part)
        of_these = (carried.c.connector == connector) & carried.c.record_id.in_(part)
        for row in tx.connection.execute(joined.where(of_these & bound)):
            found[row.record_id].append(read(row))
    return {record_id: sorted(of_contact, key=_in_order) for record_id, of_contact in found.items()}


def find(tx: Tx, entry_id: str) -> Entry | None:
    """One entry by its id."""
    row = tx.connection.execute(select(entries).where(entries.c.id == entry_id)).first()
    return None if row is None else read(row)


def is_known(tx: Tx, event_key: str) -> bool:
    """Whether an event of this key was entered already."""
    return bool(_met(tx, {_kept_key(tx, event_key): event_key}))


def notes(tx: Tx, entry_ids: Iterable[str]) -> dict[str, str]:
    """What people wrote beside entries, unsealed, by entry id."""
    found = {}
    for part in chunks(entry_ids):
        written = select(entries.c.id, entries.c.note).where(entries.c.id.in_(part), entries.c.note.isnot(None))
        found.update(
            {row.id: tx.keyring.unseal(NOTE, bytes(row.note)).decode() for row in tx.connection.execute(written)}
        )
    return found


def of_batch(tx: Tx, batch: str) -> list[Entry]:
    """The entries of one import or group, in order."""
    rows = tx.connection.execute(select(entries).where(entries.c.batch == batch)).all()
    return sorted((read(row) for row in rows), key=_in_order)


def hourly_group(endpoint: str, when: datetime) -> str:
    """The ``batch`` of what one unverified source closes within an hour, so that one annulment ends it."""
    return f"{endpoint}-{when:%Y%m%dT%H}"


def count_batch(tx: Tx, batch: str) -> int:
    """How many entries an import or a group has."""
    return tx.connection.execute(select(func.count()).where(entries.c.batch == batch)).scalar_one()


def of_kind(tx: Tx, kind: str) -> list[Entry]:
    """The entries of one kind, in order: declarations and approvals, which are few."""
    rows = tx.connection.execute(select(entries).where(entries.c.kind == kind)).all()
    return sorted((read(row) for row in rows), key=_in_order)


def read(row: Row[Any]) -> Entry:
    """An entry from its row."""
    values = {name: getattr(row, name) for name in _COPIED}
    when: date | None = row.occurred_at
    if when is not None and row.whole_day:
        when = row.occurred_at.astimezone(_PARIS).date()
    return Entry(on=row.channel, occurred_at=when, **values)


def _kept_key(tx: Tx, event_key: str) -> bytes:
    """Under what an event is recognised: a salted digest, since senders' ids may hold addresses.

    Keys of webhooks end with the subject. Their digest begins as that does, with the time: so those of new people lie
    together in the index, too, which in a large register is a fifth of the time of a batch.
    """
    near = event_key[-_SUBJECT:][:_TIME]
    try:
        begins = bytes.fromhex(near) if near.isalnum() else b""
    except ValueError:
        begins = b""
    return begins.rjust(_TIME // 2, b"\0") + keyed_digest(tx.event_salt, event_key.encode())[: _KEY - _TIME // 2]


def _met(tx: Tx, told: Mapping[bytes, str]) -> set[bytes]:
    """Which of these keys were entered before, in the form of before version 0011 as well where some are of that."""
    met = {bytes(key) for (key,) in rows_among(tx.connection, _MET, told)}
    if tx.has_older_event_keys:
        before = {keyed_digest(tx.event_salt, text.encode())[:_KEY]: key for key, text in told.items()}
        met |= {before[bytes(key)] for (key,) in rows_among(tx.connection, _MET, before)}
    return met


def _closes(tx: Tx, new: NewEntry, id: bytes, made: Mapping[bytes, NewEntry]) -> bool:
    """Whether an opposition would close what is open, for the offers of its scope."""
    if new.kind != "opposition":
        return False
    acts, entry = _acts_of_subject(tx, new, made), entry_of(tx, new, id)
    # Asked for an offer that this scope alone carries: what closes another list must not hide that this one is open.
    others = frozenset(act.scope_id for act in acts if act.is_scoped and act.scope_id != entry.scope_id)
    scopes = OfferScopes(frozenset({entry.scope_id}), others)
    return not opposed(acts, entry.on, scopes) and opposed([*acts, entry], entry.on, scopes)


def _says_nothing_new(tx: Tx, new: NewEntry, made: Mapping[bytes, NewEntry]) -> bool:
    """An echo repairs what was lost: it counts only where no opposition to the channel is known."""
    if new.kind != "opposition" or new.origin != "echo":
        return False
    acts = in_force(_acts_of_subject(tx, new, made))
    return any(act.kind == "opposition" and act.on in (new.on, "all") for act in acts)


def _acts_of_subject(tx: Tx, new: NewEntry, made: Mapping[bytes, NewEntry]) -> list[Entry]:
    just_made = [entry_of(tx, each, id) for id, each in made.items() if each.subject_id == new.subject_id]
    return entries_of(tx, [new.subject_id or ""]) + just_made


def _in_order(entry: Entry) -> tuple[datetime, str]:
    return entry.recorded_at, entry.id
