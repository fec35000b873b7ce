"""Consents and what proves them: for calls, the wording shown decides whether the consent is complete (R223-1).

A proof is kept, sealed, for three years from collection, even when the consent has ended (R223-2). A consent that is
still to be confirmed by a link is a token, and becomes an entry when the person follows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from contactable.errors import RegisterError
from contactable.register import ledger, outbox, tokens
from contactable.register.columns import EPOCH
from contactable.register.entering import NewEntry
from contactable.register.ids import new_id
from contactable.register.ledger import Entry
from contactable.register.schema import proofs, wordings
from contactable.register.statements import chunks
from contactable.register.transaction import Tx
from contactable.rules.wordings import Wording, gaps_of

CONFIRM = "consent"
_PROOF = "proofs.content"
_DAYS_TO_CONFIRM = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One consent as it was given. ``proof`` (what the person saw and did) is kept sealed.

    ``evidence`` names a proof that is kept elsewhere. ``wording`` is a version in the register. ``subscription`` binds
    it to one subscription type: it opens only the offers that name it. ``until`` is the last day of a stated period
    shorter than a year, ``slots`` the agreed times of calls. ``act`` and ``to`` are words of the contact file.
    """

    subject_id: str
    channel: str
    given_at: datetime
    act: str | None = "positive"
    to: str | None = "us"
    wording: str = ""
    form: str = ""
    subscription: str = ""
    until: date | None = None
    slots: Sequence[tuple[datetime, datetime]] = ()
    minor: bool = False
    parental: bool = False
    proof: bytes = field(default=b"", repr=False)
    evidence: str | None = None
    origin: str = "recipient"
    proof_level: str = "operator"
    event_key: str | None = None
    batch: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves a consent, given to the person on request and free of charge (R223-2)."""

    id: str
    collected_at: datetime
    keep_until: datetime
    content: bytes = field(repr=False)


def give(tx: Tx, consent: Consent) -> Entry | None:
    """Enter a consent with its proof, and mark the contacts concerned; None when its key is known already.

    Raises ``RegisterError`` for a wording that the register does not have.
    """
    new = NewEntry(
        kind="consent",
        subject_id=consent.subject_id,
        on=consent.channel,
        **_scope(consent.subscription),
        origin=consent.origin,
        proof_level=consent.proof_level,
        occurred_at=consent.given_at,
        event_key=consent.event_key,
        evidence=_evidence(tx, consent),
        details=_details(tx, consent),
        batch=consent.batch,
    )
    (entry,) = ledger.record(tx, [new])
    if entry is not None:
        outbox.stale_for(tx, [consent.subject_id], why="consent")
    return entry


def ask_to_confirm(tx: Tx, consent: Consent) -> bytes:
    """Keep a consent until the person confirms it; return the token for the link (double opt-in, once, seven days)."""
    said = {"channel": consent.channel, "details": _details(tx, consent), "evidence": _evidence(tx, consent)}
    said["subscription"] = consent.subscription
    expires = tx.now + timedelta(days=_DAYS_TO_CONFIRM)
    return tokens.issue(tx, CONFIRM, [consent.subject_id], said, expires_at=expires, once=True)


def confirm(tx: Tx, token: bytes) -> Entry | None:
    """Enter the consent behind a link that the person followed just now; None when it is unknown, old, or used."""
    found = tokens.use(tx, token, CONFIRM)
    if found is None:
        return None
    new = NewEntry(
        kind="consent",
        subject_id=found.subject_ids[0],
        on=found.payload["channel"],
        **_scope(found.payload.get("subscription", "")),
        proof_level="token",
        occurred_at=tx.now,
        event_key=f"confirmed:{token.hex()}",
        evidence=found.payload.get("evidence"),
        details=found.payload["details"],
    )
    outbox.stale_for(tx, found.subject_ids, urgent=True, why="consent")
    return ledger.record(tx, [new])[0]


def keep_proof(tx: Tx, subject_id: str, collected_at: datetime, content: bytes, *, for_calls: bool) -> str:
    """Keep, sealed, what proves a consent or a request to be called; return what the entry names as its evidence."""
    id = new_id(tx.now)
    collected = max(collected_at, EPOCH)  # R223-2 counts from collection, not from when we heard of it
    values = {"id": id, "subject_id": subject_id, "collected_at": collected, "for_calls": for_calls}
    kept = {"keep_until": years_later(collected, 3), "content": tx.keyring.seal(_PROOF, content)}
    tx.connection.execute(proofs.insert().values(values | kept))
    return f"proof:{id}"


def proofs_of(tx: Tx, subject_ids: Iterable[str]) -> list[Proof]:
    """What proves the consents of some subjects, oldest first."""
    found: list[Proof] = []
    for part in chunks(subject_ids):
        for row in tx.connection.execute(select(proofs).where(proofs.c.subject_id.in_(part))):
            content = tx.keyring.unseal(_PROOF, bytes(row.content))
            found.append(Proof(row.id, row.collected_at, row.keep_until, content))
    return sorted(found, key=lambda proof: proof.collected_at)


def add_wording(tx: Tx, wording: Wording) -> None:
    """Keep a version of a text. Raises ``RegisterError`` when the version is there already with another text."""
    row = tx.connection.execute(select(wordings).where(wordings.c.version == wording.version)).first()
    if row is not None and row.text != wording.text:
        raise RegisterError(
            f"The wording `{wording.version}` is kept with another text: give the new one a new version."
        )
    values: dict[str, Any] = {"version": wording.version, "kind": str(wording.kind), "language": wording.language}
    kept = {"text": wording.text, "statements": _statements(wording), "since": tx.now}
    tx.connection.execute(tx.insert(wordings).values(values | kept).on_conflict_do_nothing())


def knows_wording(tx: Tx, version: str) -> bool:
    """Whether a version of a text is kept."""
    return tx.connection.execute(select(wordings.c.version).where(wordings.c.version == version)).first() is not None


def texts_of(tx: Tx, versions: Iterable[str]) -> dict[str, str]:
    """What the wordings of some versions say, by version."""
    found: dict[str, str] = {}
    for part in chunks(versions):
        rows = tx.connection.execute(select(wordings.c.version, wordings.c.text).where(wordings.c.version.in_(part)))
        found.update((row.version, row.text) for row in rows)
    return found


def years_later(when: datetime, years: int) -> datetime:
    """The same day some years later; 28 February for a 29 February that does not exist."""
    try:
        return when.replace(year=when.year + years)
    except ValueError:
        return when.replace(year=when.year + years, day=28)


def _statements(wording: Wording) -> dict[str, Any]:
    return {"says": sorted(wording.says), "gaps": [gap.statement for gap in gaps_of(wording)]}


def _details(tx: Tx, consent: Consent) -> dict[str, Any]:
    said: dict[str, Any] = {
        "act": consent.act,
        "to": consent.to,
        "proof": bool(consent.proof or consent.evidence),
        "wording": consent.wording,
        "form": consent.form,
        "until": consent.until and consent.until.isoformat(),
        "slots": [[start.isoformat(), end.isoformat()] for start, end in consent.slots],
        "minor": consent.minor,
        "parental": consent.parental,
        "complete": is_complete(tx, consent.wording) if consent.channel == "phone" else None,
    }
    return {name: value for name, value in said.items() if value not in (None, "", [])}


def is_complete(tx: Tx, version: str) -> bool | None:
    """Whether the wording makes all statements that its kind owes; None where no wording is named."""
    if not version:
        return None
    statements = tx.connection.execute(select(wordings.c.statements).where(wordings.c.version == version)).scalar()
    if statements is None:
        raise RegisterError("The register has no wording of that version: add it to [[wording]] first.")
    made: Mapping[str, Any] = statements
    return not made.get("gaps")


def _scope(subscription: str) -> dict[str, Any]:
    return {"scope_kind": "subscription", "scope_id": subscription} if subscription else {}


def _evidence(tx: Tx, consent: Consent) -> str | None:
    if not consent.proof:
        return consent.evidence
    return keep_proof(tx, consent.subject_id, consent.given_at, consent.proof, for_calls=consent.channel == "phone")
