"""Whom a caller means: one address, number or record, normalised as the register knows it."""

from __future__ import annotations

from contactable.errors import Malformed
from contactable.identifiers import IdentifierKind, read_email, read_phone


def identifier(
    *, email: str | None = None, phone: str | None = None, record: str | None = None
) -> tuple[IdentifierKind, str]:
    """The one identifier that was given, normalised; raises ``Malformed`` without quoting it."""
    given = [each for each in (email, phone, record) if each is not None]
    if len(given) != 1:
        raise Malformed("Name one of: an e-mail address, a phone number, a record.")
    if email is not None:
        read = read_email(email)
        if read is None:
            raise Malformed("The e-mail address is not well formed.")
        return IdentifierKind.EMAIL, read.text
    if phone is not None:
        number = read_phone(phone)
        if number is None:
            raise Malformed("The phone number is not possible; write it as +33639981234.")
        return IdentifierKind.PHONE, number.e164
    return IdentifierKind.RECORD, given[0]
