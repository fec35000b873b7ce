"""What each kind of text must say: one list a kind, one statement a line, with the article that asks for it.

The lists are ours where an article only tells the matter (RGPD art. 14 and 30 name more than a prospecting text needs
to repeat); where a decree counts (R223-1: five statements), the numbers are the decree's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class WordingKind(StrEnum):
    """The kinds of texts that prospecting needs."""

    CONSENT_TO_CALLS = "consent_to_calls"
    CONSENT_TO_MESSAGES = "consent_to_messages"
    FIRST_MESSAGE = "first_message"
    PHONE_MENTION = "phone_mention"
    STOP_LINE = "stop_line"
    CALLBACK_FORM = "callback_form"
    REGISTER_ENTRY = "register_entry"


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing a text must say: its code, the source id that asks for it, and what it is in French and English."""

    code: str
    source: str
    fr: str
    en: str


_CONSENT_TO_CALLS = (
    Statement("who", "conso-r223-1", "1° qui appellera, tiers compris", "1° who will call, third parties included"),
    Statement("goods", "conso-r223-1", "1° pour quels biens ou services", "1° for which goods or services"),
    Statement("choice", "conso-r223-1", "2° le choix d'accepter ou non", "2° the choice to agree or not"),
    Statement("period", "conso-r223-1", "3° pour combien de temps, un an au plus", "3° for how long, one year at most"),
    Statement(
        "withdrawal", "conso-r223-1", "4° le retrait à tout moment, et comment", "4° withdrawing any time, and how"
    ),
    Statement("proof", "conso-r223-1", "5° la preuve sur support durable", "5° the proof on a durable medium"),
)
_CONSENT_TO_MESSAGES = (
    Statement("who", "gdpr-4-11", "qui écrira", "who will write"),
    Statement("channel", "cpce-l34-5", "par quels moyens", "by which means"),
    Statement("goods", "gdpr-4-11", "pour quels biens ou services", "for which goods or services"),
    Statement("choice", "gdpr-4-11", "le choix d'accepter ou non", "the choice to agree or not"),
    Statement("withdrawal", "gdpr-7", "le retrait à tout moment, et comment", "withdrawing any time, and how"),
    Statement("notice", "gdpr-13", "où lire le reste de l'information", "where to read the rest of the information"),
)
_FIRST_MESSAGE = (
    Statement("who", "gdpr-14", "qui écrit, et comment le joindre", "who writes, and how to reach them"),
    Statement("source", "gdpr-14", "d'où viennent les données", "where the data came from"),
    Statement("data", "gdpr-14", "quelles données", "which data"),
    Statement("purpose", "gdpr-14", "pour quoi faire, sur quelle base légale", "what for, and on which legal basis"),
    Statement("recipients", "gdpr-14", "qui les reçoit", "who receives them"),
    Statement("retention", "gdpr-14", "combien de temps elles sont gardées", "how long they are kept"),
    Statement("rights", "gdpr-14", "les droits, et comment les exercer", "the rights, and how to use them"),
    Statement("complaint", "gdpr-14", "la réclamation à la CNIL", "the complaint to the CNIL"),
    Statement("way_out", "gdpr-21", "comment s'opposer, sans frais", "how to object, free of charge"),
)
_PHONE_MENTION = (
    Statement(
        "prior_consent",
        "conso-l223-2",
        "pas d'appel commercial sans accord préalable",
        "no sales call without prior consent",
    ),
)
_STOP_LINE = (
    Statement("sender", "af2m-charter-2026", "le nom de l'expéditeur, en premier", "the sender's name, first"),
    Statement("stop", "cpce-l34-5", "STOP et le numéro court, sans frais", "STOP and the short code, free of charge"),
)
_CALLBACK_FORM = (
    Statement("who", "conso-r223-4", "qui rappellera", "who will call back"),
    Statement("object", "conso-r223-4", "l'objet demandé, et lui seul", "what was asked for, and nothing else"),
    Statement("delay", "conso-r223-4", "sous cinq jours ouvrables", "within five working days (jours ouvrables)"),
    Statement(
        "record",
        "conso-r223-4",
        "la demande est datée et gardée trois ans",
        "the request is dated and kept three years",
    ),
    Statement(
        "prior_consent",
        "conso-l223-2",
        "pas d'autre appel commercial sans accord",
        "no other sales call without consent",
    ),
)
_REGISTER_ENTRY = (
    Statement("controller", "gdpr-30", "le responsable et comment le joindre", "the controller and how to reach it"),
    Statement("purposes", "gdpr-30", "les finalités", "the purposes"),
    Statement("people", "gdpr-30", "les catégories de personnes", "the categories of people"),
    Statement("data", "gdpr-30", "les catégories de données", "the categories of data"),
    Statement("recipients", "gdpr-30", "les catégories de destinataires", "the categories of recipients"),
    Statement("transfers", "gdpr-30", "les transferts hors de l'Union", "transfers outside the Union"),
    Statement("retention", "gdpr-30", "les délais d'effacement", "the time limits for erasure"),
    Statement("security", "gdpr-30", "les mesures de sécurité", "the security measures"),
)

STATEMENTS: Mapping[WordingKind, tuple[Statement, ...]] = MappingProxyType(
    {
        WordingKind.CONSENT_TO_CALLS: _CONSENT_TO_CALLS,
        WordingKind.CONSENT_TO_MESSAGES: _CONSENT_TO_MESSAGES,
        WordingKind.FIRST_MESSAGE: _FIRST_MESSAGE,
        WordingKind.PHONE_MENTION: _PHONE_MENTION,
        WordingKind.STOP_LINE: _STOP_LINE,
        WordingKind.CALLBACK_FORM: _CALLBACK_FORM,
        WordingKind.REGISTER_ENTRY: _REGISTER_ENTRY,
    }
)
