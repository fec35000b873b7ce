"""Decide: one contact, one offer, one moment, each channel."""

from __future__ import annotations

from datetime import date

from contactable.rules.facts import Facts, Offer
from contactable.rules.readings import DEFAULT_READINGS, Readings
from contactable.rules.terms import Channel, Reason
from contactable.rules.verdict import Verdict


def decide(facts: Facts, offer: Offer, on: date, readings: Readings = DEFAULT_READINGS) -> dict[Channel, Verdict]:
    """Tell for each channel whether the contact may be approached there ``on`` that day or at that aware instant."""
    return {channel: decide_channel(channel, facts, offer, on, readings) for channel in Channel}


def decide_channel(
    channel: Channel, facts: Facts, offer: Offer, on: date, readings: Readings = DEFAULT_READINGS
) -> Verdict:
    """Tell whether the contact may be approached on one channel; everything stays closed until the rules are here."""
    return Verdict(channel, allowed=False, reason=Reason.PLACE_UNKNOWN)
