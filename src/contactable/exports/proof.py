"""The proof of one entry: that it was sealed, which law was applied to it, and what was shown in the CRM that day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from contactable.errors import Malformed
from contactable.exports.auditing import leave_receipt
from contactable.exports.lines import ENTRY, SHOWN, of_entry, of_proof, of_shown, of_verdict, rows
from contactable.exports.sheet import Section, to_html
from contactable.exports.words import heads, say
from contactable.register import Entry, Tx, ledger, mirror, shown
from contactable.register.carrying import contacts_with
from contactable.register.consents import proofs_of, texts_of
from contactable.register.proving import prove
from contactable.register.sealing import COMMITTED
from contactable.rules.calendar import paris_day

if TYPE_CHECKING:
    from contactable.kit import Contactable
    from contactable.rules.labels import Language

FORMAT = "contactable proof 1"
LAW = "channel allowed reason law"


def export_proof(kit: Contactable, entry_id: str) -> dict[str, Any]:
    """The proof of an entry as data; the look is audited. Raises ``Malformed`` for an id that is no entry's."""
    if len(entry_id) != 32 or not set(entry_id) <= set("0123456789abcdef"):
        raise Malformed("An entry's id has 32 hexadecimal digits: `contactable explain` shows them.")
    with kit.register.read() as tx:
        entry = _entry(tx, entry_id)
        said = {**_sealed(kit, tx, entry), "law": _law(kit, tx, entry), "shown": _shown(tx, entry)}
    leave_receipt(kit, "export_proof", entry.subject_id, {"entry": entry_id})
    return said


def consent_proof(kit: Contactable, entry_id: str) -> dict[str, Any]:
    """What a person is given on one's own consent (R223-2): the same without what was shown to the company."""
    with kit.register.read() as tx:
        entry = _entry(tx, entry_id)
        wording = str(entry.details.get("wording", ""))
        texts = [{"version": version, "text": text} for version, text in texts_of(tx, [wording]).items()]
        return {**_sealed(kit, tx, entry), "wordings": texts}


def _entry(tx: Tx, entry_id: str) -> Entry:
    entry = ledger.find(tx, entry_id)
    if entry is None:
        raise Malformed("The register has no entry of that id.")
    return entry


def _sealed(kit: Contactable, tx: Tx, entry: Entry) -> dict[str, Any]:
    """An entry, what proves it, and the seal over it; no seal as long as none was made."""
    sealed = prove(tx, entry.id)
    return {
        "format": FORMAT,
        "made_at": kit.clock(),
        "entry": of_entry(entry),
        "parts": COMMITTED,
        "sealed": sealed.as_json() if sealed else None,
        "public_key": kit.seal_key.public,
        "consent_proofs": _consent_proofs(tx, entry),
    }


def _consent_proofs(tx: Tx, entry: Entry) -> list[dict[str, Any]]:
    named = (entry.evidence or "").removeprefix("proof:")
    found = proofs_of(tx, [entry.subject_id]) if entry.subject_id else []
    return [of_proof(proof) for proof in found if proof.id == named]


def _law(kit: Contactable, tx: Tx, entry: Entry) -> list[dict[str, Any]]:
    """What the law says of the person on the day of the entry, as it is known now, by record and channel."""
    if entry.subject_id is None:
        return []
    day, own = paris_day(entry.when), ledger.entries_of(tx, [entry.subject_id])
    judged = {"register": kit.judge.verdicts({}, own, day)["main"]}
    for connector, record_id in contacts_with(tx, [entry.subject_id]):
        row, bound = mirror.contact(tx, connector, record_id), ledger.entries_of_contacts(tx, connector, [record_id])
        facts: Mapping[str, Any] = row.facts if row else {}
        judged[f"{connector}:{record_id}"] = kit.judge.verdicts(facts, [*bound[record_id]], day)["main"]
    language: Language = kit.settings.language
    return [
        {"record": record, **of_verdict(verdict, language)}
        for record, verdicts in judged.items()
        for verdict in verdicts.values()
    ]


def _shown(tx: Tx, entry: Entry) -> list[dict[str, Any]]:
    """What stood in the CRM when the entry came, and what was written afterwards."""
    records = contacts_with(tx, [entry.subject_id]) if entry.subject_id else []
    return [of_shown(row) for connector, id in records for row in shown.history(tx, connector, id)]


def page(said: dict[str, Any], language: Language) -> str:
    """The sheet of a proof."""
    sealed = said["sealed"]
    seal = json.dumps(sealed, indent=1, ensure_ascii=False) if sealed else say("unsealed", language)
    law = [
        {**line, "law": "; ".join(source["text"] for source in line["sources"]), "reason": line["label"]}
        for line in said["law"]
    ]
    return to_html(
        say("proof", language),
        say("proof_intro", language),
        [
            Section(say("history", language), "", heads(ENTRY, language), rows(ENTRY, [said["entry"]])),
            Section(say("seal", language), f"{seal}\n{said['public_key']}"),
            Section(say("law", language), "", heads(f"record {LAW}", language), rows(f"record {LAW}", law)),
            Section(say("shown", language), "", heads(SHOWN, language), rows(SHOWN, said["shown"])),
        ],
        language,
    )
