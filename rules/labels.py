"""The codes of the law in the words of people, French and English: channels, reasons, conditions, sources, doubts, …

Codes are for files, properties and logs; these texts are for screens and letters. French legal terms stay French in
English sentences where a translation would mean something else. A test proves that no code lacks its two texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from contactable.rules.label_columns import COLUMNS
from contactable.rules.label_readings import READINGS
from contactable.rules.label_sources import SOURCES
from contactable.rules.label_text import Text
from contactable.rules.terms import Channel, Condition, Reason

Language = Literal["fr", "en"]

CHANNELS: Mapping[Channel, Text] = MappingProxyType(
    {
        Channel.EMAIL: Text("E-mail", "E-mail"),
        Channel.SMS: Text("SMS", "SMS"),
        Channel.PHONE: Text("Appel", "Phone call"),
        Channel.ROBOCALL: Text("Automate d'appel", "Automated call"),
        Channel.POST: Text("Courrier", "Post"),
    }
)

REASONS: Mapping[Reason, Text] = MappingProxyType(
    {
        Reason.CONSENT: Text("A consenti", "Consented"),
        Reason.EXISTING_CUSTOMER: Text("Déjà client, offre analogue, informé", "Own customer, similar offer, was told"),
        Reason.NON_COMMERCIAL: Text("Sollicitation non commerciale, informé", "Not commercial, was told"),
        Reason.ORGANISATION_ADDRESS: Text("Adresse générique d'un organisme", "Generic address of an organisation"),
        Reason.LEGITIMATE_INTEREST_PROFESSIONAL: Text(
            "Professionnel informé, offre liée à son métier", "Professional who was told, offer for their trade"
        ),
        Reason.CONTRACT_IN_PROGRESS: Text(
            "Contrat en cours, offre en rapport avec son objet", "Contract in progress, offer on its object"
        ),
        Reason.REQUESTED_CALLBACK: Text("A demandé à être rappelé", "Asked to be called back"),
        Reason.PRESS: Text("Presse, informé", "Press, was told"),
        Reason.INFORMATION_GIVEN: Text("Informé et en mesure de s'opposer", "Was told and could object"),
        Reason.FIRST_MESSAGE_INFORMS: Text(
            "Le premier message doit l'informer (art. 14)", "The first message must inform (art. 14)"
        ),
        Reason.OUTSIDE_SCOPE: Text("Hors de France : non couvert", "Outside France: not covered"),
        Reason.PLACE_UNKNOWN: Text("Pays inconnu", "Country unknown"),
        Reason.NO_ADDRESS: Text("Pas d'adresse pour ce canal", "No address for this channel"),
        Reason.OPPOSITION: Text("S'est opposé", "Objected"),
        Reason.SECTOR_BAN: Text("Secteur où la prospection est interdite", "Trade in which prospecting is banned"),
        Reason.RETENTION_ENDED: Text(
            "Dernier contact il y a trois ans ou plus", "Last contact three years ago or more"
        ),
        Reason.LAST_CONTACT_UNKNOWN: Text("Date du dernier contact inconnue", "Date of the last contact unknown"),
        Reason.CONSENT_REQUIRED: Text("Consentement nécessaire", "Consent required"),
        Reason.INFORMATION_REQUIRED: Text("Information préalable nécessaire", "Must be told first"),
        Reason.BLOCTEL: Text("Inscrit sur Bloctel", "On the Bloctel list"),
        Reason.BLOCTEL_UNCHECKED: Text("Bloctel non vérifié", "Bloctel not checked"),
        Reason.ROBINSON_LIST: Text("Liste Robinson : inscrit ou non vérifié", "Robinson list: on it, or not checked"),
        Reason.CONSENT_INVALID_PRETICKED: Text(
            "Consentement nul : case précochée", "Invalid consent: box ticked in advance"
        ),
        Reason.CONSENT_INVALID_BUNDLED: Text(
            "Consentement nul : noyé dans des conditions générales ou conditionnant la vente",
            "Invalid consent: bundled with general terms or made a condition",
        ),
        Reason.CONSENT_INVALID_THIRD_PARTY: Text(
            "Consentement nul : donné à un tiers qui ne nous nommait pas",
            "Invalid consent: given to a third party that did not name us",
        ),
        Reason.CONSENT_INVALID_MINOR: Text(
            "Consentement nul : moins de 15 ans sans accord parental",
            "Invalid consent: under 15 without a parent's agreement",
        ),
        Reason.CONSENT_UNPROVED: Text("Consentement sans preuve", "Consent without proof"),
        Reason.CONSENT_INCOMPLETE: Text(
            "Consentement incomplet : les cinq mentions de R223-1 n'y sont pas",
            "Incomplete consent: the five statements of R223-1 were not made",
        ),
        Reason.CONSENT_EXPIRED: Text("Consentement arrivé à échéance", "Consent has expired"),
    }
)

CONDITIONS: Mapping[Condition, Text] = MappingProxyType(
    {
        Condition.SAY_WHO_WRITES: Text("Dire qui écrit", "Say who writes"),
        Condition.FREE_WAY_OUT: Text("Désinscription gratuite dans chaque message", "A free way out in every message"),
        Condition.ONE_CLICK: Text(
            "Désinscription en un clic (RFC 8058) pour les envois en nombre", "One-click way out (RFC 8058) for bulk"
        ),
        Condition.SENDER_NAME: Text("Commencer par le nom de l'expéditeur", "Begin with the sender's name"),
        Condition.STOP: Text("STOP gratuit vers le numéro court", "STOP to the short code, free of charge"),
        Condition.CHARTER_HOURS: Text(
            "Horaires de la charte af2m : 8 h–21 h 30, du lundi au samedi, hors jours fériés",
            "Hours of the af2m charter: 8:00–21:30, Monday to Saturday, no public holiday",
        ),
        Condition.SAY_WHO_CALLS: Text("Dire qui appelle et pour qui", "Say who calls and for whom"),
        Condition.WAY_OUT_IN_CALL: Text("Moyen de s'opposer pendant l'appel", "A way out in the call"),
        Condition.AUTOMATED_NUMBER: Text(
            "Afficher un numéro des tranches réservées aux automates", "Show a number of the automated ranges"
        ),
        Condition.CALLING_HOURS: Text(
            "Horaires et fréquence de D223-9 : lundi à vendredi, 10 h–13 h et 14 h–20 h, quatre fois en trente jours",
            "Hours and frequency of D223-9: Monday to Friday, 10–13 and 14–20, four times in thirty days",
        ),
        Condition.SHOWN_NUMBER: Text(
            "Afficher un numéro qui vous est attribué", "Show a number that is assigned to you"
        ),
        Condition.RECORD_REFUSAL: Text(
            "En cas de refus : raccrocher, l'enregistrer, ne plus rappeler",
            "On a refusal: hang up, record it, do not call again",
        ),
        Condition.WAY_OUT: Text("Dire comment s'opposer", "Say how to object"),
        Condition.KEEP_PROOF: Text(
            "Garder la preuve trois ans, la donner sur demande", "Keep the proof three years, give it on request"
        ),
        Condition.FIRST_MESSAGE_INFORMATION: Text(
            "Premier message : origine des données, information de l'art. 14, moyen de s'opposer",
            "First message: where the data came from, the information of art. 14, a way out",
        ),
    }
)


def label(code: Channel | Reason | Condition, language: Language = "en") -> str:
    """A channel, a reason or a condition in words."""
    if isinstance(code, Channel):
        return CHANNELS[code].said_in(language)
    return REASONS[code].said_in(language) if isinstance(code, Reason) else CONDITIONS[code].said_in(language)


def column_label(name: str, language: Language = "en") -> str:
    """A column of the contact file in words: what it means, and what advice asks for. Raises ``KeyError``."""
    return COLUMNS[name].said_in(language)


def source_label(source: str, language: Language = "en") -> str:
    """A legal source (by its id) as one cites it. Raises ``KeyError`` for an unknown one."""
    return SOURCES[source].said_in(language)


def reading_label(name: str, language: Language = "en") -> str:
    """What is in doubt, for a reading (by its name). Raises ``KeyError`` for an unknown one."""
    return READINGS[name].said_in(language)
