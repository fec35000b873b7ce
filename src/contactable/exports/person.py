"""The answer to an access request (RGPD 15): everything that the register holds on a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contactable.exports.auditing import leave_receipt
from contactable.exports.dossier import Dossier, gather
from contactable.exports.lines import ENTRY, SHOWN, of_entry, of_proof, of_shown, rows
from contactable.exports.sheet import Section, to_html
from contactable.exports.words import heads, say
from contactable.naming import identifier

if TYPE_CHECKING:
    from contactable.kit import Contactable
    from contactable.rules.labels import Language

FACT = "record fact value source"
PROOF = "at keep_until content"
CLOSED = "at where channel"
LOOK = "at reason"


def export_person(kit: Contactable, **given: str | None) -> dict[str, Any]:
    """Everything on the person behind ``email``, ``phone`` or ``record``, as data; the look is audited."""
    kind, text = identifier(**given)
    with kit.register.read() as tx:
        found = gather(tx, kind, text)
    leave_receipt(kit, "export_person", found.subjects[0][0] if found.subjects else None)
    return document(found)


def document(found: Dossier) -> dict[str, Any]:
    """A dossier as data."""
    return {
        "identifiers": [{"kind": kind, "subject": subject} for subject, kind in found.subjects],
        "entries": [of_entry(entry, found.notes) for entry in found.entries],
        "proofs": [of_proof(proof) for proof in found.proofs],
        "contacts": [
            {"record": record, "fact": name, "value": value, "source": source}
            for record, facts in found.contacts.items()
            for name, (value, source) in facts.items()
        ],
        "shown": [of_shown(row) for row in found.shown],
        "closed": [{"at": each.written_at, "where": each.target, "channel": each.channel} for each in found.closed],
        # When and what for, which the person may ask; by whom is the company's own business (CJEU C-579/21).
        "looks": [{"at": each.at, "reason": each.what} for each in found.looks],
    }


def sections(said: dict[str, Any], language: Language) -> list[Section]:
    """The parts of a sheet on a person."""
    tables = (
        ("history", ENTRY, "entries"),
        ("proofs", PROOF, "proofs"),
        ("contacts", FACT, "contacts"),
        ("shown", SHOWN, "shown"),
        ("closed", CLOSED, "closed"),
        ("looks", LOOK, "looks"),
    )
    return [
        Section(
            say(title, language),
            "" if said[key] else say("none", language),
            heads(names, language),
            rows(names, said[key]),
        )
        for title, names, key in tables
    ]


def page(said: dict[str, Any], language: Language) -> str:
    """The sheet that the person is given."""
    return to_html(say("person", language), say("person_intro", language), sections(said, language), language)
