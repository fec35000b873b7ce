"""The ledger: who objected, agreed, or was told, on which channel, when, and how we know. Entries are only added.

The state of a channel is never stored: ``contactable.rules.acts`` derives it from the entries. A duplicate key has no
effect, with one exception: an opposition that would close what is open counts, whoever used its key before.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
from operator import attrgetter
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, select

from contactable.errors import RegisterError
from contactable.identifiers import keyed_digest
from contactable.register.columns import column_text, microseconds
from contactable.register.schema import carried, entries
from contactable.register.statements import chunks, insert_new, rows_among
from contactable.register.transaction import Tx
from contactable.rules.acts import Act, OfferScopes, in_force, opposed
from contactable.rules.calendar import PARIS

KINDS: Final = frozenset("opposition release consent information annulment declaration approval receipt purged".split())
WITHOUT_SUBJECT: Final = frozenset({"declaration", "approval", "receipt", "purged"})
CHANNELS: Final = frozenset({"email", "sms", "phone", "robocall", "post", "all"})
PROOF_LEVELS: Final = frozenset({"signed", "token", "operator", "path_secret", "open_form"})
TIME_QUALITIES: Final = frozenset({"event", "arrival", "unknown"})
_KNOWN: Final = {"kind": KINDS, "on": CHANNELS, "proof_level": PROOF_LEVELS, "time_quality": TIME_QUALITIES}
NOTE: Final = "entries.note"
"""For what a note is sealed."""
_PARIS: Final = ZoneInfo(PARIS)
_COPIED: Final = tuple(each.name for each in fields(Act) if each.name not in ("on", "occurred_at"))  # column = field


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """What is to be entered. ``details`` holds codes, numbers and ISO dates: nothing that people typed.

    ``occurred_at`` is an aware instant, or a day of Europe/Paris where no time is known; with ``time_quality``
    ``arrival`` or ``unknown`` it is not used. ``event_key`` makes an event that is told twice recognisable. ``note`` is
    free text, kept sealed.
    """

    kind: str
    subject_id: str | None = None
    on: str = "all"
    scope_kind: str = "global"
    scope_id: str = ""
    origin: str = "recipient"
    proof_level: str = "operator"
    occurred_at: date | None = None
    time_quality: str = "event"
    event_key: str | None = None
    reason: str = ""
    evidence: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    confidence: str = "certain"
    batch: str = ""
    ends: str | None = None
    note: str = field(default="", repr=False)


_MET: Final = "SELECT event_key FROM entries WHERE event_key IN ({many})"
_GIVEN: Final = tuple(each.name for each in fields(NewEntry) if each.name not in ("event_key", "note"))
# Of all fields at once: a hundred events of a batch spent half their time asking for them one by one.
_GIVEN_OF: Final = attrgetter(*_GIVEN)
_WORDS_OF: Final = attrgetter(*_KNOWN)
_LOW: Final = (1 << 62) - 1

# No secret, so not the system's chance: asking for that lets other threads in, a hundred times a transaction.
_CHANCE: Final = random.Random()  # noqa: S311
os.register_at_fork(after_in_child=_CHANCE.seed)

Entry = Act
"""One entry of the ledger, as the rules read it."""


def record(tx: Tx, new: Sequence[NewEntry]) -> list[Entry | None]:
    """Enter ``new``, in order; None stands for one whose key is known already, or an echo of what is known.

    Raises ``RegisterError`` for a word that the ledger does not know.
    """
    ids = enter(tx, new)
    return [None if id is None else _entry(tx, each, id) for each, id in zip(new, ids, strict=True)]


def enter(tx: Tx, new: Sequence[NewEntry]) -> list[bytes | None]:
    """The same, for whoever needs no entries: give the id of each that counts, as it is kept."""
    keys = [_event_digest(tx, each.event_key) if each.event_key else None for each in new]
    met = _met(tx, keys)
    made: dict[bytes, NewEntry] = {}
    rows, ids = [], new_ids(tx.now, len(new))
    for each, key, id in zip(new, keys, ids, strict=True):
        _check(each)
        repeated = key is not None and key in met
        if (repeated and not _closes(tx, each, id, made)) or _says_nothing_new(tx, each, made):
            continue
        # A repeated key is kept out of the row: the first entry has it, and it is unique.
        rows.append(_row(tx, each, id, None if repeated else key))
        made[id] = each
        met.add(key)
    entered = insert_new(tx, entries, rows)  # another process may have been faster with the same key
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
    return bool(_met(tx, [_event_digest(tx, event_key)]))


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


def new_id(now: datetime) -> str:
    """A UUIDv7: the millisecond of arrival, then chance."""
    return new_ids(now, 1)[0].hex()


def new_ids(now: datetime, count: int) -> list[bytes]:
    """UUIDv7s as they are kept: the millisecond of arrival, then chance, each one more than the last."""
    arrival = (microseconds(now) // 1000) << 80 | 0x7 << 76 | 0x2 << 62
    first = _CHANCE.getrandbits(73)
    # Around the two bits between them that name the variant.
    return [(arrival | n >> 62 << 64 | n & _LOW).to_bytes(16) for n in range(first, first + count)]


def _check(new: NewEntry) -> None:
    for words, word in zip(_KNOWN.values(), _WORDS_OF(new), strict=True):
        if word not in words:
            name = next(name for name, those in _KNOWN.items() if those is words)
            raise RegisterError(f"An entry's {name} is one of: {', '.join(sorted(words))}.")
    if new.subject_id is None and new.kind not in WITHOUT_SUBJECT:
        raise RegisterError(f"An entry of kind {new.kind} names whom it concerns.")


def _entry(tx: Tx, new: NewEntry, id: bytes) -> Entry:
    values = dict(zip(_GIVEN, _GIVEN_OF(new), strict=True))
    return Entry(id=id.hex(), recorded_at=tx.now, **values | {"time_quality": _quality(new)})


def _quality(new: NewEntry) -> str:
    return "arrival" if new.occurred_at is None and new.time_quality == "event" else new.time_quality


def _row(tx: Tx, new: NewEntry, id: bytes, key: bytes | None) -> tuple[Any, ...]:
    """In the order of the columns, as they keep it. Words are made plain: the driver is slow with those of an enum."""
    when = new.occurred_at
    whole_day = when is not None and not isinstance(when, datetime)
    if when is not None and not isinstance(when, datetime):
        when = datetime.combine(when, time(), _PARIS)
    return (
        id,
        str(new.kind),
        bytes.fromhex(new.subject_id) if new.subject_id else None,
        str(new.on),
        str(new.scope_kind),
        new.scope_id,
        str(new.origin),
        str(new.proof_level),
        microseconds(when) if when else None,
        whole_day,
        str(_quality(new)),
        microseconds(tx.now),
        key,
        new.reason,
        str(new.confidence),
        new.batch,
        bytes.fromhex(new.ends) if new.ends else None,
        new.evidence,
        column_text(new.details),
        tx.keyring.seal(NOTE, new.note.encode()) if new.note else None,
    )


def _event_digest(tx: Tx, event_key: str) -> bytes:
    return keyed_digest(tx.event_salt, event_key.encode())[:16]


def _met(tx: Tx, keys: Iterable[bytes | None]) -> set[bytes | None]:
    met = rows_among(tx.connection, _MET, [key for key in keys if key is not None])
    return {bytes(key) for (key,) in met}


def _closes(tx: Tx, new: NewEntry, id: bytes, made: Mapping[bytes, NewEntry]) -> bool:
    """Whether an opposition would close what is open, for the offers of its scope."""
    if new.kind != "opposition":
        return False
    acts, entry = _acts_of_subject(tx, new, made), _entry(tx, new, id)
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
    just_made = [_entry(tx, each, id) for id, each in made.items() if each.subject_id == new.subject_id]
    return entries_of(tx, [new.subject_id or ""]) + just_made


def _in_order(entry: Entry) -> tuple[datetime, str]:
    return entry.recorded_at, entry.id
