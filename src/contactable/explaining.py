"""Why a person may or may not be approached: verdicts, where each fact came from, and what happened, in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from contactable.kit import identifier
from contactable.mapping import from_json, sources_of_facts
from contactable.register import Entry, ledger, mirror, subjects
from contactable.rules import Channel, Verdict
from contactable.rules.acts import OfferScopes, known
from contactable.rules.calendar import paris_day

if TYPE_CHECKING:
    from contactable.kit import Contactable


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of one person, without any address."""

    offer: str
    on: date
    verdicts: dict[Channel, Verdict]
    contacts: list[str]  # <connector name>:<record id>
    facts: dict[str, dict[str, str]]  # contact -> column -> the source that counted
    history: list[dict[str, Any]]


def explain(
    kit: Contactable,
    *,
    email: str | None = None,
    phone: str | None = None,
    record: str | None = None,
    offer: str = "main",
    on: date | None = None,
) -> Explanation:
    """Explain one person on a day (today unless told); facts without a date hold on every day."""
    kind, text = identifier(email=email, phone=phone, record=record)
    day = on or paris_day(kit.clock())
    with kit.register.read() as tx:
        subject = subjects.find_subject(tx, kind, text)
        pairs = mirror.contacts_with(tx, [subject], now_only=True) if subject else []
        entries = {entry.id: entry for entry in ledger.entries_of(tx, [subject] if subject else [])}
        sources = {}
        for connector, id in pairs:
            of_contact = ledger.entries_of_contacts(tx, connector, [id])[id]
            entries.update((entry.id, entry) for entry in of_contact)
            row = mirror.contact(tx, connector, id)
            if row is not None:
                sources[f"{connector}:{id}"] = _sources(kit, row.facts, of_contact, offer, day)
    verdicts = kit.verdicts(email=email, phone=phone, record=record, offer=offer, on=day)
    history = [_line(entry) for entry in sorted(entries.values(), key=lambda entry: entry.recorded_at)]
    return Explanation(offer, day, verdicts, [f"{name}:{id}" for name, id in pairs], sources, history)


def _sources(kit: Contactable, facts: Any, entries: list[Entry], offer: str, day: date) -> dict[str, str]:
    settings = kit.offers[offer]
    acts = known(entries, offer_scopes=OfferScopes(settings.subscriptions, settings.elsewhere), as_of=day)
    return sources_of_facts(from_json(facts), settings, acts)


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
        "scope": f"{entry.scope_kind}:{entry.scope_id}" if entry.is_scoped else "",
    }
