"""What senders are owed: a row for each person and channel that a sender's blocklist does not hold yet.

Rows are made in the transaction of the opposition, one for each connected sender, and deleted at the version that was
claimed once the sender has answered: nothing of the identifier stays, and a repeat costs one more request. The
identifier lies there sealed. Where the act named a CRM's record, it is read from the CRM at the moment of sending.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, delete, func, or_, select, tuple_, update

from contactable.identifiers import IdentifierKind
from contactable.register import journal, marks
from contactable.register.entering import NewEntry
from contactable.register.journal import Written
from contactable.register.ledger import Entry
from contactable.register.schema import identifiers
from contactable.register.schema_work import blocks as table
from contactable.register.standing import still_opposed
from contactable.register.statements import chunks
from contactable.register.transaction import Tx

BLOCKLISTS: Final = "blocklists"
"""The mark under which it is kept which senders have a blocklist, for which channels."""
PAUSE: Final = timedelta(hours=1)
"""How long a sender that subscribed somebody again is left before it is asked for the same block once more."""
UNKNOWN: Final = "identifier_unknown"
CHANNEL_OF: Final[Mapping[IdentifierKind, str]] = {IdentifierKind.EMAIL: "email", IdentifierKind.PHONE: "sms"}
"""The channel on which an identifier of a kind can be blocked."""
_SEALED_FOR: Final = "blocks.identifier"


@dataclass(frozen=True, slots=True)
class Owed:
    """One block that a sender is owed; ``identifier`` is normalised, and empty where the register cannot tell it."""

    endpoint: str
    subject_id: str
    channel: str
    version: int
    promised_at: datetime
    attempts: int
    identifier: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What one sender is owed: how many blocks, since when, and why the oldest waits (a code, or empty)."""

    blocks: int
    oldest: datetime
    why: str


def connect(tx: Tx, senders: Mapping[str, Sequence[str]], named: Iterable[str] = ()) -> None:
    """Keep which senders have a blocklist, each with its channels (``email``, ``sms``).

    ``named`` are the subscription types that an offer names: an opposition to one of them closes that offer and not
    the others, so it blocks nowhere. What a sender that is no longer connected was owed is forgotten.
    """
    said = {"senders": {name: sorted(each) for name, each in senders.items()}, "named": sorted(set(named))}
    marks.put(tx, BLOCKLISTS, json.dumps(said, sort_keys=True))
    tx.connection.execute(delete(table).where(table.c.endpoint.not_in(list(senders))))


def owe(
    tx: Tx, entries: Iterable[Entry | NewEntry], known: Callable[[], Mapping[str, str]] = dict, *, told_by: str = ""
) -> int:
    """Owe every connected sender the blocks that these entries mean; return how many.

    ``known`` gives normalised identifiers by subject, where they are at hand. The sender that told of an opposition
    (``told_by``) holds it already for that channel.
    """
    said = _said(tx)
    if not said["senders"]:
        return 0
    meant = [entry for entry in entries if entry.kind == "opposition" and _is_general(entry, said["named"])]
    kinds = _kinds(tx, {entry.subject_id for entry in meant if entry.subject_id})
    wanted = {
        (name, entry.subject_id or "", channel)
        for entry in meant
        for channel in _channels(entry, kinds)
        for name, has in said["senders"].items()
        if channel in has and not (name == told_by and entry.on == channel)
    }
    in_clear = known() if wanted else {}
    _put(tx, [_row(tx, *each, in_clear.get(each[1], "")) for each in sorted(wanted)])
    return len(wanted)


def owe_everywhere(tx: Tx, wanted: Mapping[tuple[str, str], str]) -> int:
    """Owe every connected sender these blocks: by subject and channel the identifier, or "" where it is not at hand."""
    senders = _said(tx)["senders"]
    rows = [
        _row(tx, name, *who, wanted[who]) for who in sorted(wanted) for name, has in senders.items() if who[1] in has
    ]
    _put(tx, rows)
    return len(rows)


def owe_again(tx: Tx, endpoint: str, sent: Collection[tuple[str, str]]) -> int:
    """Owe one sender these blocks, by subject and channel, once more where an opposition still binds."""
    standing = sorted(still_opposed(tx, sent, named_scopes(tx)))
    _put(tx, [_row(tx, endpoint, *who, "") for who in standing])
    return len(standing)


def owe_resubscribed(
    tx: Tx, endpoint: str, entries: Iterable[Entry | NewEntry], known: Callable[[], Mapping[str, str]] = dict
) -> int:
    """Owe a sender again those whom it tells to have subscribed again though an opposition still binds them.

    At most once in ``PAUSE`` for each: two systems that undo each other must not keep each other busy.
    """
    has = _said(tx)["senders"].get(endpoint, ())
    released = [entry for entry in entries if entry.kind == "release" and entry.subject_id] if has else []
    if not released:
        return 0
    kinds = _kinds(tx, {entry.subject_id for entry in released if entry.subject_id})
    told = {(entry.subject_id or "", on) for entry in released for on in _channels(entry, kinds) if on in has}
    standing = still_opposed(tx, told, named_scopes(tx))
    written = journal.written_to(tx, [f"{endpoint}:blocklist"], {subject for subject, _ in standing})
    last = {(each.subject_id, each.channel): each.written_at for each in written}  # the lines are in order
    in_clear = known() if standing else {}
    rows = [_row(tx, endpoint, *who, in_clear.get(who[0], "")) for who in sorted(standing)]
    for row, before in zip(rows, map(last.get, sorted(standing)), strict=True):
        row["not_before"] = max(tx.now, before + PAUSE) if before else tx.now
    _put(tx, rows)
    return len(rows)


def claim(tx: Tx, endpoint: str, limit: int, lease_seconds: float) -> list[Owed]:
    """Take up to ``limit`` blocks for a while, the oldest first; journal them as written before they are."""
    rows = _take(tx, endpoint, limit, lease_seconds)
    standing = still_opposed(tx, [(row.subject_id, row.channel) for row in rows], named_scopes(tx))
    over = [_owed(tx, row) for row in rows if (row.subject_id, row.channel) not in standing]
    kept(tx, over)  # annulled or lifted before it was sent: nothing to do there
    due = [_owed(tx, row) for row in rows if (row.subject_id, row.channel) in standing]
    target = f"{endpoint}:blocklist"
    journal.add(tx, [Written(target, each.subject_id, each.channel) for each in due if not each.attempts])
    return due


def kept(tx: Tx, done: Iterable[Owed]) -> None:
    """Delete rows at the versions that were claimed, identifiers with them; those renewed meanwhile are free again."""
    for each in done:
        same = and_(_is(each), table.c.version == each.version)
        if tx.connection.execute(delete(table).where(same).returning(table.c.endpoint)).first() is None:
            tx.connection.execute(update(table).where(_is(each)).values(leased_until=None))


def postpone(tx: Tx, each: Owed, delay: timedelta, why: str) -> None:
    """Put a block off after a failure; ``why`` is a code and names no person."""
    values = {"leased_until": None, "attempts": each.attempts + 1, "not_before": tx.now + delay, "why": why}
    tx.connection.execute(update(table).where(_is(each)).values(values))


def named_scopes(tx: Tx) -> frozenset[str]:
    """The subscription types that an offer names: an opposition to one of them is not a general one."""
    return frozenset(_said(tx)["named"])


def has_senders(tx: Tx) -> bool:
    """Whether any sender with a blocklist is connected."""
    return bool(_said(tx)["senders"])


def free(tx: Tx, endpoint: str) -> None:
    """Take back what was claimed of one sender, for whoever has the turn: whoever claimed is gone."""
    claimed = (table.c.endpoint == endpoint) & table.c.leased_until.isnot(None)
    tx.connection.execute(update(table).where(claimed).values(leased_until=None))


def waiting(tx: Tx) -> dict[str, Waiting]:
    """What each sender is owed."""
    oldest = func.min(table.c.promised_at)
    rows = tx.connection.execute(select(table.c.endpoint, func.count(), oldest).group_by(table.c.endpoint)).all()
    return {name: Waiting(count, since, _why(tx, name)) for name, count, since in rows}


def _why(tx: Tx, endpoint: str) -> str:
    first = select(table.c.why).where(table.c.endpoint == endpoint).order_by(table.c.promised_at).limit(1)
    return str(tx.connection.execute(first).scalar() or "")


def _said(tx: Tx) -> Any:
    return json.loads(marks.get(tx, BLOCKLISTS) or '{"senders": {}, "named": []}')


def _is_general(entry: Entry | NewEntry, named: Sequence[str]) -> bool:
    return entry.scope_kind == "global" or entry.scope_id not in named


def _channels(entry: Entry | NewEntry, kinds: Mapping[str, set[str]]) -> Iterator[str]:
    for channel in kinds.get(entry.subject_id or "", ()):
        if entry.on in (channel, "all"):
            yield channel


def _kinds(tx: Tx, subject_ids: Iterable[str]) -> dict[str, set[str]]:
    """The channels on which each subject can be blocked: an address on e-mail, a number on SMS, a record on none."""
    found: dict[str, set[str]] = {}
    for part in chunks(subject_ids):
        wanted = select(identifiers.c.subject_id, identifiers.c.kind).where(identifiers.c.subject_id.in_(part))
        for subject, kind in tx.connection.execute(wanted):
            if channel := CHANNEL_OF.get(IdentifierKind(kind)):
                found.setdefault(subject, set()).add(channel)
    return found


def _row(tx: Tx, endpoint: str, subject: str, channel: str, text: str) -> dict[str, Any]:
    sealed = tx.keyring.seal(_SEALED_FOR, text.encode()) if text else None
    times = {"promised_at": tx.now, "not_before": tx.now, "leased_until": None}
    who = {"endpoint": endpoint, "subject_id": subject, "channel": channel, "identifier": sealed}
    return {**who, **times, "version": 1, "attempts": 0, "why": ""}


def _put(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    fresh = tx.insert(table)
    again = fresh.on_conflict_do_update(
        index_elements=[table.c.endpoint, table.c.subject_id, table.c.channel],
        set_={
            "version": table.c.version + 1,
            "identifier": func.coalesce(fresh.excluded.identifier, table.c.identifier),
            "not_before": fresh.excluded.not_before,
        },
    )
    for part in chunks(rows):
        tx.connection.execute(again, part)


def _take(tx: Tx, endpoint: str, limit: int, lease_seconds: float) -> list[Row[Any]]:
    leased = or_(table.c.leased_until.is_(None), table.c.leased_until < tx.now)
    free = and_(table.c.endpoint == endpoint, table.c.not_before <= tx.now, leased)
    oldest = (table.c.promised_at, table.c.subject_id, table.c.channel)
    first = select(table.c.subject_id, table.c.channel).where(free).order_by(*oldest).limit(limit)
    if tx.dialect == "postgresql":  # SQLite has one writer: nobody to skip
        first = first.with_for_update(skip_locked=True)
    keys = [tuple(row) for row in tx.connection.execute(first)]
    here = and_(table.c.endpoint == endpoint, tuple_(table.c.subject_id, table.c.channel).in_(keys))
    taken = update(table).where(here).values(leased_until=tx.now + timedelta(seconds=lease_seconds)).returning(table)
    return sorted(
        tx.connection.execute(taken) if keys else [], key=lambda row: (row.promised_at, row.subject_id, row.channel)
    )


def _owed(tx: Tx, row: Row[Any]) -> Owed:
    text = "" if row.identifier is None else tx.keyring.unseal(_SEALED_FOR, bytes(row.identifier)).decode()
    return Owed(row.endpoint, row.subject_id, row.channel, row.version, row.promised_at, row.attempts, text)


def _is(each: Owed) -> ColumnElement[bool]:
    return and_(
        table.c.endpoint == each.endpoint,
        table.c.subject_id == each.subject_id,
        table.c.channel == each.channel,
    )
