"""A rule that begins on a future date: a source, a function, a place in a channel's tuple (``CONTRIBUTING.md``)."""

from __future__ import annotations

from datetime import date

import numpy as np

from contactable.rules import Channel, Facts, Offer, Reason, decide, decide_channel, decide_many
from contactable.rules.case import Case
from contactable.rules.channels import CHANNELS
from contactable.rules.compiled import REASONS
from contactable.rules.law import Law
from contactable.rules.rule import Answer, closed, consumers, rule
from contactable.rules.source import Source
from contactable.rules.terms import Purpose

BEGINS = date(2027, 3, 1)
DECREE = Source("decree-2027-12", "Décret n° 2027-12", "Letters to consumers need consent.", "", begins=BEGINS)


@rule(DECREE, towards=consumers)
def letters_need_consent(case: Case) -> Answer | None:
    """From March 2027 a commercial letter to a consumer needs prior consent."""
    return closed(Reason.CONSENT_REQUIRED, when=case.purpose is Purpose.COMMERCIAL)


TOMORROWS_LAW = Law(
    {**CHANNELS, Channel.POST: (*CHANNELS[Channel.POST][:-4], letters_need_consent, *CHANNELS[Channel.POST][-4:])}
)
TOLD = Facts(country="FR", street=True, informed=True, last_contact_on=date(2026, 6, 1))


def test_a_rule_that_begins_later_is_announced_by_until_and_decides_from_that_day() -> None:
    today = decide_channel(Channel.POST, TOLD, Offer(), date(2026, 11, 23), law=TOMORROWS_LAW)
    then = decide_channel(Channel.POST, TOLD, Offer(), BEGINS, law=TOMORROWS_LAW)

    assert (today.reason, today.until) == ("information_given", BEGINS)
    assert (then.reason, then.sources) == ("consent_required", (DECREE.id,))


def test_a_new_rule_changes_no_other_channel_and_not_the_law_in_force() -> None:
    old, new = (decide(TOLD, Offer(), BEGINS, law=law) for law in (Law(CHANNELS), TOMORROWS_LAW))

    assert [channel for channel in Channel if old[channel] != new[channel]] == [Channel.POST]


def test_a_new_rule_is_compiled_like_the_others() -> None:
    columns = {
        "country": np.array([1], np.int8),
        "street": np.array([1], np.int8),
        "informed": np.array([1], np.int8),
        "last_contact_on": np.array(["2026-06-01"], "datetime64[D]"),
    }

    many = decide_many(columns, Offer(), date(2026, 11, 23), law=TOMORROWS_LAW)

    assert REASONS[many["post_reason"][0]] == "information_given"
    assert many["post_until"][0].item() == BEGINS
