"""Addresses of a contact: of each, a fact says only that it is there and what kind it is.

The identifiers (normalised addresses and numbers) go to the register, which keeps digests of them. A number tells the
country where it is written with an international prefix, or where the CRM has computed it from the number; two that
differ tell nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from contactable.identifiers import Email, IdentifierKind, PhoneKind, read_email, read_phone
from contactable.mapping.sources import Sourced

Identifier = tuple[IdentifierKind, str]
Record = Mapping[str, str | None]
Columns = Mapping[str, tuple[str, ...]]  # address column -> properties; ``numbers`` are mobile and landline together
_THERE, _PERSONAL, _GENERIC = (Sourced(value, "address") for value in ("yes", "personal", "generic"))
_EMAIL, _PHONE = IdentifierKind.EMAIL, IdentifierKind.PHONE
_MOBILE, _NEITHER = PhoneKind.MOBILE, PhoneKind.OTHER
_COUNTRY_CODE = len("FR")
_SEVERAL = re.compile(r"[;,\s]+")
_BETWEEN_NUMBERS = re.compile(r"[;,]|\s/\s|\s(?:ou|or)\s")


class Addresses(NamedTuple):
    """What the address properties of one contact hold: ``facts`` are presence and kind, ``prefixes`` countries."""

    facts: dict[str, Sourced]
    identifiers: list[Identifier]
    warnings: list[str]
    prefixes: list[str]


def read_addresses(properties: Record, columns: Columns) -> Addresses:
    """Read the address columns of one record; what cannot be read is no address, and a warning."""
    found = Addresses({}, [], [], [])
    for name in columns["email"]:
        if text := properties.get(name):
            _read_email(found, text)
    for name in columns["other_emails"]:
        if text := properties.get(name):
            found.identifiers.extend(_listed(text))
    for name in columns["numbers"]:
        if text := properties.get(name):
            _read_number(found, text)
    for name in columns["phone_country"]:
        if text := properties.get(name):
            country = text.strip().upper()
            if len(country) == _COUNTRY_CODE and country.isalpha():
                found.prefixes.append(country)
    for name in columns["street"]:
        # That something stands there is all that can be told of a street without asking the post.
        if (text := properties.get(name)) and not text.isspace():
            found.facts["street"] = _THERE
    return found


def _read_email(found: Addresses, text: str) -> None:
    email = read_email(text)
    if email is None:
        found.warnings.append("email:unreadable")
        found.identifiers.extend(_listed(text))
        return
    found.identifiers.append((_EMAIL, email.text))
    if "email" not in found.facts:  # the preferred one is the address that is written to
        found.facts["email"] = _GENERIC if email.generic else _PERSONAL


def _listed(text: str) -> Iterator[Identifier]:
    """Understand a list of addresses in one field: nobody writes to it, but who opposed under one of them opposed."""
    for part in _SEVERAL.split(text):
        email: Email | None = read_email(part) if "@" in part else None
        if email is not None:
            yield _EMAIL, email.text


def _read_number(found: Addresses, text: str) -> None:
    number = read_phone(text)
    if number is None:
        found.warnings.append("number:unreadable")
        # "06… / 01…" in one field: nobody can dial it, but either of the two may have been opposed.
        several = (read_phone(part) for part in _BETWEEN_NUMBERS.split(text))
        found.identifiers.extend((_PHONE, one.e164) for one in several if one is not None)
        return
    found.identifiers.append((_PHONE, number.e164))
    if number.kind is not _NEITHER:
        found.facts["mobile" if number.kind is _MOBILE else "landline"] = _THERE
    if number.country is not None and number.country.isalpha():  # +800 and its like are no country's
        found.prefixes.append(number.country)
