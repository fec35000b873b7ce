"""What ``calling`` and ``display`` answer, in French and in English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from contactable.rules.calling import CallReason, CallStatus
from contactable.rules.display import DisplayReason
from contactable.rules.label_text import Text

STATUSES: Mapping[CallStatus, Text] = MappingProxyType(
    {
        CallStatus.ALLOWED: Text("Appel permis", "May be called"),
        CallStatus.NOT_ALLOWED: Text("Appel interdit", "May not be called"),
        CallStatus.UNKNOWN: Text("Réponse inconnue : ne pas appeler", "Not known: do not call"),
    }
)
CALL_REASONS: Mapping[CallReason, Text] = MappingProxyType(
    {
        CallReason.NO_HOURS_YET: Text(
            "aucune règle d'horaires avant le 1er mars 2023", "no rule on hours before 1 March 2023"
        ),
        CallReason.INSIDE_HOURS: Text("dans les horaires", "inside the hours"),
        CallReason.EXPRESS_CONSENT: Text(
            "consentement exprès à d'autres horaires (jusqu'au 10 août 2026)",
            "express consent to other hours (until 10 August 2026)",
        ),
        CallReason.AGREED_SLOT: Text("créneau convenu avec la personne", "a slot that the person agreed to"),
        CallReason.REFUSED_LATELY: Text("refus il y a moins de soixante jours", "refused less than sixty days ago"),
        CallReason.FOUR_ATTEMPTS: Text("déjà quatre appels ou tentatives en trente jours", "four attempts in 30 days"),
        CallReason.WEEKEND: Text("samedi ou dimanche", "Saturday or Sunday"),
        CallReason.PUBLIC_HOLIDAY: Text("jour férié", "public holiday"),
        CallReason.OUTSIDE_HOURS: Text("hors des horaires (10 h–13 h, 14 h–20 h)", "outside the hours (10–13, 14–20)"),
        CallReason.ATTEMPTS_UNKNOWN: Text("tentatives précédentes inconnues", "earlier attempts are not known"),
        CallReason.REFUSALS_UNKNOWN: Text("refus précédents inconnus", "earlier refusals are not known"),
        CallReason.OUTSIDE_SCOPE: Text("hors de France : non couvert", "outside France: not covered"),
    }
)
DISPLAY_REASONS: Mapping[DisplayReason, Text] = MappingProxyType(
    {
        DisplayReason.ASSIGNED_NUMBER: Text("s'il est attribué à l'appelant", "where it is assigned to the caller"),
        DisplayReason.AUTOMATED_RANGE: Text("tranche réservée aux automates", "a range kept for automated calls"),
        DisplayReason.BEFORE_THE_PLAN: Text("aucune règle avant 2023", "no rule before 2023"),
        DisplayReason.HIDDEN: Text("un numéro masqué est interdit", "a hidden number is forbidden"),
        DisplayReason.UNREADABLE: Text("ce n'est pas un numéro", "this is no number"),
        DisplayReason.MOBILE_RANGE: Text("jamais un mobile pour un automate", "never a mobile for an automated call"),
        DisplayReason.NOT_AN_AUTOMATED_RANGE: Text(
            "hors des tranches réservées aux automates", "not of the ranges kept for automated calls"
        ),
    }
)
