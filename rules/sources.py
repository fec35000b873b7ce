"""Every legal source, once; those of the Code de la consommation stand in ``consumer_code``.

A rule cites sources and is in force while they all are, so each date of the law stands here and nowhere else.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from contactable.rules import consumer_code
from contactable.rules.source import CODES, Source

FIRST_DAY: Final = date(2018, 5, 25)
"""The GDPR applies from this day on; nothing is asked about a day before it."""

_GDPR = "https://eur-lex.europa.eu/eli/reg/2016/679/oj"
_CNIL = "https://www.cnil.fr/fr/"

KIT_SCOPE: Final = Source(
    "kit-scope",
    "What this kit covers",
    "Contacts in France, at an address that is known; everything else stays closed until its own rules are written.",
    "",
)
GDPR_4_11: Final = Source(
    "gdpr-4-11",
    "RGPD art. 4(11)",
    "Consent is free, specific, informed, unambiguous, a clear positive act.",
    _GDPR,
    FIRST_DAY,
)
GDPR_7: Final = Source(
    "gdpr-7", "RGPD art. 7", "The controller proves consent; withdrawing is as easy as giving.", _GDPR, FIRST_DAY
)
GDPR_21: Final = Source(
    "gdpr-21",
    "RGPD art. 21(2)-(3)",
    "Opposition to prospecting is absolute: no reason to give, free of charge, processing for it stops.",
    _GDPR,
    FIRST_DAY,
)
GDPR_12_3: Final = Source(
    "gdpr-12-3", "RGPD art. 12(3)", "Answered without undue delay, one month at the most.", _GDPR, FIRST_DAY
)
GDPR_13: Final = Source("gdpr-13", "RGPD art. 13", "Information is given at collection.", _GDPR, FIRST_DAY)
GDPR_14: Final = Source(
    "gdpr-14",
    "RGPD art. 14",
    "Data from elsewhere: told within a month and, at the latest, in the first message, with its source.",
    _GDPR,
    FIRST_DAY,
)
LIL_45: Final = Source(
    "lil-45",
    "Loi Informatique et Libertés art. 45 (art. 7-1 before 2019-06-01)",
    "Under 15: the child and a holder of parental authority agree together. Applied to every form, online or not.",
    "https://www.legifrance.gouv.fr/loda/id/JORFTEXT000000886460/",
    FIRST_DAY,
    confidence="known",
)
CPCE_L34_5: Final = Source(
    "cpce-l34-5",
    "Code des postes et des communications électroniques art. L34-5",
    "E-mail, SMS, MMS, RCS, messaging services, fax and automated calls to a natural person need prior consent, but "
    "for one's own customers and similar products; an address to object, no hidden identity, an object that matches.",
    CODES + "texte_lc/LEGITEXT000006070987/",
    date(2004, 6, 22),
)
CJEU_C_654_23: Final = Source(
    "cjeu-c-654-23",
    "CJUE 2025-11-13, Inteligo Media (C-654/23)",
    "A free account that gives access to an offer may be a sale; a newsletter that promotes a paid offer prospects.",
    "https://eur-lex.europa.eu/legal-content/FR/TXT/?uri=CELEX:62023CJ0654",
    date(2025, 11, 13),
    confidence="single",
)
TRAVAIL_L6323_8_1: Final = Source(
    "travail-l6323-8-1",
    "Code du travail art. L6323-8-1, loi n° 2022-1587",
    "Training accounts (CPF): prospecting any holder by call, message, e-mail or social network is banned, save with a "
    "direct link to a training in progress. Post is not covered.",
    CODES + "texte_lc/LEGITEXT000006072050/",
    date(2022, 12, 21),
)
CNIL_COURRIEL_SMS_AUTOMATE: Final = Source(
    "cnil-courriel-sms-automate",
    "CNIL, prospection par courriel, SMS et automate (2022-01-26, updated 2026-06-10)",
    "No box ticked in advance; opening an account is no sale; professionals: connected with the profession, told, able "
    "to object; mailboxes of legal persons are outside these rules; both exceptions for automated calls too.",
    _CNIL,
)
CNIL_TELEPHONE: Final = Source(
    "cnil-telephone",
    "CNIL, prospection téléphonique (2022-01-26, updated 2026-06-10)",
    "Professionals are told and able to object; the offer is connected with their profession.",
    _CNIL,
)
CNIL_POST: Final = Source(
    "cnil-post",
    "CNIL, prospection par voie postale (2022-01-26, updated 2026-06-10)",
    "People are told and able to object.",
    _CNIL,
)
CNIL_REFERENTIEL: Final = Source(
    "cnil-referentiel",
    "CNIL, référentiel activités commerciales (2022)",
    "Prospects: three years from the last contact that came from the person, opening an e-mail being none; customers: "
    "three years from the end of the relation; opposition list: at least three years, a minimum of data.",
    _CNIL,
)
CNIL_PIXELS: Final = Source(
    "cnil-pixels",
    "CNIL, délibération n° 2026-042 (2026-03-12)",
    "Following individual openings needs consent: an opening proves nothing and feeds nothing.",
    _CNIL,
    date(2026, 4, 14),
)
CNIL_BROKERS: Final = Source(
    "cnil-brokers",
    "CNIL SAN-2025-001, SAN-2025-002 (2025-05-15)",
    "Who uses a bought file must itself be able to prove each consent; misleading forms give none.",
    _CNIL,
)
ARCEP_2022_1583: Final = Source(
    "arcep-2022-1583",
    "Arcep decisions 2018-0881, 2022-1583, 2025-2215",
    "Automated calls show only numbers of their own ranges, never 06/07; live calls any number assigned to the caller.",
    "https://www.arcep.fr/",
    date(2023, 1, 1),
)
ENV_L541_15_15: Final = Source(
    "env-l541-15-15",
    "Code de l'environnement art. L541-15-15 (Stop pub)",
    "Unaddressed leaflets only: no business of this kit.",
    CODES + "texte_lc/LEGITEXT000006074220/",
    date(2021, 1, 1),
)
AF2M_CHARTER_2024: Final = Source(
    "af2m-charter-2024",
    "af2m charter, version before",
    "Promotional SMS on working days, 8 h to 22 h.",
    "https://af2m.org/",
    date(2024, 9, 1),
    date(2026, 2, 28),
    "single",
)
AF2M_CHARTER_2026: Final = Source(
    "af2m-charter-2026",
    "af2m Business Messaging charter",
    "Promotional SMS and RCS 8 h to 21 h 30, Monday to Saturday, no public holiday; sender's name first; STOP is free; "
    "one opt-in covers SMS and RCS.",
    "https://af2m.org/",
    date(2026, 3, 1),
)
UFMD_ROBINSON: Final = Source(
    "ufmd-robinson", "Liste Robinson (UFMD)", "Post: a profession's rule that binds its members.", "https://ufmd.org/"
)

SOURCES: Final = {
    each.id: each for each in (*list(globals().values()), *consumer_code.SOURCES) if isinstance(each, Source)
}
"""All sources by id."""
