"""Addresses of a contact: of each, a fact says only that it is there and what kind it is.

The identifiers (normalised addresses and numbers) go to the register, which keeps digests of them. A number tells the
country where it is written with an international prefix; two that differ tell nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from contactable.identifiers import Email, IdentifierKind, PhoneKind, read_email, read_phone

Identifier = tuple[IdentifierKind, str]
Record = Mapping[str, str | None]
Columns = Mapping[str, tuple[str, ...]]  # address column -> properties
_SEVERAL = re.compile(r"[;,\s]+")
_BETWEEN_NUMBERS = re.compile(r"[;,]|\s/\s|\s(?:ou|or)\s")


@dataclass(slots=True)
class Addresses:
    """What the address properties of one contact hold: ``facts`` are presence and kind, ``prefixes`` countries."""

    facts: dict[str, str] = field(default_factory=dict)
    identifiers: list[Identifier] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)


def read_addresses(properties: Record, columns: Columns) -> Addresses:
    """Read the address columns of one record; what cannot be read is no address, and a warning."""
    found = Addresses()
    _read_emails(found, properties, columns)
    for name in dict.fromkeys(columns["mobile"] + columns["landline"]):
        if text := properties.get(name):
            _read_number(found, text)
    if any((properties.get(name) or "").strip() for name in columns["street"]):
        found.facts["street"] = "yes"
    return found


def _read_emails(found: Addresses, properties: Record, columns: Columns) -> None:
    """The first column that is filled is the address that is written to; the others only identify the person."""
    texts = [text for name in columns["email"] if (text := properties.get(name))]
    for text in texts:
        email = read_email(text)
        if email is None:
            found.warnings.append("email:unreadable")
            found.identifiers += _listed(text)
            continue
        found.identifiers.append((IdentifierKind.EMAIL, email.text))
        found.facts.setdefault("email", "generic" if email.generic else "personal")
    for name in columns["other_emails"]:
        if text := properties.get(name):
            found.identifiers += _listed(text)


def _listed(text: str) -> Iterator[Identifier]:
    """Understand a list of addresses in one field: nobody writes to it, but who opposed under one of them opposed."""
    for part in _SEVERAL.split(text):
        email: Email | None = read_email(part) if "@" in part else None
        if email is not None:
            yield IdentifierKind.EMAIL, email.text


def _read_number(found: Addresses, text: str) -> None:
    number = read_phone(text)
    if number is None:
        found.warnings.append("number:unreadable")
        for part in _BETWEEN_NUMBERS.split(text):
            if (one := read_phone(part)) is not None and (IdentifierKind.PHONE, one.e164) not in found.identifiers:
                found.identifiers.append((IdentifierKind.PHONE, one.e164))
        return
    identifier = (IdentifierKind.PHONE, number.e164)
    if identifier not in found.identifiers:
        found.identifiers.append(identifier)
    if number.kind is not PhoneKind.OTHER:
        found.facts["mobile" if number.kind is PhoneKind.MOBILE else "landline"] = "yes"
    if number.country is not None and number.country.isalpha():  # +800 and its like are no country's
        found.prefixes.append(number.country)
