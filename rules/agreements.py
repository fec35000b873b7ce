"""Consents and information, from what acts say of them to facts. Parts of two consents never make one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from contactable.rules.act import Act
from contactable.rules.moments import moment_of
from contactable.rules.terms import Channel, ConsentAct, ConsentRecipient


def worth(consent: Act) -> tuple[bool | int, ...]:
    """Order consents as the law asks for their faults, then by time."""
    said = consent.details
    return (
        said.get("act") == ConsentAct.POSITIVE,
        said.get("to") in (ConsentRecipient.US, ConsentRecipient.THIRD_PARTY_NAMED_US),
        not said.get("minor") or bool(said.get("parental")),
        _has_proof(consent),
        said.get("complete") is True,
        moment_of(consent.when),
    )


def _has_proof(consent: Act) -> bool:
    return bool(consent.details.get("proof", consent.evidence is not None))


def consent_facts(channel: Channel, consent: Act) -> dict[str, Any]:
    """What one consent says, by the names of the contact file."""
    said = consent.details
    facts: dict[str, Any] = {f"consent_{channel}_on": consent.when, f"consent_{channel}_proof": _has_proof(consent)}
    if "act" in said:
        facts[f"consent_{channel}_act"] = ConsentAct(said["act"])
    if "to" in said:
        facts[f"consent_{channel}_to"] = ConsentRecipient(said["to"])
    if channel is Channel.PHONE:
        if "complete" in said:
            facts["consent_phone_complete"] = bool(said["complete"])
        if said.get("until"):
            facts["consent_phone_until"] = date.fromisoformat(said["until"])
    return facts


def minority(consents: Sequence[Act]) -> dict[str, Any]:
    """Whether a child agreed; a parent joined in only where one did for every such consent."""
    minor = [consent for consent in consents if consent.details.get("minor")]
    if not minor:
        return {}
    return {
        "minor_at_consent": True,
        "parental_authorisation": all(bool(consent.details.get("parental")) for consent in minor),
    }


def information(acts: Sequence[Act]) -> dict[str, Any]:
    """Who was told, when the first message went out, and the last call that was asked for."""
    latest: dict[str, Act] = {}
    for act in sorted((act for act in acts if act.kind == "information"), key=lambda act: moment_of(act.when)):
        latest[act.details.get("what", "told")] = act
    facts: dict[str, Any] = {}
    if "told" in latest:
        facts["informed"] = True
    if "first_message" in latest:
        facts["first_message_on"] = latest["first_message"].when
    if "callback" in latest:
        facts |= {"callback_requested_on": latest["callback"].when, "callback_proof": _has_proof(latest["callback"])}
    return facts
