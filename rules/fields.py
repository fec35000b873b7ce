"""The fields of facts: which have a handful of values, which are dates, and what each date is to a channel."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from contactable.rules.terms import Audience, Channel, ConsentAct, ConsentRecipient, DataSource, Mailbox, Sale

CONSENTED: Final = (Channel.EMAIL, Channel.SMS, Channel.PHONE, Channel.ROBOCALL)
"""The channels that a consent can open."""

_YES_OR_NO = (None, True, False)
VALUES: Final[Mapping[str, Sequence[Any]]] = {
    "audience": (None, *Audience),
    "sole_trader": _YES_OR_NO,
    "email": (None, *Mailbox),
    "mobile": _YES_OR_NO,
    "landline": _YES_OR_NO,
    "street": _YES_OR_NO,
    "customer": _YES_OR_NO,
    "sale": (None, *Sale),
    "collected_at_sale": _YES_OR_NO,
    "similar_offer": _YES_OR_NO,
    "source": (None, *DataSource),
    "informed": _YES_OR_NO,
    "related_to_profession": _YES_OR_NO,
    "contract": _YES_OR_NO,
    "offer_on_contract": _YES_OR_NO,
    "bloctel": _YES_OR_NO,
    "robinson": _YES_OR_NO,
    **{f"consent_{channel}_act": (None, *ConsentAct) for channel in CONSENTED},
    **{f"consent_{channel}_to": (None, *ConsentRecipient) for channel in CONSENTED},
    **{f"consent_{channel}_proof": _YES_OR_NO for channel in CONSENTED},
    "consent_phone_complete": _YES_OR_NO,
    "callback_proof": _YES_OR_NO,
    "offer_as_asked": _YES_OR_NO,
    "minor_at_consent": _YES_OR_NO,
    "parental_authorisation": _YES_OR_NO,
}
"""The facts with a handful of values, unknown first; ``country`` has three (``place``) and is packed with them."""

ADDRESSES: Final = ("email", "mobile", "landline", "street")
ACTS: Final = (
    *(f"consent_{channel}_on" for channel in CONSENTED),
    *(f"reopened_{channel}_on" for channel in Channel),
)
OBJECTIONS: Final = (
    *(f"consent_{channel}_withdrawn_on" for channel in CONSENTED),
    *(f"opposed_{channel}_on" for channel in Channel),
    "opposed_all_on",
)
EVENTS: Final = (
    "last_contact_on",
    "relation_ended_on",
    "collected_on",
    "first_message_on",
    "callback_requested_on",
    *ACTS,
    *OBJECTIONS,
)
"""The dates of what happened; after the moment asked about they are not known at it."""

OBJECTIONS_TO: Final = {
    channel: (f"opposed_{channel}_on", f"consent_{channel}_withdrawn_on", "opposed_all_on") for channel in Channel
}
ACTS_ON: Final = {channel: (f"reopened_{channel}_on", f"consent_{channel}_on") for channel in Channel}
"""For each channel what closes it for good, and what may lift that: a release, a consent."""
HAPPENED: Final = ("last_contact_on", "relation_ended_on", "first_message_on")
"""The events of which a rule asks only whether they happened."""

_COUNTRY = re.compile("[A-Z]{2}")


def shown(name: str, value: object) -> str:
    """A wrong value as an error may show it: never an address or a number that stands where its kind should."""
    return "of another kind" if name in ADDRESSES else repr(value)


def is_country(code: object) -> bool:
    """Whether a value looks like a country code of ISO 3166-1: two capital letters."""
    return isinstance(code, str) and _COUNTRY.fullmatch(code) is not None
