"""What was judged of one contact serves those that are alike, and only those."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from contactable.rules import Channel, Facts, Offer, Purpose, Readings, Sector, decide, decision
from contactable.rules.judgement import Judgement, judge
from contactable.rules.situation import Situation

TODAY = date(2026, 11, 23)
LONG_AGO = date(2024, 3, 1)
OFFERS = [Offer(), Offer(purpose=Purpose.NON_COMMERCIAL), Offer(sector=Sector.HOME_ADAPTATION)]
WIDE = Readings("open", "yes", "close", "open")


@pytest.mark.parametrize(
    ("day", "readings"),
    [(TODAY, WIDE), *(pytest.param(*each, marks=pytest.mark.slow) for each in [(TODAY, Readings()), (LONG_AGO, WIDE)])],
)
@pytest.mark.parametrize("offer", OFFERS)
def test_verdicts_that_are_remembered_are_those_judged_afresh(
    contacts: Callable[..., list[dict[str, Any]]], offer: Offer, readings: Readings, day: date
) -> None:
    people = [Facts(**each) for each in contacts(60, 11, timed=True)]
    remembered = [decide(each, offer, day, readings) for each in people]

    for each, verdicts in zip(people, remembered, strict=True):
        decision.forget()
        assert decide(each, offer, day, readings) == verdicts


def test_a_contact_that_differs_where_no_rule_asks_is_not_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    decision.forget()
    judged: list[Channel] = []

    def watched(channel: Channel, situation: Situation) -> Judgement:
        judged.append(channel)
        return judge(channel, situation)

    monkeypatch.setattr(decision, "judge", watched)
    for bloctel in (True, False):
        decide(Facts(country="FR", street=True, bloctel=bloctel), Offer(), date(2026, 3, 1))

    assert judged == [*Channel, Channel.PHONE]


@pytest.mark.parametrize("day", [date(2024, 3, 1), TODAY])
def test_a_last_contact_told_apart_gives_the_verdicts_of_one_among_the_facts(
    contacts: Callable[..., list[dict[str, Any]]], day: date
) -> None:
    for values in contacts(100, 12, timed=True):
        facts, apart = Facts(**values | {"last_contact_on": None}), values.get("last_contact_on")

        assert decide(facts, Offer(), day, last_contact_on=apart) == decide(Facts(**values), Offer(), day)
        assert apart is None or facts.normal.contacted_on(apart) == Facts(**values).normal


def test_a_collection_long_ago_is_not_taken_for_one_that_nobody_knows() -> None:
    who: dict[str, Any] = {"audience": "professional", "related_to_profession": True, "source": "elsewhere"}
    who |= {"country": "FR", "email": "personal", "last_contact_on": TODAY}
    people = [Facts(**who, collected_on=day) for day in (None, date(2024, 1, 1))]

    advice = [decide(each, Offer(), TODAY, WIDE)[Channel.EMAIL].advice for each in people]

    assert advice == [("collected_on",), ("first_message_on",)]


@pytest.mark.parametrize("day", [date(2026, 8, 10), TODAY], ids=["on the eve of a change", "before no known change"])
def test_a_day_that_is_past_is_not_taken_for_one_to_come(day: date) -> None:
    people = [
        Facts(country="FR", street=True, informed=True, last_contact_on=date(year, 8, 1)) for year in (2020, 2026)
    ]

    decision.forget()
    reasons = [str(decide(each, Offer(), day)[Channel.POST].reason) for each in people]

    assert reasons == ["retention_ended", "information_given"]
