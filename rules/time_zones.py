"""In which time zone a consumer may be: what a postcode, a country and a number's prefix tell.

Calling hours are the consumer's (D223-9), and France has seven of them. The strongest hint that is there speaks:
postcode, then country, then prefix. ``FR`` alone is any of the seven, because overseas departments are often entered
so; a weaker hint may then narrow it, never contradict it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import MappingProxyType

from contactable.rules.calendar import PARIS

Zones = frozenset[str]

_GUADELOUPE, _MARTINIQUE, _GUYANE = "America/Guadeloupe", "America/Martinique", "America/Cayenne"
_REUNION, _MAYOTTE, _MIQUELON = "Indian/Reunion", "Indian/Mayotte", "America/Miquelon"
FRENCH_ZONES: Zones = frozenset({PARIS, _GUADELOUPE, _MARTINIQUE, _GUYANE, _REUNION, _MAYOTTE, _MIQUELON})
NOT_IN_FRANCE: Zones = frozenset()

# Saint-Barthélemy and Saint-Martin keep the time of Guadeloupe.
_OVERSEAS_POSTCODES = MappingProxyType(
    {
        "971": _GUADELOUPE,
        "972": _MARTINIQUE,
        "973": _GUYANE,
        "974": _REUNION,
        "975": _MIQUELON,
        "976": _MAYOTTE,
        "977": _GUADELOUPE,
        "978": _GUADELOUPE,
    }
)
_OVERSEAS_COUNTRIES = MappingProxyType(
    {
        "GP": _GUADELOUPE,
        "BL": _GUADELOUPE,
        "MF": _GUADELOUPE,
        "MQ": _MARTINIQUE,
        "GF": _GUYANE,
        "RE": _REUNION,
        "YT": _MAYOTTE,
        "PM": _MIQUELON,
    }
)
# +262 is La Réunion or Mayotte: its own digits tell, and where they do not, both count.
_PREFIXES = MappingProxyType(
    {
        "+33": frozenset({PARIS}),
        "+590": frozenset({_GUADELOUPE}),
        "+596": frozenset({_MARTINIQUE}),
        "+594": frozenset({_GUYANE}),
        "+508": frozenset({_MIQUELON}),
        "+262": frozenset({_REUNION, _MAYOTTE}),
        **dict.fromkeys(("+262262", "+262263", "+262692", "+262693"), frozenset({_REUNION})),
        **dict.fromkeys(("+262269", "+262639"), frozenset({_MAYOTTE})),
    }
)


def zones_of(postcode: str | None = None, country: str | None = None, phone: str | None = None) -> Zones:
    """The time zones in which a consumer may be; all of France where nothing tells, none where he is elsewhere.

    ``country`` is an ISO 3166-1 alpha-2 code, ``phone`` an E.164 number (``+262692…``); a national one tells nothing.
    """
    told = (_of_postcode(postcode, country), _of_country(country), _of_prefix(phone))
    hints = [hint for hint in told if hint is not None]
    if not hints:
        return FRENCH_ZONES
    zones = hints[0]
    for weaker in hints[1:]:
        zones = zones & weaker or zones
    return zones


def shared_prefix(phones: Iterable[str]) -> str:
    """What tells the time zone in some numbers (E.164), such as ``+33``; empty where they tell nothing, or differ."""
    told = {max((start for start in _PREFIXES if phone.startswith(start)), key=len, default="") for phone in phones}
    return told.pop() if len(told) == 1 else ""


def _of_postcode(postcode: str | None, country: str | None) -> Zones | None:
    if not re.fullmatch(r"\d{5}", (postcode or "").replace(" ", "")) or _of_country(country) == NOT_IN_FRANCE:
        return None
    start = (postcode or "").replace(" ", "")[:3]
    if start.startswith("98"):  # Monaco and the Pacific: no rule of this kit is written for them
        return NOT_IN_FRANCE
    return frozenset({_OVERSEAS_POSTCODES.get(start, PARIS)})


def _of_country(country: str | None) -> Zones | None:
    code = (country or "").strip().upper()
    if not code:
        return None
    if code == "FR":
        return FRENCH_ZONES
    return frozenset({_OVERSEAS_COUNTRIES[code]}) if code in _OVERSEAS_COUNTRIES else NOT_IN_FRANCE


def _of_prefix(phone: str | None) -> Zones | None:
    if not (phone or "").startswith("+"):
        return None
    told = [start for start in _PREFIXES if (phone or "").startswith(start)]
    return _PREFIXES[max(told, key=len)] if told else NOT_IN_FRANCE
