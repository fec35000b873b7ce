"""Calls made to people, and those in which somebody refused: what the frequency of D223-9 counts.

Phone systems and the CRM's call records tell of them. Kept is whom (a subject), when, and whether the call was ours and
was refused; a month for a call, two for a refusal, for nobody asks longer. The refusal itself is an opposition in
the ledger and stays. Nobody knows of calls before a source was connected, hence ``hear``.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy import or_, select

from contactable.register import cursors
from contactable.register.schema_work import calls as table
from contactable.register.statements import chunks
from contactable.register.transaction import Tx
from contactable.rules.calling import ATTEMPT_DAYS, REFUSAL_DAYS

KEPT, REFUSED_KEPT = timedelta(days=ATTEMPT_DAYS + 1), timedelta(days=REFUSAL_DAYS + 1)
"""How long a call and a refusal are kept: as long as they count, in whole days of Europe/Paris."""
HEARD = "calls heard"
"""The cursor, under a source's name, that keeps since when it tells of every call."""
ONE_CALL = timedelta(minutes=15)
"""Within which two sources tell of the same call: a phone system its end, a CRM its start."""


@dataclass(frozen=True, slots=True)
class CallTold:
    """One call that a source (an endpoint or a connector) tells of; ``id`` is the source's own.

    ``made`` says that we called: a person who calls us and refuses was not solicited.
    """

    source: str
    id: str
    subject_id: str
    at: datetime
    made: bool = True
    refused: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """When a person was called, and refused; None where nobody knows: no source has told for a month."""

    attempts: tuple[datetime, ...] | None
    refusals: tuple[datetime, ...] | None


NOT_KNOWN = History(None, None)


def add(tx: Tx, told: Iterable[CallTold]) -> None:
    """Keep calls; of one that is told again, what either telling says: ours, refused."""
    fresh = tx.insert(table)
    again = fresh.on_conflict_do_update(
        index_elements=[table.c.call, table.c.subject_id],
        set_={
            "made": or_(table.c.made, fresh.excluded.made),
            "refused": or_(table.c.refused, fresh.excluded.refused),
        },
    )
    oldest = tx.now - REFUSED_KEPT
    for part in chunks(each for each in told if each.at >= oldest):
        tx.connection.execute(again, [_row(tx, each) for each in part])


def with_whom(tx: Tx, source: str, id: str) -> list[str]:
    """The subjects with whom a source told of that call; nobody where it never named a number for it."""
    spoken = select(table.c.subject_id).where(table.c.call == call_digest(tx, source, id))
    return list(tx.connection.execute(spoken).scalars())


def new_among(tx: Tx, told: Iterable[CallTold]) -> list[CallTold]:
    """Those that nobody told of before."""
    by_call = {call_digest(tx, each.source, each.id): each for each in told}
    for part in chunks(list(by_call)):
        known = tx.connection.execute(select(table.c.call).where(table.c.call.in_(part))).scalars()
        for call in [bytes(each) for each in known]:
            del by_call[call]
    return list(by_call.values())


def is_heard(tx: Tx, source: str) -> bool:
    """Whether a source has ever told of calls."""
    return cursors.get(tx, source, HEARD) is not None


def hear(tx: Tx, source: str, since: datetime) -> None:
    """Keep that a source tells of every call from ``since`` on; what it said first stands."""
    if not is_heard(tx, source):
        cursors.set(tx, source, HEARD, {"since": since.isoformat()})


def history(tx: Tx, subject_ids: Iterable[str], sources: Collection[str]) -> History:
    """The calls to one person, known under these subjects, as far as every one of the sources reaches back."""
    return histories(tx, {"": subject_ids}, sources)[""]


def histories(tx: Tx, people: Mapping[str, Iterable[str]], sources: Collection[str]) -> dict[str, History]:
    """The same of many people at once, by whatever names them, each with the subjects under which they are known."""
    if not all_reach(tx, sources):
        return dict.fromkeys(people, NOT_KNOWN)
    known = {who: list(subject_ids) for who, subject_ids in people.items()}
    by_subject: dict[str, list[CallTold]] = {}
    for row in _rows(tx, chain.from_iterable(known.values())):
        by_subject.setdefault(row.subject_id, []).append(row)
    return {
        who: _history(tx, [row for each in dict.fromkeys(subject_ids) for row in by_subject.get(each, ())])
        for who, subject_ids in known.items()
    }


def all_reach(tx: Tx, sources: Collection[str]) -> bool:
    """Whether there are sources, and every one has told of calls for as long as they count."""
    return bool(sources) and all(_reaches(tx, source) for source in sources)


def _history(tx: Tx, rows: Iterable[CallTold]) -> History:
    in_order = sorted(rows, key=lambda row: row.at)
    made = _apart([row for row in in_order if row.made and row.at > tx.now - KEPT])
    return History(tuple(row.at for row in made), tuple(row.at for row in in_order if row.refused))


def _reaches(tx: Tx, source: str) -> bool:
    heard = cursors.get(tx, source, HEARD)
    return heard is not None and datetime.fromisoformat(heard["since"]) <= tx.now - KEPT


def _rows(tx: Tx, subject_ids: Iterable[str]) -> Iterator[CallTold]:
    columns = select(table.c.source, table.c.call, table.c.subject_id, table.c.at, table.c.made, table.c.refused)
    for part in chunks(dict.fromkeys(subject_ids)):
        for row in tx.connection.execute(columns.where(table.c.subject_id.in_(part))):
            yield CallTold(row.source, bytes(row.call).hex(), row.subject_id, row.at, row.made, row.refused)


def _apart(rows: Iterable[CallTold]) -> list[CallTold]:
    """Each call once: under whichever subject, and whichever of two sources told of it."""
    kept: list[CallTold] = []
    for row in rows:
        if not any(row.id == each.id or _is_same(each, row) for each in kept):
            kept.append(row)
    return kept


def _is_same(one: CallTold, other: CallTold) -> bool:
    return one.source != other.source and abs(other.at - one.at) <= ONE_CALL


def call_digest(tx: Tx, source: str, id: str) -> bytes:
    """Under what a call is kept: digested, because some phone systems build the id of a call from its number."""
    return hmac.digest(tx.event_salt, f"{source}:call:{id}".encode(), "sha256")[:16]


def _row(tx: Tx, told: CallTold) -> dict[str, object]:
    return {
        "call": call_digest(tx, told.source, told.id),
        "subject_id": told.subject_id,
        "source": told.source,
        "at": min(told.at, tx.now),
        "made": told.made,
        "refused": told.refused,
    }
