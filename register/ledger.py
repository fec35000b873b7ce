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
from contactable.register.columns import microseconds
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
_COPIED_OF: Final = attrgetter(*_COPIED)

# No secret, so not the system's chance: asking for that lets other threads in, a hundred times a transaction.
_CHANCE: Final = random.Random()  # noqa: S311
os.register_at_fork(after_in_child=_CHANCE.seed)

Entry = Act
"""One entry of the ledger, as the rules read it."""


def record(tx: Tx, new: Sequence[NewEntry]) -> list[Entry | None]:
    """Enter ``new``, in order; None stands for one whose key is known already, or an echo of what is known.

    Raises ``RegisterError`` for a word that the ledger does not know.
    """
    keys = [_event_digest(tx, each.event_key) if each.event_key else None for each in new]
    met = _met(tx, keys)
    made: list[Entry | None] = []
    rows = []
    for each, key in zip(new, keys, strict=True):
        entry, repeated = _entry(tx, each), key is not None and key in met
        # A repeated key is kept out of the row: the first entry has it, and it is unique.
        counts = (not repeated or _closes(tx, entry, made)) and not _says_nothing_new(tx, entry, made)
        made.append(entry if counts else None)
        if counts:
            note = tx.keyring.seal(NOTE, each.note.encode()) if each.note else None
            rows.append(_row(entry, None if repeated else key) | {"note": note})
            met.add(key)
    entered = _insert(tx, rows)
    return [entry if entry and entry.id in entered else None for entry in made]


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
    number = (microseconds(now) // 1000) << 80 | _CHANCE.getrandbits(80)
    return f"{number & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62:032x}"


def _entry(tx: Tx, new: NewEntry) -> Entry:
    for name, words in _KNOWN.items():
        if getattr(new, name) not in words:
            raise RegisterError(f"An entry's {name} is one of: {', '.join(sorted(words))}.")
    if new.subject_id is None and new.kind not in WITHOUT_SUBJECT:
        raise RegisterError(f"An entry of kind {new.kind} names whom it concerns.")
    values = dict(zip(_GIVEN, _GIVEN_OF(new), strict=True))
    if new.occurred_at is None and new.time_quality == "event":
        values["time_quality"] = "arrival"
    return Entry(id=new_id(tx.now), recorded_at=tx.now, **values)


def _row(entry: Entry, key: bytes | None) -> dict[str, Any]:
    when, whole_day = entry.occurred_at, False
    if when is not None and not isinstance(when, datetime):
        when, whole_day = datetime.combine(when, time(), _PARIS), True
    values = dict(zip(_COPIED, _COPIED_OF(entry), strict=True))
    return values | {"channel": entry.on, "occurred_at": when, "whole_day": whole_day, "event_key": key}


def _insert(tx: Tx, rows: Sequence[dict[str, Any]]) -> set[str]:
    """Enter rows; return the ids of those entered: another process may have been faster with the same key."""
    return {id.hex() for id in insert_new(tx, entries, rows, "id")}


def _event_digest(tx: Tx, event_key: str) -> bytes:
    return keyed_digest(tx.event_salt, event_key.encode())[:16]


def _met(tx: Tx, keys: Iterable[bytes | None]) -> set[bytes | None]:
    met = rows_among(tx.connection, _MET, [key for key in keys if key is not None])
    return {bytes(key) for (key,) in met}


def _closes(tx: Tx, entry: Entry, made: Sequence[Entry | None]) -> bool:
    """Whether an opposition would close what is open, for the offers of its scope."""
    if entry.kind != "opposition":
        return False
    acts = _acts_of_subject(tx, entry, made)
    # Asked for an offer that this scope alone carries: what closes another list must not hide that this one is open.
    others = frozenset(act.scope_id for act in acts if act.is_scoped and act.scope_id != entry.scope_id)
    scopes = OfferScopes(frozenset({entry.scope_id}), others)
    return not opposed(acts, entry.on, scopes) and opposed([*acts, entry], entry.on, scopes)


def _says_nothing_new(tx: Tx, entry: Entry, made: Sequence[Entry | None]) -> bool:
    """An echo repairs what was lost: it counts only where no opposition to the channel is known."""
    if entry.kind != "opposition" or entry.origin != "echo":
        return False
    acts = in_force(_acts_of_subject(tx, entry, made))
    return any(act.kind == "opposition" and act.on in (entry.on, "all") for act in acts)


def _acts_of_subject(tx: Tx, entry: Entry, made: Sequence[Entry | None]) -> list[Entry]:
    just_made = [act for act in made if act and act.subject_id == entry.subject_id]
    return entries_of(tx, [entry.subject_id or ""]) + just_made


def _in_order(entry: Entry) -> tuple[datetime, str]:
    return entry.recorded_at, entry.id
