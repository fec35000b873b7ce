"""The mirror in numbers: how many contacts are open or closed, on which channel, why, and what changes soon by itself.

A mirror of a million is not counted at each look: the schedule counts it, a part at a time, and the counts are kept.
They name nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import func, select

from contactable.register import cursors
from contactable.register.mirror_pages import pages
from contactable.register.schema import contacts, entries, shown
from contactable.register.store import Register
from contactable.register.transaction import Tx
from contactable.rules import Channel

PLACE: Final = "console"
NAME: Final = "summary"
LOOKS_BACK: Final = timedelta(days=30)
LOOKS_AHEAD: Final = 90  # days
SPAN: Final = 30  # days that are counted together
UNWRITTEN: Final = "not_written"
"""The reason of contacts of which nothing was written yet."""


class _Facts(msgspec.Struct):
    audience: tuple[str, str] = ("", "")


class _Written(msgspec.Struct):
    properties: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Summary:
    """Rows of counts, the last member of each being a number of contacts (of acts for ``origins``).

    ``verdicts``: channel, reason, audience. ``soon``: channel, state today, days until then (30, 60, 90).
    ``changes``: channel, whether it opened. ``origins``: origin of oppositions.
    """

    counted_at: datetime
    contacts: int
    verdicts: Sequence[tuple[str, str, str, int]]
    soon: Sequence[tuple[str, str, int, int]]
    changes: Sequence[tuple[str, bool, int]]
    origins: Sequence[tuple[str, int]]


def count(register: Register, today: date) -> Summary:
    """Count everything anew and keep it."""
    verdicts: Counter[tuple[str, str, str]] = Counter()
    soon: Counter[tuple[str, str, int]] = Counter()
    contacts_there = 0
    rows = (row for page in pages(register, "facts", "written") for row in page)
    for _connector, _id, facts, written in rows:
        contacts_there += 1
        audience, values = _audience(facts), _values(written)
        for channel in Channel:
            verdicts[channel, _reason(values, channel), audience] += 1
            if days := _days_until(values, channel, today):
                soon[channel, values.get(f"contactable_{channel}", ""), days] += 1
    found = {"contacts": contacts_there, "verdicts": _rows(verdicts), "soon": _rows(soon)}
    return register.write(lambda tx: _keep(tx, found))


def _keep(tx: Tx, found: Mapping[str, Any]) -> Summary:
    cursors.set(tx, PLACE, NAME, {**found, **_acts(tx), "counted_at": tx.now.isoformat()})
    summary = kept(tx)
    assert summary is not None
    return summary


def _rows(counted: Counter[Any]) -> list[list[Any]]:
    return [[*key, number] for key, number in counted.items()]


def kept(tx: Tx) -> Summary | None:
    """What was counted last; None before the first time."""
    found = cursors.get(tx, PLACE, NAME)
    return _read(found, datetime.fromisoformat(found["counted_at"])) if found else None


def there(tx: Tx, most: int) -> int:
    """How many contacts are mirrored, counted up to ``most``."""
    some = select(contacts.c.record_id).where(contacts.c.gone_at.is_(None)).limit(most).subquery()
    return int(tx.connection.execute(select(func.count()).select_from(some)).scalar_one())


def _read(found: Mapping[str, Any], at: datetime) -> Summary:
    rows = ([tuple(row) for row in found.get(name, ())] for name in ("verdicts", "soon", "changes", "origins"))
    return Summary(at, found["contacts"], *rows)


_FACTS, _WRITTEN = msgspec.json.Decoder(_Facts), msgspec.json.Decoder(_Written)


def _audience(facts: str) -> str:
    return _FACTS.decode(facts).audience[0]


def _values(written: str) -> Mapping[str, str]:
    values = _WRITTEN.decode(written).properties
    reasons = values.get("contactable_reasons", "")  # the compact schema
    for part in filter(None, reasons.split(";")):
        channel, _, reason = part.partition(":")
        values[f"contactable_{channel}_reason"] = reason
    return values


def _reason(values: Mapping[str, str], channel: Channel) -> str:
    return values.get(f"contactable_{channel}_reason", UNWRITTEN)


def _days_until(values: Mapping[str, str], channel: Channel, today: date) -> int:
    """In which span of days the channel's verdict changes by itself; 0 where it does not soon."""
    until = values.get(f"contactable_{channel}_until", "")
    days = (date.fromisoformat(until) - today).days if until else LOOKS_AHEAD + 1
    return (max(days, 1) + SPAN - 1) // SPAN * SPAN if days <= LOOKS_AHEAD else 0


def _acts(tx: Tx) -> Mapping[str, Any]:
    since = tx.now - LOOKS_BACK
    changed = (shown.c.written_at >= since) & shown.c.was_allowed.isnot(None) & (shown.c.was_allowed != shown.c.allowed)
    changes = select(shown.c.channel, shown.c.allowed, func.count()).where(changed)
    opposed = (entries.c.kind == "opposition") & (entries.c.recorded_at >= since)
    origins = select(entries.c.origin, func.count()).where(opposed).group_by(entries.c.origin)
    of_changes = tx.connection.execute(changes.group_by(shown.c.channel, shown.c.allowed))
    return {
        "changes": [[row[0], bool(row[1]), row[2]] for row in of_changes],
        "origins": [list(row) for row in tx.connection.execute(origins.order_by(func.count().desc()))],
    }
