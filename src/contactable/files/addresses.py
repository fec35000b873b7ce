"""What a row's addresses are to the rules: the kind of mailbox, and numbers by what they are, not by their column."""

from __future__ import annotations

from contactable.identifiers import Phone, PhoneKind, read_email, read_phone
from contactable.rules import Mailbox
from contactable.rules.place import country_told_by


def mailbox_of(text: str) -> Mailbox | None:
    """The kind of mailbox that an e-mail address is; None where it is malformed."""
    found = read_email(text)
    if found is None:
        return None
    return Mailbox.GENERIC if found.generic else Mailbox.PERSONAL


def number_of(text: str) -> Phone | None:
    """A number, understood; None where it is malformed."""
    return read_phone(text)


def reached_by(numbers: tuple[Phone | None, ...]) -> tuple[bool | None, bool | None, str | None]:
    """What a row's numbers say together: is there a mobile one, a fixed one, and which country prefixes tell.

    A number that is neither (a foreign one of unknown type) takes calls and no SMS, as a fixed one does.
    """
    found = [number for number in numbers if number]
    if not found:
        return None, None, None
    mobiles = sum(number.kind is PhoneKind.MOBILE for number in found)
    country = country_told_by(number.country for number in found if number.international)
    return mobiles > 0 or None, mobiles < len(found) or None, country
