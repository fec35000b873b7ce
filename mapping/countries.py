"""Countries as CRMs hold them: "France", "FR", "France métropolitaine", "Royaume-Uni", "Belgium" become their code.

The names are those of Unicode's CLDR, through Babel; beside them stand the few spellings that forms are full of.
"""

from __future__ import annotations

import unicodedata
from functools import cache

_ALSO = {
    "france metropolitaine": "FR",
    "france (metropolitaine)": "FR",
    "republique francaise": "FR",
    "fra": "FR",
    "reunion": "RE",
    "ile de la reunion": "RE",
    "guyane": "GF",
    "saint martin": "MF",
    "saint barthelemy": "BL",
    "saint pierre et miquelon": "PM",
    "uk": "GB",
    "usa": "US",
    "etats unis": "US",
    "united states of america": "US",
    "hollande": "NL",
    "bel": "BE",
    "che": "CH",
    "lux": "LU",
    "deu": "DE",
    "gbr": "GB",
    "esp": "ES",
    "ita": "IT",
}


def country_code(plain_text: str) -> str:
    """Give the ISO 3166-1 alpha-2 code of a country written plainly (small letters, no accents); empty if none."""
    return _codes_by_name().get(plain_text, "")


@cache
def _codes_by_name() -> dict[str, str]:
    from babel import Locale

    names: dict[str, str] = {}
    for language in ("en", "fr"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"):
                names |= {code.casefold(): code, _plain(name): code, _plain(name.replace("-", " ")): code}
    return names | _ALSO


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKD", text.replace("’", "'")).casefold()
    return "".join(c for c in text if not unicodedata.combining(c))
