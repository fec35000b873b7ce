"""``until`` is exact: the first later day on which the verdict differs, with the facts of today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from contactable.rules import Channel, Facts, Offer, Purpose, Readings, Sector, decide, decide_channel
from contactable.rules.decision import asked_at
from contactable.rules.facts import known_at

LAST_DAY = date(2033, 1, 1)
OFFERS = [Offer(purpose=purpose, sector=sector) for purpose in Purpose for sector in (None, *Sector)]
READINGS = [Readings(), Readings("open", "yes", "close", "open")]
CALLED: dict[str, Any] = {
    "country": "FR",
    "mobile": True,
    "last_contact_on": date(2026, 3, 2),
    "consent_phone_act": "positive",
    "consent_phone_to": "us",
    "consent_phone_proof": True,
    "consent_phone_complete": True,
}


def reasons_on(facts: Facts, offer: Offer, on: date, readings: Readings) -> list[str]:
    return [verdict.reason for verdict in decide(facts, offer, on, readings).values()]


some_question = given(
    seed=some.integers(0, 2**32),
    on=some.dates(date(2018, 5, 25), date(2032, 12, 31)),
    offer=some.sampled_from(OFFERS),
    readings=some.sampled_from(READINGS),
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@some_question
def test_the_verdict_first_differs_on_its_until_and_never_before(
    somebody: Callable[[int], dict[str, Any]], seed: int, on: date, offer: Offer, readings: Readings
) -> None:
    ask_every_day(known_at(Facts(**somebody(seed)), asked_at(on)), on, offer, readings)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@some_question
def test_the_verdicts_of_many_contacts_first_differ_on_their_until(
    somebody: Callable[[int], dict[str, Any]], seed: int, on: date, offer: Offer, readings: Readings
) -> None:
    ask_every_day(known_at(Facts(**somebody(seed)), asked_at(on)), on, offer, readings)


def ask_every_day(facts: Facts, on: date, offer: Offer, readings: Readings) -> None:
    """Ask on each later day, with the facts that were known, until every verdict has changed as it said."""
    verdicts = decide(facts, offer, on, readings)
    ends = {channel: verdict.until or LAST_DAY for channel, verdict in verdicts.items()}
    day = on
    while (day := day + timedelta(days=1)) <= max(ends.values()):
        then = decide(facts, offer, day, readings)
        for channel, verdict in verdicts.items():
            if day < ends[channel]:
                assert then[channel].reason is verdict.reason
            elif day == verdict.until:
                assert then[channel].reason is not verdict.reason


@pytest.mark.parametrize(
    ("given_on", "until"),
    [
        (date(2026, 3, 2), date(2027, 3, 2)),
        (date(2028, 2, 29), date(2029, 2, 28)),
        (date(2026, 11, 23), date(2027, 11, 23)),
    ],
)
def test_a_consent_to_calls_ends_on_the_same_day_of_the_next_year(given_on: date, until: date) -> None:
    facts = Facts(**CALLED | {"consent_phone_on": given_on, "last_contact_on": given_on})

    assert decide_channel(Channel.PHONE, facts, Offer(), given_on).until == until


@pytest.mark.parametrize(("contact", "until"), [((2024, 2, 29), (2027, 2, 28)), ((2023, 11, 24), (2026, 11, 24))])
def test_retention_ends_three_years_after_the_last_contact(
    contact: tuple[int, int, int], until: tuple[int, int, int]
) -> None:
    facts = Facts(country="FR", street=True, informed=True, last_contact_on=date(*contact))

    assert decide_channel(Channel.POST, facts, Offer(), date(2026, 11, 23)).until == date(*until)


def test_retention_runs_from_the_end_of_the_relation_when_that_is_later() -> None:
    ended = date(2025, 6, 30)
    facts = Facts(country="FR", street=True, informed=True, last_contact_on=date(2021, 1, 1), relation_ended_on=ended)

    assert decide_channel(Channel.POST, facts, Offer(), date(2026, 11, 23)).until == date(2028, 6, 30)


@pytest.mark.parametrize("relation", ["customer", "contract"])
def test_retention_does_not_run_while_there_is_a_relation(relation: str) -> None:
    facts = Facts(country="FR", street=True, informed=True, **{relation: True})  # type: ignore[arg-type]

    verdict = decide_channel(Channel.POST, facts, Offer(), date(2026, 11, 23))

    assert (verdict.reason, verdict.until) == ("information_given", None)


@pytest.mark.parametrize("relation", ["customer", "contract"])
def test_an_end_of_the_relation_that_is_on_file_outweighs_a_flag_that_nobody_cleared(relation: str) -> None:
    ended: dict[str, Any] = {"last_contact_on": date(2025, 6, 30), "relation_ended_on": date(2025, 6, 30)}
    facts = Facts(country="FR", street=True, informed=True, **ended | {relation: True})

    assert decide_channel(Channel.POST, facts, Offer(), date(2026, 11, 23)).until == date(2028, 6, 30)


def test_without_a_last_contact_the_end_of_the_relation_alone_tells_no_retention() -> None:
    facts = Facts(country="FR", street=True, informed=True, relation_ended_on=date(2026, 6, 30))

    assert decide_channel(Channel.POST, facts, Offer(), date(2026, 11, 23)).reason == "last_contact_unknown"


@pytest.mark.parametrize(
    ("asked", "until"),
    [
        (date(2026, 9, 7), date(2026, 9, 13)),
        (date(2026, 11, 9), date(2026, 11, 17)),  # 11 November and a Sunday lie between
        (date(2026, 12, 24), date(2027, 1, 1)),
    ],
)
def test_a_call_back_stays_open_for_five_working_days(asked: date, until: date) -> None:
    facts = Facts(
        country="FR",
        mobile=True,
        last_contact_on=asked,
        callback_requested_on=asked,
        callback_proof=True,
        offer_as_asked=True,
    )

    assert decide_channel(Channel.PHONE, facts, Offer(), asked).until == until


@pytest.mark.parametrize(
    ("collected", "until"),
    [((2026, 1, 31), (2026, 2, 28)), ((2026, 12, 5), (2027, 1, 5)), ((2024, 1, 30), (2024, 2, 29))],
)
def test_the_first_message_may_inform_for_a_month(collected: tuple[int, int, int], until: tuple[int, int, int]) -> None:
    on = date(*collected)
    facts = Facts(
        audience="professional",  # type: ignore[arg-type]
        related_to_profession=True,
        country="FR",
        email="personal",  # type: ignore[arg-type]
        source="elsewhere",  # type: ignore[arg-type]
        collected_on=on,
        last_contact_on=on,
    )

    verdict = decide_channel(Channel.EMAIL, facts, Offer(), on, Readings(b2b_first_message="open"))

    assert (verdict.reason, verdict.until) == ("first_message_informs", date(*until))


def test_what_lies_after_the_day_asked_about_changes_no_until() -> None:
    facts = Facts(country="FR", street=True, informed=True, last_contact_on=date(2024, 5, 1))
    opposed_later = Facts(
        country="FR", street=True, informed=True, last_contact_on=date(2024, 5, 1), opposed_all_on=date(2026, 11, 24)
    )

    assert decide(opposed_later, Offer(), date(2026, 11, 23)) == decide(facts, Offer(), date(2026, 11, 23))
