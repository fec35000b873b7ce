"""The sources in the Code de la consommation: calls, banned sectors, hours, what a consent to calls must say.

Two days divide them: 2025-07-02 (loi n° 2025-594) and 2026-08-11 (its article 13 and décret n° 2026-662). An appeal
against that decree is pending since 2026-09-23; no suspension is known.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from contactable.rules.source import CODES, Source

_CONSO = CODES + "texte_lc/LEGITEXT000006069565/"
_AUGUST_2026 = date(2026, 8, 11)
_BEFORE_AUGUST_2026 = date(2026, 8, 10)

L223_1_2016: Final = Source(
    "conso-l223-1-2016",
    "Code de la consommation art. L223-1, version with Bloctel",
    "Live calls to a consumer are allowed unless on the opposition list, save on the object of a contract in progress.",
    CODES + "article_lc/LEGIARTI000042155931",
    date(2016, 7, 1),
    _BEFORE_AUGUST_2026,
)
L223_1_2026: Final = Source(
    "conso-l223-1-2026",
    "Code de la consommation art. L223-1, loi n° 2025-594 art. 13",
    "Live calls to a consumer need prior consent, which the professional proves; not in a contract in progress and in "
    "connection with its object. Bloctel is gone. A contract concluded otherwise is void.",
    CODES + "article_lc/LEGIARTI000051830285",
    _AUGUST_2026,
)
R223_1: Final = Source(
    "conso-r223-1",
    "Code de la consommation art. R223-1, décret n° 2026-662",
    "The request for consent states who and for what, the choice, the period (a year at most), how to withdraw, and "
    "that the proof can be had. No tacit renewal.",
    _CONSO,
    _AUGUST_2026,
)
R223_2: Final = Source(
    "conso-r223-2",
    "Code de la consommation art. R223-2",
    "The information, date and time of the consent are archived for three years and given on request, without account.",
    _CONSO,
    _AUGUST_2026,
)
R223_3: Final = Source(
    "conso-r223-3",
    "Code de la consommation art. R223-3",
    "Withdrawal at any time, not more complex than giving; it may be oral.",
    _CONSO,
    _AUGUST_2026,
)
R223_4: Final = Source(
    "conso-r223-4",
    "Code de la consommation art. R223-4",
    "In the banned sectors, a call that answers a request is no prospecting: provable, within five jours ouvrables, "
    "only what was asked for; the proof is kept three years.",
    _CONSO,
    _AUGUST_2026,
)
L223_2: Final = Source(
    "conso-l223-2",
    "Code de la consommation art. L223-2",
    "Who collects a phone number says that commercial calls need prior consent; contracts mention it.",
    _CONSO,
    _AUGUST_2026,
)
L223_5: Final = Source(
    "conso-l223-5",
    "Code de la consommation art. L223-5",
    "Newspapers, periodicals and magazines are outside the prohibition of calls, inside the hours.",
    _CONSO,
    date(2016, 7, 1),
)
L221_16: Final = Source(
    "conso-l221-16",
    "Code de la consommation art. L221-16, loi n° 2025-594",
    "A consumer who objects during the call: hang up, and do not call again.",
    _CONSO,
    _AUGUST_2026,
    confidence="single",
)
L221_17: Final = Source(
    "conso-l221-17", "Code de la consommation art. L221-17", "Hidden caller numbers are forbidden.", _CONSO
)
D223_9_2023: Final = Source(
    "conso-d223-9-2023",
    "Code de la consommation art. D223-9, décret n° 2022-1313",
    "Consumers: Monday to Friday, 10-13 h and 14-20 h, no public holiday, otherwise with express consent; four calls "
    "in 30 days; none for 60 days after a refusal.",
    CODES + "article_lc/LEGIARTI000046422684",
    date(2023, 3, 1),
    _BEFORE_AUGUST_2026,
)
D223_9_2026: Final = Source(
    "conso-d223-9-2026",
    "Code de la consommation art. D223-9, décret n° 2026-662 art. 4; L223-1 al. 6",
    "Same days, hours and frequency, press included; outside the hours only at an agreed date and time; the 60 days "
    "after a refusal are gone.",
    _CONSO,
    _AUGUST_2026,
)
L223_1_ENERGY: Final = Source(
    "conso-l223-1-energy",
    "Code de la consommation art. L223-1, loi n° 2020-901",
    "Calls to consumers for equipment or works that save energy or produce renewable energy in homes are banned, save "
    "in a contract in progress.",
    CODES + "article_lc/LEGIARTI000042155931",
    date(2020, 7, 26),
    _BEFORE_AUGUST_2026,
)
L223_1_WORKS: Final = Source(
    "conso-l223-1-works",
    "Code de la consommation art. L223-1 al. 5, loi n° 2025-594",
    "The ban on calls, widened to services and to the adaptation of homes to age or disability.",
    CODES + "article_lc/LEGIARTI000051830285",
    _AUGUST_2026,
)
L223_8: Final = Source(
    "conso-l223-8",
    "Code de la consommation art. L223-8, loi n° 2025-594",
    "Energy and adaptation of homes by message, e-mail or social network: banned, save in a contract in progress.",
    _CONSO,
    date(2025, 7, 2),
)
L121_11: Final = Source(
    "conso-l121-11",
    "Code de la consommation art. L121-11, loi n° 2025-594",
    "Agreeing to commercial calls may not be the condition of a sale or of a price.",
    _CONSO,
    date(2025, 7, 2),
)
L122_8: Final = Source(
    "conso-l122-8", "Code de la consommation art. L122-8", "Advertising by e-mail is recognisable on receipt.", _CONSO
)
L122_10: Final = Source(
    "conso-l122-10", "Code de la consommation art. L122-10", "So it is towards professionals.", _CONSO
)
L242_16: Final = Source(
    "conso-l242-16", "Code de la consommation art. L242-16", "Fines of 75 000 / 375 000 €, published.", _CONSO
)
L242_16_1: Final = Source(
    "conso-l242-16-1", "Code de la consommation art. L242-16-1", "A contract so concluded is void.", _CONSO
)

SOURCES: Final = tuple(each for each in list(globals().values()) if isinstance(each, Source))
"""All of them, in the order of this page."""
