"""What is known on a contact, addresses left out: the columns of the contact file, as values.

A field has the name of its column. Unknown is ``None``; for the date of an event, ``None`` says that it did not happen.
``email`` tells the kind of mailbox, ``mobile``, ``landline`` and ``street`` whether there is a well-formed one, each
judged by what it is and not by the column it stood in. ``country`` may come from the prefix of a number (``place``).
``postcode`` tells a time zone, never a verdict, and is therefore no fact here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import Any, Final

from contactable.errors import Malformed
from contactable.rules.packing import Normal, normalise, read_events
from contactable.rules.terms import (
    Audience,
    ConsentAct,
    ConsentRecipient,
    DataSource,
    Mailbox,
    Purpose,
    Sale,
    Sector,
    UnknownTime,
)

Happened = date | datetime | None
"""When something happened: a day (Europe/Paris) or an aware instant; None when it did not."""
Objected = date | datetime | UnknownTime | None
"""When somebody objected; ``UNKNOWN_TIME`` when it is known that they did and not when."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a campaign proposes. What ties it to a person (``similar_offer``, …) stands in the facts."""

    name: str = "main"
    purpose: Purpose = Purpose.COMMERCIAL
    sector: Sector | None = None

    def __post_init__(self) -> None:
        if self.purpose not in list(Purpose):
            raise Malformed(f"purpose is {self.purpose!r}: {', '.join(Purpose)} are accepted.")
        if self.sector is not None and self.sector not in list(Sector):
            raise Malformed(f"sector is {self.sector!r}: {', '.join(Sector)} or None are accepted.")
        object.__setattr__(self, "purpose", Purpose(self.purpose))
        object.__setattr__(self, "sector", self.sector and Sector(self.sector))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known on one contact; ``Facts()`` knows nothing. Raises ``Malformed`` for a wrong value."""

    audience: Audience | None = None
    sole_trader: bool | None = None
    country: str | None = None
    email: Mailbox | None = None
    mobile: bool | None = None
    landline: bool | None = None
    street: bool | None = None
    last_contact_on: Happened = None
    relation_ended_on: Happened = None
    customer: bool | None = None
    sale: Sale | None = None
    collected_at_sale: bool | None = None
    similar_offer: bool | None = None
    source: DataSource | None = None
    collected_on: Happened = None
    first_message_on: Happened = None
    informed: bool | None = None
    related_to_profession: bool | None = None
    contract: bool | None = None
    offer_on_contract: bool | None = None
    bloctel: bool | None = None
    robinson: bool | None = None
    consent_email_on: Happened = None
    consent_sms_on: Happened = None
    consent_phone_on: Happened = None
    consent_robocall_on: Happened = None
    consent_email_act: ConsentAct | None = None
    consent_sms_act: ConsentAct | None = None
    consent_phone_act: ConsentAct | None = None
    consent_robocall_act: ConsentAct | None = None
    consent_email_to: ConsentRecipient | None = None
    consent_sms_to: ConsentRecipient | None = None
    consent_phone_to: ConsentRecipient | None = None
    consent_robocall_to: ConsentRecipient | None = None
    consent_email_proof: bool | None = None
    consent_sms_proof: bool | None = None
    consent_phone_proof: bool | None = None
    consent_robocall_proof: bool | None = None
    consent_email_withdrawn_on: Objected = None
    consent_sms_withdrawn_on: Objected = None
    consent_phone_withdrawn_on: Objected = None
    consent_robocall_withdrawn_on: Objected = None
    consent_phone_complete: bool | None = None
    consent_phone_until: date | None = None
    callback_requested_on: Happened = None
    callback_proof: bool | None = None
    offer_as_asked: bool | None = None
    minor_at_consent: bool | None = None
    parental_authorisation: bool | None = None
    opposed_email_on: Objected = None
    opposed_sms_on: Objected = None
    opposed_phone_on: Objected = None
    opposed_robocall_on: Objected = None
    opposed_post_on: Objected = None
    opposed_all_on: Objected = None
    reopened_email_on: Happened = None
    reopened_sms_on: Happened = None
    reopened_phone_on: Happened = None
    reopened_robocall_on: Happened = None
    reopened_post_on: Happened = None
    normal: Normal = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "normal", normalise(self))


def known_at(facts: Facts, moment: int) -> Facts:
    """What was known at a moment (``moments``): events after it had not happened."""
    later = [name for name, when in read_events(facts).items() if when is not None and when > moment]
    nothing: dict[str, Any] = dict.fromkeys(later)
    return replace(facts, **nothing)


COLUMNS: Final = tuple(each.name for each in fields(Facts) if each.init)
"""The names of all facts, in the order of the contact file's columns."""
