"""The legal sources as one cites them, in French and in English. Their dates and contents stand in ``sources``."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from contactable.rules.label_text import Text


def _conso(article: str, fr: str, en: str) -> Text:
    return Text(f"Code de la consommation, art. {article} ({fr})", f"Code de la consommation art. {article} ({en})")


def _rgpd(article: str, fr: str, en: str) -> Text:
    return Text(f"RGPD, art. {article} ({fr})", f"GDPR art. {article} ({en})")


SOURCES: Mapping[str, Text] = MappingProxyType(
    {
        "kit-scope": Text("Ce que couvre cet outil", "What this kit covers"),
        "gdpr-4-11": _rgpd("4(11)", "ce qu'est un consentement", "what consent is"),
        "gdpr-7": _rgpd("7", "preuve et retrait du consentement", "proof and withdrawal of consent"),
        "gdpr-21": _rgpd("21(2)-(3)", "opposition à la prospection", "opposition to prospecting"),
        "gdpr-12-3": _rgpd("12(3)", "délai de réponse", "time to answer"),
        "gdpr-13": _rgpd("13", "information lors de la collecte", "information at collection"),
        "gdpr-14": _rgpd("14", "données venues d'ailleurs", "data from elsewhere"),
        "gdpr-30": _rgpd("30", "registre des traitements", "records of processing"),
        "lil-45": Text(
            "Loi Informatique et Libertés, art. 45 (moins de 15 ans)", "Loi Informatique et Libertés art. 45 (under 15)"
        ),
        "cpce-l34-5": Text(
            "Code des postes et des communications électroniques, art. L34-5 (e-mail, SMS, automates)",
            "Code des postes et des communications électroniques art. L34-5 (e-mail, SMS, automated calls)",
        ),
        "cjeu-c-654-23": Text(
            "CJUE, 13 novembre 2025, Inteligo Media (C-654/23)", "CJEU, 13 November 2025, Inteligo Media (C-654/23)"
        ),
        "conso-l223-1-2016": _conso(
            "L223-1", "version Bloctel, jusqu'au 10 août 2026", "Bloctel, until 10 August 2026"
        ),
        "conso-l223-1-2026": _conso("L223-1", "consentement aux appels", "consent to calls"),
        "conso-l223-1-energy": _conso(
            "L223-1", "rénovation énergétique, jusqu'au 10 août 2026", "energy renovation, until 10 August 2026"
        ),
        "conso-l223-1-works": _conso(
            "L223-1 al. 5", "rénovation énergétique et adaptation du logement", "energy renovation, adaptation of homes"
        ),
        "conso-r223-1": _conso("R223-1", "les cinq mentions", "the five statements"),
        "conso-r223-2": _conso("R223-2", "preuve gardée trois ans", "proof kept three years"),
        "conso-r223-3": _conso("R223-3", "retrait à tout moment", "withdrawal at any time"),
        "conso-r223-4": _conso("R223-4", "rappel demandé", "requested call-back"),
        "conso-l223-2": _conso(
            "L223-2", "mention lors de la collecte d'un numéro", "mention where a number is collected"
        ),
        "conso-l223-5": _conso("L223-5", "presse", "press"),
        "conso-l223-8": _conso("L223-8", "mêmes secteurs, par message", "same trades, by message"),
        "conso-l221-16": _conso("L221-16", "refus pendant l'appel", "refusal during the call"),
        "conso-l221-17": _conso("L221-17", "numéro masqué interdit", "no hidden number"),
        "conso-l121-11": _conso("L121-11", "pas de vente conditionnée aux appels", "calls are no condition of a sale"),
        "conso-l122-8": _conso("L122-8", "publicité reconnaissable", "recognisable advertising"),
        "conso-l122-10": _conso("L122-10", "publicité reconnaissable, professionnels", "the same, professionals"),
        "conso-l242-16": _conso("L242-16", "amendes", "fines"),
        "conso-l242-16-1": _conso("L242-16-1", "nullité du contrat", "contract void"),
        "conso-d223-9-2023": _conso(
            "D223-9", "jours et heures d'appel, jusqu'au 10 août 2026", "calling hours, until 10 August 2026"
        ),
        "conso-d223-9-2026": _conso("D223-9", "jours, heures et fréquence des appels", "calling hours and frequency"),
        "travail-l6323-8-1": Text(
            "Code du travail, art. L6323-8-1 (compte personnel de formation)",
            "Code du travail art. L6323-8-1 (training accounts)",
        ),
        "cnil-courriel-sms-automate": Text(
            "CNIL, prospection par courriel, SMS et automate", "CNIL on prospecting by e-mail, SMS and automated call"
        ),
        "cnil-telephone": Text("CNIL, prospection téléphonique", "CNIL on prospecting by phone"),
        "cnil-post": Text("CNIL, prospection postale", "CNIL on prospecting by post"),
        "cnil-referentiel": Text(
            "CNIL, référentiel activités commerciales (durées de conservation)", "CNIL standard on retention"
        ),
        "cnil-pixels": Text("CNIL, délibération n° 2026-042 (pixels)", "CNIL deliberation 2026-042 (pixels)"),
        "cnil-brokers": Text(
            "CNIL, SAN-2025-001 et SAN-2025-002 (courtiers en données)",
            "CNIL SAN-2025-001 and SAN-2025-002 (data brokers)",
        ),
        "arcep-2022-1583": Text(
            "Arcep, plan de numérotation (décision n° 2022-1583)", "Arcep, numbering plan (decision 2022-1583)"
        ),
        "env-l541-15-15": Text(
            "Code de l'environnement, art. L541-15-15 (« Stop pub »)",
            "Code de l'environnement art. L541-15-15 (Stop pub)",
        ),
        "af2m-charter-2024": Text("Charte af2m, jusqu'au 28 février 2026", "af2m charter, until 28 February 2026"),
        "af2m-charter-2026": Text("Charte af2m (2026)", "af2m charter (2026)"),
        "ufmd-robinson": Text("Liste Robinson (UFMD)", "Robinson list (UFMD)"),
    }
)
