"""One contact at one moment, as the rules of a channel may ask about it on that day or on a later one."""

from __future__ import annotations

from datetime import date
from operator import attrgetter
from typing import Any, Final

from contactable.rules.case import Case
from contactable.rules.derived import DERIVED
from contactable.rules.facts import Facts, Offer
from contactable.rules.fields import CONSENTED, HAPPENED, VALUES
from contactable.rules.law import Law
from contactable.rules.moments import moment_of
from contactable.rules.packing import read_events, standing
from contactable.rules.place import place_of
from contactable.rules.readings import Readings
from contactable.rules.rule import Answer
from contactable.rules.terms import Channel

OVER: Final = ("retention_over", "consent_year_over", "consent_period_over", "callback_over", "first_month_over")
"""What time alone changes in a case, in the order of ``periods.ends_of``."""

STANDING: Final = ("opposed", "reopened", "consent_on_file")
"""What ``packing.standing`` tells, in its order."""
OF_A_CHANNEL: Final = frozenset({*STANDING, "consent_act", "consent_to", "consent_proof", "has_address", "consent"})
"""The facts of which each channel has its own."""

_OWN = tuple(name for name in VALUES if not name.startswith("consent_"))
_own = attrgetter(*_OWN)
_HAPPENED = dict(zip(HAPPENED, ("last_contact_known", "relation_ended", "first_message_sent"), strict=True))


class Situation:
    """One contact and one offer: facts known at the moment asked about, its day, when periods end, the days ahead.

    ``last_contact_on`` takes the place of an unknown one in the facts, which need not be made anew for it.
    """

    __slots__ = ("_moments", "_same", "ahead", "ends", "facts", "law", "offer", "readings", "today")

    def __init__(
        self,
        law: Law,
        facts: Facts,
        offer: Offer,
        today: int,
        readings: Readings,
        ends: tuple[int, ...],
        ahead: tuple[int, ...],
        last_contact_on: date | None = None,
    ) -> None:
        self.law, self.facts, self.offer, self.today = law, facts, offer, today
        self.readings, self.ends, self.ahead = readings, ends, ahead
        self._moments = moments = read_events(facts)
        if last_contact_on is not None:
            moments["last_contact_on"] = moment_of(last_contact_on)
        known: dict[str, Any] = dict(zip(_OWN, _own(facts), strict=True))
        known |= {name: event in moments for event, name in _HAPPENED.items()}
        known |= {"place": place_of(facts.country), "purpose": offer.purpose, "sector": offer.sector}
        self._same = known | {"consent_complete": facts.consent_phone_complete}  # on every channel

    def known(self, channel: Channel) -> dict[str, Any]:
        """What a channel's cases hold on every day, under the names of ``Case``."""
        known = self._same | dict(zip(STANDING, standing(channel, self._moments), strict=True))
        own = channel in CONSENTED  # nobody consents to post
        for what in ("act", "to", "proof"):
            known[f"consent_{what}"] = getattr(self.facts, f"consent_{channel}_{what}") if own else None
        return known

    def has(self, column: str) -> bool:
        """Whether anything is known under a column of the contact file."""
        return column in self._moments or getattr(self.facts, column) is not None

    def over(self, day: int) -> dict[str, bool]:
        """Which periods are over on a day."""
        return {name: day >= end for name, end in zip(OVER, self.ends, strict=True)}

    def case(self, channel: Channel, day: int, readings: Readings | None = None) -> Case:
        """The case of a channel on a day."""
        facts = self.known(channel) | self.over(day)
        return Case(channel, date.fromordinal(day), readings or self.readings, facts, DERIVED)

    def answer(self, channel: Channel, day: int, readings: Readings | None = None) -> Answer:
        """What the law says of a channel on a day."""
        return self.law.answer(self.case(channel, day, readings))
