"""A case: what the rules of one channel may ask about one contact on one day.

All dates are compared before: a case holds only facts with a handful of values, so all cases can be enumerated. What a
rule asks and the case does not hold raises ``NotAsked``: this is how the table (``table``) and the advice (``advice``)
find out which facts a verdict hangs on, with the same rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from contactable.rules.place import Place
from contactable.rules.readings import Readings
from contactable.rules.source import Source
from contactable.rules.terms import (
    Audience,
    Channel,
    Consent,
    ConsentAct,
    ConsentRecipient,
    DataSource,
    Mailbox,
    Purpose,
    Sale,
    Sector,
)


class NotAsked(Exception):
    """A rule asked for a fact that the case does not hold; ``fact`` names it."""

    def __init__(self, fact: str) -> None:
        super().__init__(fact)
        self.fact = fact


class Case:
    """One contact on one channel and day. Facts named as columns are as in ``Facts``; of consent, this channel's."""

    channel: Channel
    day: date
    readings: Readings

    audience: Audience | None
    sole_trader: bool | None
    place: Place
    email: Mailbox | None
    mobile: bool | None
    landline: bool | None
    street: bool | None
    last_contact_known: bool
    relation_ended: bool
    customer: bool | None
    sale: Sale | None
    collected_at_sale: bool | None
    similar_offer: bool | None
    source: DataSource | None
    first_message_sent: bool
    informed: bool | None
    related_to_profession: bool | None
    contract: bool | None
    offer_on_contract: bool | None
    purpose: Purpose
    sector: Sector | None
    bloctel: bool | None
    robinson: bool | None
    consent_on_file: bool  # given, and later than every opposition and withdrawal
    consent_act: ConsentAct | None
    consent_to: ConsentRecipient | None
    consent_proof: bool | None
    consent_complete: bool | None
    callback_proof: bool | None
    offer_as_asked: bool | None
    minor_at_consent: bool | None
    parental_authorisation: bool | None
    opposed: bool
    reopened: bool  # by a release later than every opposition and withdrawal
    retention_over: bool
    consent_year_over: bool
    consent_period_over: bool
    callback_over: bool
    first_month_over: bool

    # Derived from the above (``derived``).
    professional: bool
    has_address: bool
    told: bool
    first_message_may_inform: bool
    contract_covers_the_offer: bool
    called_back: bool
    retention_suspended: bool
    consent: Consent

    def __init__(
        self, channel: Channel, day: date, readings: Readings, facts: Mapping[str, Any], derive: Derivations
    ) -> None:
        """Hold ``facts``, and derive from them what ``derive`` has a function for."""
        vars(self).update(facts, channel=channel, day=day, readings=readings, _derive=derive)

    def __getattr__(self, name: str) -> Any:
        derive = vars(self)["_derive"].get(name)
        if derive is None:
            raise NotAsked(name)
        value = vars(self)[name] = derive(self)
        return value

    def under(self, source: Source) -> bool:
        """Whether a legal source is in force on the day of the case."""
        return source.in_force(self.day)


Derivations = Mapping[str, Callable[[Case], Any]]
"""What is derived from a case's facts: its name, and how."""
