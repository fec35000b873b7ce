"""What would open a closed channel: the fewest columns of the contact file, of all that opens it (``openings``).

What is unknown may be learned. What the company or the person can do again may be done: tell, collect or prove a
consent, be asked to call back, hear from the person. A known fact about who the person is, what took place or what is
offered stays as it is, and an opposition has no advice: only the person's own act lifts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from contactable.rules.exploration import Frame
from contactable.rules.facts import COLUMNS
from contactable.rules.openings import Needs, openings
from contactable.rules.place import Place
from contactable.rules.situation import Situation
from contactable.rules.terms import (
    Audience,
    Channel,
    ConsentAct,
    ConsentRecipient,
    DataSource,
    Mailbox,
    Reason,
    Sale,
)


@dataclass(frozen=True, slots=True)
class Remedy:
    """The column that governs a fact, the value that opens most, and whether it may replace a known one."""

    column: str
    value: Any
    again: bool = False

    def named(self, channel: Channel) -> str:
        """The name of the column on a channel."""
        return self.column.format(channel=channel)


REMEDIES: Final = {
    "audience": Remedy("audience", Audience.PROFESSIONAL),
    "place": Remedy("country", Place.FRANCE),
    "email": Remedy("email", Mailbox.GENERIC),
    "mobile": Remedy("mobile", True, again=True),
    "landline": Remedy("landline", True, again=True),
    "street": Remedy("street", True, again=True),
    "last_contact_known": Remedy("last_contact_on", True, again=True),
    "retention_over": Remedy("last_contact_on", False, again=True),
    "customer": Remedy("customer", True),
    "sale": Remedy("sale", Sale.SALE),
    "collected_at_sale": Remedy("collected_at_sale", True),
    "similar_offer": Remedy("similar_offer", True),
    "source": Remedy("source", DataSource.ELSEWHERE),
    "first_month_over": Remedy("collected_on", False),
    "first_message_sent": Remedy("first_message_on", True, again=True),
    "informed": Remedy("informed", True, again=True),
    "related_to_profession": Remedy("related_to_profession", True),
    "contract": Remedy("contract", True),
    "offer_on_contract": Remedy("offer_on_contract", True),
    "bloctel": Remedy("bloctel", False),
    "robinson": Remedy("robinson", False),
    "consent_on_file": Remedy("consent_{channel}_on", True, again=True),
    "consent_year_over": Remedy("consent_{channel}_on", False, again=True),
    "consent_act": Remedy("consent_{channel}_act", ConsentAct.POSITIVE, again=True),
    "consent_to": Remedy("consent_{channel}_to", ConsentRecipient.US, again=True),
    "consent_proof": Remedy("consent_{channel}_proof", True, again=True),
    "consent_complete": Remedy("consent_phone_complete", True, again=True),
    "consent_period_over": Remedy("consent_phone_until", False, again=True),
    "callback_over": Remedy("callback_requested_on", False, again=True),
    "callback_proof": Remedy("callback_proof", True, again=True),
    "offer_as_asked": Remedy("offer_as_asked", True),
    "parental_authorisation": Remedy("parental_authorisation", True, again=True),
}

Columns = tuple[int, ...]
"""Columns by their place in the contact file: of as many, those that come first in it rank first."""


def advice_for(situation: Situation, channel: Channel, reason: Reason) -> tuple[str, ...]:
    """The fewest columns that would open a channel closed for ``reason``; empty when no fact helps."""
    if reason.opens or reason is Reason.OPPOSITION:
        return ()
    law, offer = situation.law, situation.offer
    frame = Frame(channel, law.a_day_of(law.period(situation.today)), situation.readings)
    known = situation.known(channel) | situation.over(situation.today)
    ways = (_wanting(needs, known, channel, situation) for needs in openings(law, frame, offer.purpose, offer.sector))
    fewest = min((way for way in ways if way is not None), key=lambda way: (len(way), way), default=())
    return tuple(COLUMNS[column] for column in fewest)


def _wanting(needs: Needs, known: Mapping[str, Any], channel: Channel, situation: Situation) -> Columns | None:
    """The columns that keep a contact from an opening; None where one of them must stay as it is."""
    columns = set()
    for fact, values in needs.items():
        if known[fact] in values:
            continue
        remedy = REMEDIES.get(fact)
        if remedy is None or remedy.value not in values:
            return None
        column = remedy.named(channel)
        if column not in COLUMNS:  # nobody consents to post
            return None
        if not remedy.again and situation.has(column):
            return None
        columns.add(COLUMNS.index(column))
    return tuple(sorted(columns))
