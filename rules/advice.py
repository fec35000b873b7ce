"""What would open a closed channel: the fewest columns of the contact file, by trying the rules themselves.

What is unknown may be learned. What the company or the person can do again may be done: tell, collect or prove a
consent, be asked to call back, hear from the person. A known fact about who the person is, what took place or what is
offered stays as it is, and an opposition has no advice: only the person's own act lifts it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from heapq import heappop, heappush
from itertools import count
from typing import Any, Final

from contactable.rules.case import Case, NotAsked
from contactable.rules.derived import DERIVED
from contactable.rules.facts import COLUMNS
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

Columns = tuple[int, ...]  # by their place in the contact file, so that ties fall in its order


def advice_for(situation: Situation, channel: Channel, reason: Reason) -> tuple[str, ...]:
    """The fewest columns that would open a channel closed for ``reason``; empty when no fact helps."""
    if reason.opens or reason is Reason.OPPOSITION:
        return ()
    search, known = _Search(situation, channel), situation.known(channel) | situation.over(situation.today)
    return tuple(COLUMNS[column] for column in search.fewest(known))


@dataclass(frozen=True, slots=True)
class _Search:
    situation: Situation
    channel: Channel

    def fewest(self, known: dict[str, Any]) -> Columns:
        """The cheapest way through the rules: each fact that a rule asks is kept, or remedied by its column."""
        tie, day = count(), date.fromordinal(self.situation.today)
        ways: list[tuple[int, Columns, int, dict[str, Any]]] = [(0, (), next(tie), {})]
        while ways:
            _, columns, _, held = heappop(ways)
            try:
                answer = self.situation.law.answer(Case(self.channel, day, self.situation.readings, held, DERIVED))
            except NotAsked as missing:
                for more, value in self._choices(missing.fact, known[missing.fact], columns):
                    heappush(ways, (len(more), more, next(tie), held | {missing.fact: value}))
                continue
            if answer.allowed:
                return columns
        return ()

    def _choices(self, fact: str, value: Any, columns: Columns) -> Iterator[tuple[Columns, Any]]:
        remedy = REMEDIES.get(fact)
        if remedy is None:
            yield columns, value
            return
        name = remedy.column.format(channel=self.channel)
        column = COLUMNS.index(name) if name in COLUMNS else -1
        if column in columns:
            yield columns, remedy.value
            return
        yield columns, value
        if column >= 0 and value != remedy.value and (remedy.again or getattr(self.situation.facts, name) is None):
            yield tuple(sorted((*columns, column))), remedy.value
