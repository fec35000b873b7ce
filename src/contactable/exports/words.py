"""What sheets say, in French and English."""

from __future__ import annotations

from typing import Final

from contactable.rules.labels import Language

WORDS: Final[dict[str, tuple[str, str]]] = {
    "person": ("Ce que le registre contient sur vous", "What the register holds on you"),
    "person_intro": (
        "Réponse à une demande d'accès (RGPD, art. 15). Adresses et numéros n'y figurent que par leur empreinte.",
        "Answer to an access request (GDPR, art. 15). Addresses and numbers are kept as digests only.",
    ),
    "proof": ("Preuve d'une inscription au registre", "Proof of an entry of the register"),
    "proof_intro": (
        "L'inscription, son sceau, la règle de droit appliquée et ce qui était affiché. À vérifier : verify_proof.py.",
        "The entry, its seal, the law applied, and what was shown. To verify: verify_proof.py.",
    ),
    "complaint": ("Réclamation : ce qui s'est passé", "Complaint: what happened"),
    "complaint_intro": (
        "Chronologie, preuves, et délai entre chaque opposition et sa prise en compte.",
        "Time line, proofs, and how long each opposition took to count.",
    ),
    "control": ("Contrôle : état du registre", "Control: state of the register"),
    "control_intro": (
        "Oppositions, consentements, lectures, déclarations, purges, accès et incidents de la période.",
        "Oppositions, consents, readings, declarations, purges, accesses and incidents of the period.",
    ),
    "history": ("Historique", "History"),
    "proofs": ("Preuves de consentement", "Proofs of consent"),
    "contacts": ("Fiches du CRM et faits lus", "Records of the CRM and facts read"),
    "shown": ("Ce qui a été affiché dans le CRM", "What was shown in the CRM"),
    "closed": ("Fermé aussi chez", "Closed elsewhere"),
    "looks": ("Consultations de vos données", "When your data were looked at"),
    "seal": ("Sceau", "Seal"),
    "law": ("Droit appliqué ce jour-là", "Law applied on that day"),
    "letter": ("Projet de réponse", "Draft of the reply"),
    "delays": ("Délais", "Delays"),
    "unsealed": (
        "Cette inscription n'est pas encore scellée (contactable register seal), ou a été purgée.",
        "This entry is not sealed yet (contactable register seal), or was let go of.",
    ),
    "oppositions": ("Oppositions par origine", "Oppositions by origin"),
    "consents": ("Consentements par formulaire", "Consents by form"),
    "readings": ("Lectures du droit retenues", "Readings of the law"),
    "declarations": ("Déclarations en vigueur", "Declarations in force"),
    "purges": ("Purges", "Purges"),
    "accesses": ("Accès et exports", "Accesses and exports"),
    "incidents": ("Envois malgré une opposition", "Sent despite an opposition"),
    "seals": ("Sceaux", "Seals"),
    "none": ("Néant.", "None."),
}
COLUMNS: Final[dict[str, tuple[str, str]]] = {
    "at": ("Date", "Date"),
    "recorded_at": ("Inscrit le", "Recorded at"),
    "kind": ("Nature", "Kind"),
    "channel": ("Canal", "Channel"),
    "origin": ("Origine", "Origin"),
    "proof": ("Preuve", "Proof"),
    "reason": ("Motif", "Reason"),
    "details": ("Détail", "Details"),
    "record": ("Fiche", "Record"),
    "fact": ("Fait", "Fact"),
    "value": ("Valeur", "Value"),
    "source": ("Source", "Source"),
    "offer": ("Offre", "Offer"),
    "allowed": ("Autorisé", "Allowed"),
    "where": ("Où", "Where"),
    "keep_until": ("Conservé jusqu'au", "Kept until"),
    "content": ("Contenu", "Content"),
    "count": ("Nombre", "Count"),
    "delay": ("Délai médian (s)", "Median delay (s)"),
    "slowest": ("Le plus long (s)", "Slowest (s)"),
    "seconds": ("Secondes", "Seconds"),
    "name": ("Nom", "Name"),
    "form": ("Formulaire", "Form"),
    "law": ("Texte", "Text"),
    "day": ("Jour", "Day"),
    "sender": ("Émetteur", "Sender"),
    "campaign": ("Campagne", "Campaign"),
    "seal": ("Sceau", "Seal"),
}


def say(name: str, language: Language) -> str:
    """A heading or a sentence."""
    return WORDS[name][0 if language == "fr" else 1]


def heads(names: str, language: Language) -> list[str]:
    """The headings of a table, their names parted by spaces."""
    return [COLUMNS[name][0 if language == "fr" else 1] for name in names.split()]
