"""From what is kept on a contact to its verdicts: where register, mapping and rules meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from contactable.mapping import OfferSettings, facts_of, from_json
from contactable.register import Entry
from contactable.rules import Channel, Facts, Readings, Verdict, decide
from contactable.rules.acts import OfferScopes, known

Verdicts = dict[str, dict[Channel, Verdict]]
"""Verdicts by the name of the offer."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides contacts for every offer of the company, with its readings of the law."""

    offers: Mapping[str, OfferSettings]
    readings: Readings

    def verdicts(self, facts: Mapping[str, Any], entries: Sequence[Entry], on: date) -> Verdicts:
        """Decide for each offer, from mapped ``facts`` and the register's ``entries``, on a day or at an instant."""
        return {
            name: decide(self.facts(facts, entries, on, name), settings.offer, on, self.readings)
            for name, settings in self.offers.items()
        }

    def facts(self, facts: Mapping[str, Any], entries: Sequence[Entry], on: date, offer: str) -> Facts:
        """What the rules may know of a contact for one offer."""
        settings = self.offers[offer]
        scopes = OfferScopes(settings.subscriptions, settings.elsewhere)
        acts = known(entries, offer_scopes=scopes, as_of=on) if entries else {}
        return facts_of(from_json(facts), settings, acts)


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
