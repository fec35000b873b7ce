"""Whom a body of the API names, and for which offer: checked once for every operation."""

from __future__ import annotations

from datetime import date
from typing import Final

from contactable.console.api_bodies import Person
from contactable.console.api_doors import ApiDoors
from contactable.console.problems import invalid
from contactable.identifiers import IdentifierKind, read_identifier
from contactable.register.subjects import Identifier

LAST_DAY: Final = date(2099, 12, 31)
"""Beyond it, days are taken for mistakes."""


def check_offer(doors: ApiDoors, offer: str) -> None:
    """Refuse an offer that the settings do not have."""
    if offer not in doors.offers:
        raise invalid("$.offer", "There is no such offer in the settings.")


def identifier_of(doors: ApiDoors, person: Person, where: str) -> Identifier:
    """The one identifier that names a person, normalised; refuse none, several, or one that is not well formed."""
    given = {name: text for name in IdentifierKind if isinstance(text := getattr(person, name), str)}
    if len(given) != 1:
        raise invalid(where, "Name one of: email, phone, record.")
    ((kind, text),) = given.items()
    if kind is IdentifierKind.RECORD:
        if text.partition(":")[0] not in doors.connectors:
            raise invalid(f"{where}.record", "It begins with the name of a connector of the settings.")
        return kind, text
    found = read_identifier(text, address=kind is IdentifierKind.EMAIL)
    if found is None or found[0] is not kind:
        raise invalid(f"{where}.{kind}", "It is not well formed.")
    return found
