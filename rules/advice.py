"""What would open a closed channel: the fewest columns of the contact file, by trying the rules themselves.

What is unknown may be learned. What the company or the person can do again may be done: tell, collect or prove a
consent, be asked to call back, hear from the person. A known fact about who the person is, what took place or what is
offered stays as it is, and an opposition has no advice: only the person's own act lifts it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from heapq import heappop, heappush
from itertools import count
from typing import Any, Final

from contactable.rules.case import Case, NotAsked
from contactable.rules.derived import DERIVED
from contactable.rules.exploration import Frame, facts_behind
from contactable.rules.facts import COLUMNS
from contactable.rules.law import Law
from contactable.rules.place import Place
from contactable.rules.readings import Readings
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
    period = situation.law.period(situation.today)
    frame = Frame(channel, situation.law.a_day_of(period), situation.readings)
    known = situation.known(channel) | situation.over(situation.today)
    asked = tuple(
        (fact, known[fact], _remedied_by(fact, known[fact], channel, situation))
        for fact in sorted(facts_behind(situation.law, frame))
    )
    return tuple(COLUMNS[column] for column in _fewest(situation.law, channel, period, situation.readings, asked))


def _remedied_by(fact: str, value: Any, channel: Channel, situation: Situation) -> int | None:
    """The column that would better a fact; None where nothing betters it or a known fact must stay."""
    remedy = REMEDIES.get(fact)
    column = remedy.column.format(channel=channel) if remedy else ""
    if remedy is None or value == remedy.value or column not in COLUMNS:
        return None
    return COLUMNS.index(column) if remedy.again or getattr(situation.facts, column) is None else None


@lru_cache(maxsize=65536)
def _fewest(
    law: Law, channel: Channel, period: int, readings: Readings, asked: tuple[tuple[str, Any, int | None], ...]
) -> Columns:
    """The cheapest way through the rules: each fact that they ask is kept, or remedied by its column."""
    known = {fact: value for fact, value, _ in asked}
    column_of = {fact: column for fact, _, column in asked if column is not None}
    fixed = {fact: value for fact, value in known.items() if fact not in column_of}
    day, tie = law.a_day_of(period), count()
    ways: list[tuple[int, Columns, int, dict[str, Any]]] = [(0, (), next(tie), fixed)]
    while ways:
        _, changed, _, held = heappop(ways)
        try:
            answer = law.answer(Case(channel, day, readings, held, DERIVED))
        except NotAsked as missing:
            for columns, value in _choices(column_of[missing.fact], known[missing.fact], missing.fact, changed):
                heappush(ways, (len(columns), columns, next(tie), held | {missing.fact: value}))
        else:
            if answer.allowed:
                return changed
    return ()


def _choices(column: int, value: Any, fact: str, changed: Columns) -> Iterator[tuple[Columns, Any]]:
    if column not in changed:
        yield changed, value
    yield tuple(sorted({*changed, column})), REMEDIES[fact].value
