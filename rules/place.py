"""Where the contact is: France with its departments overseas, elsewhere, or nobody knows.

Monaco, New Caledonia, French Polynesia and Wallis-et-Futuna have rules of their own that are not written yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Place(StrEnum):
    """What the rules ask of a country."""

    UNKNOWN = "unknown"
    FRANCE = "france"
    ELSEWHERE = "elsewhere"


FRANCE: Final = frozenset({"FR", "GP", "MQ", "GF", "RE", "YT", "MF", "BL", "PM"})
"""ISO 3166-1 codes of the territories where these rules hold."""


def place_of(country: str | None) -> Place:
    """The place that a country code (ISO 3166-1 alpha-2) stands for."""
    if country is None:
        return Place.UNKNOWN
    return Place.FRANCE if country in FRANCE else Place.ELSEWHERE


def country_told_by(prefixes: Iterable[str | None]) -> str | None:
    """The country that numbers written with an international prefix tell, for a contact whose own country is empty.

    ``prefixes`` are the countries of the numbers' prefixes, None for a national number, which tells nothing. Two that
    tell different places tell nothing either.
    """
    told = [country for country in prefixes if country is not None]
    return told[0] if len({place_of(country) for country in told}) == 1 else None
