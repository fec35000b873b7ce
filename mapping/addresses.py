"""Addresses of a contact: of each, a fact says only that it is there and what kind it is.

The identifiers (normalised addresses and numbers) go to the register, which keeps digests of them. A number tells the
country where it is written with an international prefix, or where the CRM has computed it from the number; two that
differ tell nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from contactable.identifiers import Email, IdentifierKind, PhoneKind, read_email, read_phone
from contactable.mapping.columns import COLUMNS
from contactable.mapping.sources import Found, Sourced

Identifier = tuple[IdentifierKind, str]
Record = Mapping[str, str | None]
Columns = Mapping[str, tuple[str, ...]]  # address column -> properties; ``numbers`` are mobile and landline together


def _said(name: str, value: str) -> Found:
    return Found(name, COLUMNS[name], 0, Sourced(value, "address"))


_PERSONAL, _GENERIC = _said("email", "personal"), _said("email", "generic")
_THERE = {name: _said(name, "yes") for name in ("mobile", "landline", "street")}
_EMAIL, _PHONE = IdentifierKind.EMAIL, IdentifierKind.PHONE
_MOBILE, _NEITHER = PhoneKind.MOBILE, PhoneKind.OTHER
_COUNTRY_CODE = len("FR")
_SEVERAL = re.compile(r"[;,\s]+")
_BETWEEN_NUMBERS = re.compile(r"[;,]|\s/\s|\s(?:ou|or)\s")


class Addresses(msgspec.Struct, frozen=True):
    """What the address properties of one contact hold: ``found`` are presence and kind, ``prefixes`` countries."""

    found: list[Found]
    identifiers: list[Identifier]
    warnings: list[str]
    prefixes: list[str]


def read_addresses(properties: Record, columns: Columns) -> Addresses:
    """Read the address columns of one record; what cannot be read is no address, and a warning."""
    said: list[Found] = []
    identifiers: list[Identifier] = []
    warnings: list[str] = []
    prefixes: list[str] = []
    get = properties.get
    for name in columns["email"]:
        if text := get(name):
            email = read_email(text)
            if email is None:
                warnings.append("email:unreadable")
                identifiers.extend(_listed(text))
            else:
                identifiers.append((_EMAIL, email.text))
                # the preferred one is the address that is written to
                said.append(_GENERIC if email.generic else _PERSONAL)
    for name in columns["other_emails"]:
        if text := get(name):
            identifiers.extend(_listed(text))
    for name in columns["numbers"]:
        if text := get(name):
            number = read_phone(text)
            if number is None:
                warnings.append("number:unreadable")
                identifiers.extend(_several_numbers(text))
                continue
            identifiers.append((_PHONE, number.e164))
            if number.kind is not _NEITHER:
                said.append(_THERE["mobile" if number.kind is _MOBILE else "landline"])
            country = number.country
            if country is not None and country.isalpha():  # +800 and its like are no country's
                prefixes.append(country)
    for name in columns["phone_country"]:
        if text := get(name):
            country = text.strip().upper()
            if len(country) == _COUNTRY_CODE and country.isalpha():
                prefixes.append(country)
    for name in columns["street"]:
        # That something stands there is all that can be told of a street without asking the post.
        if (text := get(name)) and not text.isspace():
            said.append(_THERE["street"])
    return Addresses(said, identifiers, warnings, prefixes)


def _listed(text: str) -> Iterator[Identifier]:
    """Understand a list of addresses in one field: nobody writes to it, but who opposed under one of them opposed."""
    for part in _SEVERAL.split(text):
        email: Email | None = read_email(part) if "@" in part else None
        if email is not None:
            yield _EMAIL, email.text


def _several_numbers(text: str) -> Iterator[Identifier]:
    """Understand "06… / 01…" in one field: nobody can dial it, but either of the two may have been opposed."""
    several = (read_phone(part) for part in _BETWEEN_NUMBERS.split(text))
    return ((_PHONE, one.e164) for one in several if one is not None)
