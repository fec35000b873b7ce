"""How calls and meetings ended, as the CRM recorded them: outcomes that a mapping asks about, and the calls that
D223-9 counts, of which meetings are none.

A call is often given its outcome after later calls were recorded, so each look goes back a day before the last one.
Some CRMs give calls only as one long list: where no outcome is asked about, looks that took long are made seldom.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from contactable.connectors.protocol import Call, Connector, HasCalls, HasMeetings
from contactable.errors import ContactableError
from contactable.identifiers import IdentifierKind
from contactable.mapping import Asked
from contactable.mapping.values import plain
from contactable.register import Register, Tx, calls, cursors, members, mirror, outbox, subjects
from contactable.register.calls import REFUSED_KEPT, CallTold
from contactable.register.members import OUTCOME

_CALLS = "calls"
_LOOKS_BACK = timedelta(days=1)
LONG, SHARE = 5.0, 20  # seconds that a look may take, beyond which the next waits for so many times as long
Outcomes = dict[str, dict[str, datetime | None]]
"""By the name of an outcome the record ids that had it, each with the latest moment."""


@dataclass(slots=True)
class _Read:
    """What one look at the call records found."""

    outcomes: Outcomes = field(default_factory=dict)
    recent: list[Call] = field(default_factory=list)
    latest: datetime | None = None
    took: float = 0.0  # seconds


def sync_calls(register: Register, connector: Connector, asked: Asked) -> list[str]:
    """Read how calls ended since the last look; return warnings, as codes.

    Raises where an outcome means an opposition and calls were never read.
    """
    if not connector.capabilities.calls:
        return []
    with register.read() as tx:
        kept, now = cursors.get(tx, connector.name, _CALLS), tx.now
    if kept and not asked.about(OUTCOME) and _is_too_soon(kept, now):
        return []
    began = time.monotonic()
    try:
        found = _read(connector, asked, _since(kept, asked, now), now)
    except ContactableError:
        if asked.closing_outcomes and kept is None:
            raise
        return ["calls:unreadable"]
    found.took = time.monotonic() - began
    register.write(partial(_keep, connector=connector.name, asked=asked, found=found))
    return []


def outcomes(connector: Connector, asked: Asked) -> Outcomes:
    """All outcomes that are asked about, for a look that keeps nothing."""
    return _read(connector, asked, None, None).outcomes


def _is_too_soon(kept: Mapping[str, Any], now: datetime) -> bool:
    took = kept.get("took", 0.0)
    return took > LONG and now < datetime.fromisoformat(kept["at"]) + timedelta(seconds=SHARE * took)


def _since(kept: Mapping[str, Any] | None, asked: Asked, now: datetime) -> datetime | None:
    """From when on calls are read: all of them where outcomes count that did not before, else those that may count."""
    if kept and kept["since"] and set(_outcomes_asked(asked)) <= set(kept.get("outcomes", ())):
        return datetime.fromisoformat(kept["since"]) - _LOOKS_BACK
    return None if asked.about(OUTCOME) else now - REFUSED_KEPT


def _outcomes_asked(asked: Asked) -> list[str]:
    return sorted(asked.words.get(OUTCOME, ()))


def _read(connector: Connector, asked: Asked, since: datetime | None, now: datetime | None) -> _Read:
    found = _Read(latest=since)
    for call in cast(HasCalls, connector).calls(since):
        if now and (call.at is None or call.at > now - REFUSED_KEPT):
            found.recent.append(call)
        _hear(found, call, asked)
    if asked.about(OUTCOME) and isinstance(connector, HasMeetings):
        for meeting in connector.meetings(since):
            _hear(found, meeting, asked)
    return found


def _hear(found: _Read, call: Call, asked: Asked) -> None:
    if call.at is not None:
        found.latest = max(found.latest or call.at, call.at)
    for name in asked.names(OUTCOME, call.outcome, call.outcome):
        _add_outcome(found.outcomes.setdefault(name, {}), call)


def _add_outcome(of_name: dict[str, datetime | None], call: Call) -> None:
    for id in call.record_ids:
        of_name[id] = max(filter(None, (of_name.get(id), call.at)), default=None)


def _keep(tx: Tx, connector: str, asked: Asked, found: _Read) -> None:
    for name, came in found.outcomes.items():
        members.add(tx, connector, OUTCOME, name, came)
        known = mirror.contacts(tx, connector, came)
        living = [id for id in came if id in known and known[id].gone_at is None]
        outbox.promise(tx, connector, living, urgent=True, refresh=True, why="call")
    calls.hear(tx, connector, tx.now - REFUSED_KEPT)  # a CRM tells of the past as well
    told = list(_told(tx, connector, asked, found.recent))
    outbox.stale_for(tx, {each.subject_id for each in calls.new_among(tx, told)}, why="call")
    calls.add(tx, told)
    since = min(found.latest, tx.now).isoformat() if found.latest else None  # calls are planned, too
    told_of = {"since": since, "at": tx.now.isoformat(), "took": found.took, "outcomes": _outcomes_asked(asked)}
    cursors.set(tx, connector, _CALLS, told_of)


def _told(tx: Tx, connector: str, asked: Asked, recent: Sequence[Call]) -> Iterable[CallTold]:
    records = {id: (IdentifierKind.RECORD, f"{connector}:{id}") for call in recent for id in call.record_ids}
    found = subjects.subjects_for(tx, records.values())
    for call in recent:
        for id in call.record_ids:
            yield CallTold(
                source=connector,
                id=call.id,
                subject_id=found[records[id]],
                at=call.at or tx.now,
                made=not call.direction.casefold().startswith("in"),
                refused=plain(call.outcome) in asked.closing_outcomes,
            )
