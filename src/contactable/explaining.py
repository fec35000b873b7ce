"""Why a person may or may not be approached: verdicts, which record decided, whose each fact was, what happened.

Beside it, on request, what was shown in the CRM on a day: that is read from what was kept when it was written, and is
another thing than deciding the same day with what is known now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from contactable.errors import Malformed
from contactable.judging import stricter
from contactable.naming import identifier
from contactable.register import Entry, Tx, declared, ledger, mirror, shown, subjects
from contactable.rules import Channel, Verdict
from contactable.rules.calendar import PARIS, paris_day
from contactable.together import RECORD, facts_in_all_crms

if TYPE_CHECKING:
    from contactable.kit import Contactable

REGISTER = "register"
"""What decided where no record carries the person."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a record's property showed on a day: the verdict, since when, and the versions of what decided."""

    record: str
    channel: str
    allowed: bool
    reason: str
    until: str | None
    written_at: datetime
    confirmed_at: datetime | None
    versions: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of one person, without any address. ``decided_by``: the record whose verdict counted.

    ``subject`` is the person's random id in the register; None where it has never met them.
    """

    subject: str | None
    offer: str
    on: date
    verdicts: dict[Channel, Verdict]
    contacts: list[str]  # <connector name>:<record id>
    decided_by: dict[Channel, str]
    facts: dict[str, dict[str, tuple[str, str]]]  # contact -> column -> value and source
    declarations: dict[str, dict[str, Any]]  # those behind a fact, as the register keeps them
    history: list[dict[str, Any]]
    shown: list[Shown] = field(default_factory=list)


def explain(
    kit: Contactable,
    *,
    email: str | None = None,
    phone: str | None = None,
    record: str | None = None,
    offer: str = "main",
    on: date | None = None,
    shown_on: date | None = None,
) -> Explanation:
    """Explain one person on a day (today unless told), and what was shown at the end of another day.

    Facts without a date hold on every day. Raises ``Malformed`` for an unknown offer.
    """
    if offer not in kit.offers:
        raise Malformed(f"There is no offer {offer!r}; known are {', '.join(kit.offers)}.")
    kind, text = identifier(email=email, phone=phone, record=record)
    day = on or paris_day(kit.clock())
    with kit.register.read() as tx:
        subject = subjects.find_subject(tx, kind, text)
        own = ledger.entries_of(tx, [subject] if subject else [])
        found = _records(tx, subject, own)
        facts = {name: kit.judge.sources(mapped, entries, day, offer) for name, (mapped, entries) in found.items()}
        signed = _declarations(tx, facts)
        past = [each for name in found for each in _shown(tx, name, offer, shown_on)] if shown_on else []
    each = {name: kit.judge.verdicts(mapped, entries, day)[offer] for name, (mapped, entries) in found.items()}
    each = each or {REGISTER: kit.judge.verdicts({}, own, day)[offer]}
    verdicts = stricter(list(each.values()))
    decided_by = {channel: next(n for n, v in each.items() if v[channel] is verdicts[channel]) for channel in Channel}
    entries = {entry.id: entry for _, bound in found.values() for entry in bound} | {entry.id: entry for entry in own}
    history = [_line(entry) for entry in sorted(entries.values(), key=lambda entry: entry.recorded_at)]
    return Explanation(subject, offer, day, verdicts, list(found), decided_by, facts, signed, history, past)


def _records(tx: Tx, subject: str | None, own: Sequence[Entry]) -> dict[str, tuple[Mapping[str, Any], Sequence[Entry]]]:
    """The facts and the entries of each contact that carries the subject now; first those that need no other."""
    found: dict[str, tuple[Mapping[str, Any], Sequence[Entry]]] = {}
    for connector, id in mirror.contacts_with(tx, [subject], now_only=True) if subject else []:
        row = mirror.contact(tx, connector, id)
        if row is not None:
            bound = ledger.entries_of_contacts(tx, connector, [id])[id]
            facts = facts_in_all_crms(tx, row)
            found[f"{connector}:{id}"] = (facts, list({each.id: each for each in (*bound, *own)}.values()))
    return dict(sorted(found.items(), key=lambda each: any(said[1].startswith(RECORD) for said in each[1][0].values())))


def _declarations(tx: Tx, facts: Mapping[str, Mapping[str, tuple[str, str]]]) -> dict[str, dict[str, Any]]:
    sources = {source for of_one in facts.values() for _, source in of_one.values()}
    kept = declared.latest(tx)
    names = sorted(source.partition(":")[2] for source in sources if source.startswith("declaration:"))
    return {
        name: {"by": kept[name].signed_by, "version": kept[name].version, **kept[name].content}
        for name in names
        if name in kept
    }


def _shown(tx: Tx, record: str, offer: str, day: date) -> list[Shown]:
    connector, _, id = record.partition(":")
    midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(PARIS))
    rows = shown.at(tx, connector, id, midnight - timedelta(microseconds=1))
    return [
        Shown(record, row.channel, row.allowed, row.reason, row.until, row.written_at, row.confirmed_at, row.versions)
        for (of, _), row in sorted(rows.items())
        if of == offer and row.written_at is not None
    ]


def _line(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": entry.when,
        "recorded_at": entry.recorded_at,
        "kind": entry.kind,
        "channel": entry.on,
        "origin": entry.origin,
        "proof": entry.proof_level,
        "reason": entry.reason,
        "ends": entry.ends or "",
        "scope": f"{entry.scope_kind}:{entry.scope_id}" if entry.is_scoped else "",
    }
