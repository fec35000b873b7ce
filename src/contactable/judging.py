"""From what is kept on a contact to its verdicts: where register, mapping and rules meet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from contactable.mapping import Declaration, OfferSettings, facts_of, from_json, sources_of_facts, verdicts_of
from contactable.register import Entry
from contactable.rules import Channel, Facts, Readings, Verdict, decide
from contactable.rules.acts import consents_by_the_person, known
from contactable.rules.calendar import paris_day

Verdicts = dict[str, dict[Channel, Verdict]]
"""Verdicts by the name of the offer."""
DECLARED = "declaration:"
"""The beginning of a fact's source, where a declaration states it."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides contacts for every offer of the company, with its readings of the law."""

    offers: Mapping[str, OfferSettings]
    readings: Readings
    declarations: Sequence[Declaration] = ()

    def verdicts(self, facts: Mapping[str, Any], entries: Sequence[Entry], on: date) -> Verdicts:
        """Decide for each offer, from mapped ``facts`` and the register's ``entries``, on a day or at an instant.

        ``until`` of a verdict that a declaration opened is at the latest the day on which the declaration ends.
        """
        return {name: self._decide(facts, entries, on, name) for name in self.offers}

    def facts(
        self,
        facts: Mapping[str, Any],
        entries: Sequence[Entry],
        on: date,
        offer: str,
        *,
        declared_on: date | None = None,
    ) -> Facts:
        """What the rules may know of a contact for one offer, with the declarations of ``on`` or of another day."""
        known_acts, own = self._acts(entries, on, offer)
        in_force = self.in_force(declared_on or on)
        return facts_of(from_json(facts), self.offers[offer], known_acts, own_consents=own, in_force=in_force)

    def sources(
        self, facts: Mapping[str, Any], entries: Sequence[Entry], on: date, offer: str
    ) -> dict[str, tuple[str, str]]:
        """The value and the source of each fact that counted."""
        known_acts, own = self._acts(entries, on, offer)
        return sources_of_facts(
            from_json(facts), self.offers[offer], known_acts, own_consents=own, in_force=self.in_force(on)
        )

    def _acts(self, entries: Sequence[Entry], on: date, offer: str) -> tuple[Mapping[str, Any], Collection[str]]:
        """What the register knows, and the channels whose consent is the person's own act."""
        if not entries:
            return {}, ()
        scopes = self.offers[offer].scopes
        return (
            known(entries, offer_scopes=scopes, as_of=on),
            consents_by_the_person(entries, offer_scopes=scopes, as_of=on),
        )

    def in_force(self, on: date) -> frozenset[str]:
        """The names of the declarations that hold on a day: signed, not run out, and not taken out of the settings."""
        day = paris_day(on)
        return frozenset(each.name for each in self.declarations if each.in_force(day))

    def _decide(
        self, facts: Mapping[str, Any], entries: Sequence[Entry], on: date, offer: str
    ) -> dict[Channel, Verdict]:
        if not entries and not any(source.startswith(DECLARED) for _, source in facts.values()):
            return verdicts_of(facts, self.offers[offer], on, self.readings)
        asked, end = self.offers[offer].offer, self._first_end(facts, on)
        verdicts = decide(self.facts(facts, entries, on, offer), asked, on, self.readings)
        if end is None:
            return verdicts
        # As things stand, but without the declarations that will have run out by then.
        then = decide(self.facts(facts, entries, on, offer, declared_on=end), asked, on, self.readings)
        return {channel: _ending(verdict, then[channel], end) for channel, verdict in verdicts.items()}

    def _first_end(self, facts: Mapping[str, Any], on: date) -> date | None:
        """The day after the last one of the declaration on which this contact's facts rest, and that ends first."""
        resting_on = {source.removeprefix(DECLARED) for _, source in facts.values() if source.startswith(DECLARED)}
        standing = resting_on & self.in_force(on)
        ends = [each.valid_until for each in self.declarations if each.name in standing and each.valid_until]
        return min(ends) + timedelta(days=1) if ends else None


def _ending(verdict: Verdict, then: Verdict, end: date) -> Verdict:
    if (verdict.allowed, verdict.reason) == (then.allowed, then.reason):
        return verdict
    return replace(verdict, until=min(verdict.until or end, end))


def stricter(verdicts: Sequence[Mapping[Channel, Verdict]]) -> dict[Channel, Verdict]:
    """Of several records of one person the stricter verdict for each channel: a closed one, else the first to end."""
    return {
        channel: min(
            (each[channel] for each in verdicts), key=lambda v: (v.allowed, v.until is None, v.until or date.max)
        )
        for channel in Channel
    }


def next_until(verdicts: Verdicts) -> date | None:
    """The first day on which any verdict changes by itself."""
    days = [verdict.until for by_channel in verdicts.values() for verdict in by_channel.values() if verdict.until]
    return min(days, default=None)
