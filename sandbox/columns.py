"""The properties of a company that kept its facts: named as the columns of the contact file, labelled in French."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_CHANNELS = {
    "email": "e-mail",
    "sms": "SMS",
    "phone": "appels",
    "robocall": "appels automatisés",
    "post": "courrier",
}
_YES_NO = {"yes": "Oui", "no": "Non"}
_CHOICES = {
    "audience": ("Particulier ou professionnel", {"consumer": "Particulier", "professional": "Professionnel"}),
    "sale": ("Opération", {"sale": "Vente", "account": "Compte", "quote": "Devis", "basket": "Panier"}),
    "source": ("Origine des données", {"person": "La personne", "elsewhere": "Ailleurs"}),
}
_FLAGS = {
    "sole_trader": "Entreprise individuelle",
    "customer": "Client en cours",
    "collected_at_sale": "Coordonnées recueillies à la vente",
    "similar_offer": "Offre analogue à l'achat",
    "informed": "Informé, avec droit d'opposition",
    "related_to_profession": "Offre liée à la profession",
    "contract": "Contrat en cours",
    "offer_on_contract": "Offre portant sur le contrat",
    "bloctel": "Inscrit à Bloctel",
    "robinson": "Inscrit à la liste Robinson",
    "consent_phone_complete": "Consentement aux appels : cinq mentions faites",
    "callback_proof": "Demande de rappel : preuve conservée",
    "offer_as_asked": "Offre conforme à la demande de rappel",
    "minor_at_consent": "Mineur de 15 ans au consentement",
    "parental_authorisation": "Autorisation parentale",
}
_DAYS = {
    "last_contact_on": "Dernier contact venu de la personne",
    "relation_ended_on": "Fin de la relation",
    "collected_on": "Date de collecte",
    "first_message_on": "Premier message d'information",
    "consent_phone_until": "Consentement aux appels : dernier jour",
    "callback_requested_on": "Rappel demandé le",
    "opposed_all_on": "Opposition à toute prospection",
}
_ACTS = {"positive": "Acte positif", "preticked": "Case précochée", "bundled": "Avec les CGV"}
_TO = {"us": "Nous", "third_party_named_us": "Un tiers qui nous nommait", "third_party": "Un tiers"}


def columns() -> Iterator[dict[str, Any]]:
    """The properties, as one would post them to HubSpot."""
    for name, (label, values) in _CHOICES.items():
        yield _choice(name, label, values)
    for name, label in _FLAGS.items():
        yield _choice(name, label, _YES_NO)
    for name, label in _DAYS.items():
        yield _day(name, label)
    for channel, named in _CHANNELS.items():
        yield _day(f"opposed_{channel}_on", f"Opposition – {named}")
        if channel != "post":
            yield from _consent(channel, named)


def _consent(channel: str, named: str) -> Iterator[dict[str, Any]]:
    yield _day(f"consent_{channel}_on", f"Consentement – {named}")
    yield _day(f"consent_{channel}_withdrawn_on", f"Consentement retiré – {named}")
    yield _choice(f"consent_{channel}_act", f"Consentement : acte – {named}", _ACTS)
    yield _choice(f"consent_{channel}_to", f"Consentement : donné à – {named}", _TO)
    yield _choice(f"consent_{channel}_proof", f"Consentement : preuve – {named}", _YES_NO)


def _choice(name: str, label: str, values: dict[str, str]) -> dict[str, Any]:
    options = [{"value": value, "label": text} for value, text in values.items()]
    return {"name": name, "label": label, "type": "enumeration", "fieldType": "select", "options": options}


def _day(name: str, label: str) -> dict[str, Any]:
    return {"name": name, "label": label, "type": "date", "fieldType": "date"}
