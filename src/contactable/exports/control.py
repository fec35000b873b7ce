"""What a control by the regulator asks for: counts and delays of a period, without any person in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from msgspec.structs import asdict
from sqlalchemy import select

from contactable.errors import Malformed
from contactable.exports.auditing import leave_receipt
from contactable.exports.lines import rows
from contactable.exports.sheet import Section, to_html
from contactable.exports.words import heads, say
from contactable.register import Tx, accesses, declared
from contactable.register.schema import carried, entries, shown
from contactable.register.sealing import count_unsealed, last_seal
from contactable.rules.calendar import PARIS
from contactable.webhooks.despite import despite_of

if TYPE_CHECKING:
    from contactable.kit import Contactable
    from contactable.rules.labels import Language

_ZONE = ZoneInfo(PARIS)
TABLES = {
    "oppositions": "origin channel count delay slowest",
    "consents": "form channel count",
    "readings": "name value",
    "declarations": "name details",
    "purges": "at details",
    "accesses": "at reason count",
    "incidents": "day sender campaign channel count",
    "seals": "name value",
}


def export_control(kit: Contactable, start: date, end: date) -> dict[str, Any]:
    """The state of a period, both days included (Europe/Paris), as data; the export is audited.

    Raises ``Malformed`` for a period that ends before it begins.
    """
    if end < start:
        raise Malformed("The period ends before it begins.")
    span = _midnight(start), _midnight(end + timedelta(days=1))
    with kit.register.read() as tx:
        said = {
            "from": start,
            "to": end,
            "oppositions": list(_oppositions(tx, span)),
            "consents": list(_consents(tx, span)),
            "readings": [{"name": name, "value": value} for name, value in asdict(kit.settings.readings).items()],
            "declarations": [
                {"name": name, "details": {"by": each.signed_by, **each.content}}
                for name, each in declared.latest(tx).items()
            ],
            "purges": [{"at": row.recorded_at, "details": row.details} for row in _of_kind(tx, span, "purged")],
            "accesses": [
                *({"at": row.recorded_at, "reason": row.reason, "count": 1} for row in _of_kind(tx, span, "receipt")),
                *({"at": at, "reason": what, "count": count} for what, at, count in accesses.counts(tx, *span)),
            ],
            "incidents": list(_incidents(tx, start, end)),
            "seals": _seals(kit, tx),
        }
    leave_receipt(kit, "export_control", details={"from": start.isoformat(), "to": end.isoformat()})
    return said


def page(said: dict[str, Any], language: Language) -> str:
    """The sheet of a control."""
    parts = [
        Section(
            say(name, language),
            "" if said[name] else say("none", language),
            heads(columns, language),
            rows(columns, said[name]),
        )
        for name, columns in TABLES.items()
    ]
    intro = f"{say('control_intro', language)} {said['from']} – {said['to']}"
    return to_html(say("control", language), intro, parts, language)


def _oppositions(tx: Tx, span: tuple[datetime, datetime]) -> Iterator[dict[str, Any]]:
    """By origin and channel: how many, and how long from the record to the CRM's property."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for row in _of_kind(tx, span, "opposition"):
        counts[row.origin, row.channel] += 1
    waits = _waits(tx, span)
    for (origin, channel), count in sorted(counts.items()):
        own = waits.get((origin, channel), [])
        yield {
            "origin": origin,
            "channel": channel,
            "count": count,
            "delay": round(median(own), 1) if own else None,
            "slowest": round(max(own), 1) if own else None,
        }


def _waits(tx: Tx, span: tuple[datetime, datetime]) -> dict[tuple[str, str], list[float]]:
    """Seconds from each opposition to the first closed property that was written for it, by origin and channel."""
    same = (carried.c.connector == shown.c.connector) & (carried.c.record_id == shown.c.record_id)
    asked = (
        select(entries.c.id, entries.c.origin, entries.c.channel, entries.c.recorded_at, shown.c.written_at)
        .join(carried, carried.c.subject_id == entries.c.subject_id)
        .join(shown, same & (shown.c.written_at >= entries.c.recorded_at) & (shown.c.reason == "opposition"))
        .where(entries.c.kind == "opposition", entries.c.recorded_at.between(*span))
    )
    first: dict[str, tuple[tuple[str, str], float]] = {}
    for row in tx.connection.execute(asked):
        wait = (row.written_at - row.recorded_at).total_seconds()
        before = first.get(row.id)
        first[row.id] = ((row.origin, row.channel), wait if before is None else min(wait, before[1]))
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for place, wait in first.values():
        found[place].append(wait)
    return found


def _consents(tx: Tx, span: tuple[datetime, datetime]) -> Iterator[dict[str, Any]]:
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for row in _of_kind(tx, span, "consent"):
        counts[row.details.get("form") or row.details.get("wording") or row.origin, row.channel] += 1
    for (form, channel), count in sorted(counts.items()):
        yield {"form": form, "channel": channel, "count": count}


def _of_kind(tx: Tx, span: tuple[datetime, datetime], kind: str) -> Any:
    wanted = select(entries).where(entries.c.kind == kind, entries.c.recorded_at >= span[0])
    return tx.connection.execute(wanted.where(entries.c.recorded_at < span[1]).order_by(entries.c.id))


def _incidents(tx: Tx, start: date, end: date) -> Iterator[dict[str, Any]]:
    for days in range((end - start).days + 1):
        for each in despite_of(tx, start + timedelta(days=days)):
            yield {
                "day": each.day,
                "sender": each.endpoint,
                "campaign": each.campaign,
                "channel": each.channel,
                "count": each.count,
            }


def _seals(kit: Contactable, tx: Tx) -> list[dict[str, Any]]:
    last = last_seal(tx)
    said = {
        "public key": kit.seal_key.public,
        "seals": last.number if last else 0,
        "sealed entries": last.first + last.count if last else 0,
        "entries that wait": count_unsealed(tx),
    }
    return [{"name": name, "value": value} for name, value in said.items()]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), _ZONE)
