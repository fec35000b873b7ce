"""The consents of a person as their page shows them: the text, when, how long, what ended it; and giving one there."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import msgspec

from contactable.identifiers import IdentifierKind
from contactable.register import Entry, NewEntry, Tx, consents, ledger, mirror, outbox
from contactable.register.consents import Consent
from contactable.rules import Channel
from contactable.rules.act import ALL, is_after
from contactable.rules.acts import in_force, opposed
from contactable.rules.calendar import paris_day
from contactable.rules.periods import consent_year_ends
from contactable.rules.wordings import LONGEST_PERIOD_MONTHS, Wording

FORM: Final = "preference_centre"
"""The form that a consent given on the page names."""
REACHED_BY: Final = {
    IdentifierKind.EMAIL: (Channel.EMAIL,),
    IdentifierKind.PHONE: (Channel.SMS, Channel.PHONE, Channel.ROBOCALL),
}
"""The channels that a link sent to an address, or to a number, may open: those that lead to the very same place."""


@dataclass(frozen=True, slots=True)
class Held:
    """One consent: its entry, the text that was agreed to (empty where none is kept), its last day, if over."""

    entry: Entry
    text: str
    until: date | None
    ended: bool


def own_subjects(tx: Tx, subject: str) -> list[str]:
    """Whom a link proves: the identifier, and what its contact is reached by, unless several contacts share it."""
    carrying = mirror.contacts_with(tx, [subject], now_only=True)
    known = [subject]
    for connector, record_id in carrying:
        if sum(name == connector for name, _ in carrying) == 1:  # else whose number the other one is, is not shown
            known += [id for id, _ in mirror.subjects_of(tx, connector, record_id)]
    return list(dict.fromkeys(known))


def held(tx: Tx, subject: str, today: date) -> list[Held]:
    """The consents of a person, newest first."""
    acts = in_force(ledger.entries_of(tx, own_subjects(tx, subject)))
    given = [act for act in acts if act.kind == "consent"]
    against = [act for act in acts if act.kind == "opposition"]
    texts = consents.texts_of(tx, {act.details.get("wording", "") for act in given})
    found = []
    for act in given:
        until = _last_day(act)
        over = any(each.on in (act.on, ALL) and not is_after(act, each) for each in against)
        text = texts.get(act.details.get("wording", ""), "")
        found.append(Held(act, text, until, over or (until is not None and until < today)))
    return sorted(found, key=lambda one: one.entry.recorded_at, reverse=True)


def consent_of(tx: Tx, subject: str, entry_id: str) -> Entry | None:
    """A consent of this very person by its id; None for anybody else's, and for what is no consent."""
    own = own_subjects(tx, subject)
    entry = ledger.find(tx, entry_id) if _is_id(entry_id) else None
    return entry if entry and entry.kind == "consent" and entry.subject_id in own else None


def agree(tx: Tx, subject: str, channel: Channel, wording: Wording) -> None:
    """Enter a consent that the person just gave on their page, with its whole proof."""
    consents.add_wording(tx, wording)
    shown = {"text": wording.text, "version": wording.version, "language": wording.language, "channel": str(channel)}
    did = {
        "at": tx.now,
        "form": FORM,
        "box": "ticked by the person, not in advance",
        "link": "sent to the place",
    }
    consent = Consent(
        subject_id=subject,
        channel=channel,
        given_at=tx.now,
        wording=wording.version,
        form=FORM,
        until=_stated_end(paris_day(tx.now), wording),
        proof=msgspec.json.encode({**shown, **did}),
        proof_level="token",
    )
    consents.give(tx, consent)


def withdraw(tx: Tx, consent: Entry) -> None:
    """Enter the withdrawal of one consent: an opposition on its channel, for its scope, from now on (R223-3)."""
    new = NewEntry(
        kind="opposition",
        subject_id=consent.subject_id,
        on=consent.on,
        scope_kind=consent.scope_kind,
        scope_id=consent.scope_id,
        proof_level="token",
        time_quality="arrival",
        reason="withdrawal",
        event_key=f"withdrawn:{consent.id}",
    )
    ledger.record(tx, [new])
    outbox.stale_for(tx, [consent.subject_id or ""], urgent=True, why="withdrawal")


def opposed_on(tx: Tx, subject: str, channels: Sequence[Channel]) -> list[Channel]:
    """The channels on which an opposition of the person stands."""
    acts = ledger.entries_of(tx, own_subjects(tx, subject))
    return [channel for channel in channels if opposed(acts, channel)]


def _last_day(consent: Entry) -> date | None:
    """The last day of a consent to calls: the stated one, at most a year from its collection; others end with none."""
    if consent.on != Channel.PHONE:
        return None
    given = paris_day(consent.when)
    end = date.fromordinal(consent_year_ends(given.toordinal()) - 1)
    stated = consent.details.get("until")
    return min(end, date.fromisoformat(stated)) if stated else end


def _stated_end(today: date, wording: Wording) -> date | None:
    """The last day of a period that is shorter than the year that the law allows."""
    months = wording.period_months or LONGEST_PERIOD_MONTHS
    if months >= LONGEST_PERIOD_MONTHS:
        return None
    years, month = divmod(today.month - 1 + months, 12)
    year, month = today.year + years, month + 1
    return date(year, month, min(today.day, monthrange(year, month)[1])) - timedelta(days=1)


def _is_id(text: str) -> bool:
    return len(text) == 32 and set(text) <= set("0123456789abcdef")
