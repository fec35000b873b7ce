"""Objections and what lifts them: only a later act of the person on the same channel."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from contactable.rules import UNKNOWN_TIME, Channel, Facts, Offer, decide, decide_channel

TODAY = date(2026, 11, 23)
DAY = date(2026, 11, 1)
AT_NINE = datetime(2026, 11, 1, 8, tzinfo=UTC)
AT_TEN = datetime(2026, 11, 1, 9, tzinfo=UTC)
REACHABLE: dict[str, Any] = {
    "country": "FR",
    "email": "personal",
    "mobile": True,
    "street": True,
    "last_contact_on": DAY,
    "informed": True,
}
AGREED: dict[str, Any] = {
    "consent_email_on": date(2026, 3, 2),
    "consent_email_act": "positive",
    "consent_email_to": "us",
    "consent_email_proof": True,
}


def reason(channel: str, on: date = TODAY, **facts: Any) -> str:
    return decide_channel(Channel(channel), Facts(**REACHABLE | facts), Offer(), on).reason


@pytest.mark.parametrize(
    ("opposed", "consented", "expected"),
    [
        (DAY, date(2026, 11, 2), "consent"),
        (DAY, DAY, "opposition"),
        (AT_NINE, AT_TEN, "consent"),
        (AT_NINE, AT_NINE, "opposition"),
        (AT_TEN, AT_NINE, "opposition"),
        (DAY, AT_TEN, "opposition"),
        (AT_NINE, DAY, "opposition"),
        (UNKNOWN_TIME, TODAY, "opposition"),
    ],
)
def test_an_opposition_yields_only_to_a_consent_given_later(opposed: Any, consented: Any, expected: str) -> None:
    given = AGREED | {"consent_email_on": consented}

    assert reason("email", opposed_email_on=opposed, **given) == expected


@pytest.mark.parametrize("objection", ["opposed_email_on", "opposed_all_on", "consent_email_withdrawn_on"])
def test_every_kind_of_objection_closes_its_channel(objection: str) -> None:
    assert reason("email", **AGREED, **{objection: DAY}) == "opposition"


def test_an_opposition_to_all_is_lifted_for_one_channel_alone() -> None:
    verdicts = decide(Facts(**REACHABLE, opposed_all_on=DAY, reopened_post_on=TODAY), Offer(), TODAY)

    assert [channel for channel, verdict in verdicts.items() if verdict.reason != "opposition"] == [Channel.POST]


def test_a_release_opens_nothing_and_leaves_an_older_consent_withdrawn() -> None:
    assert reason("email", **AGREED, opposed_email_on=DAY, reopened_email_on=TODAY) == "consent_required"


def test_a_release_lets_grounds_without_consent_apply_again() -> None:
    assert reason("post", opposed_post_on=DAY, reopened_post_on=TODAY) == "information_given"


def test_an_objection_after_a_release_stands() -> None:
    assert reason("post", opposed_post_on=TODAY, reopened_post_on=DAY) == "opposition"


@pytest.mark.parametrize("fault", [{"consent_email_act": "preticked"}, {"consent_email_proof": None}])
def test_a_consent_that_is_not_valid_lifts_no_opposition(fault: dict[str, Any]) -> None:
    later = AGREED | {"consent_email_on": TODAY} | fault

    assert reason("email", opposed_email_on=DAY, **later) == "opposition"


def test_the_opposition_stands_again_when_the_consent_that_lifted_it_ends() -> None:
    given: dict[str, Any] = {
        "consent_phone_on": date(2026, 11, 2),
        "consent_phone_act": "positive",
        "consent_phone_to": "us",
        "consent_phone_proof": True,
        "consent_phone_complete": True,
    }
    facts = Facts(**REACHABLE, **given, opposed_phone_on=DAY)

    verdict = decide_channel(Channel.PHONE, facts, Offer(), TODAY)

    assert (verdict.reason, verdict.until) == ("consent", date(2027, 11, 2))
    assert decide_channel(Channel.PHONE, facts, Offer(), date(2027, 11, 2)).reason == "opposition"


def test_a_call_back_request_lifts_no_opposition() -> None:
    asked: dict[str, Any] = {"callback_requested_on": TODAY, "callback_proof": True, "offer_as_asked": True}

    assert reason("phone", **asked, opposed_phone_on=DAY) == "opposition"


def test_an_objection_after_the_moment_asked_about_is_not_known_at_it() -> None:
    assert reason("email", on=AT_NINE, **AGREED, opposed_email_on=AT_TEN) == "consent"
    assert reason("email", on=AT_TEN, **AGREED, opposed_email_on=AT_TEN) == "opposition"
    assert reason("email", on=DAY, **AGREED, opposed_email_on=AT_TEN) == "opposition"


def test_an_objection_of_that_day_without_a_time_is_known_at_every_moment_of_it() -> None:
    assert reason("email", on=AT_NINE, **AGREED, opposed_email_on=DAY) == "opposition"


def test_days_are_days_in_paris() -> None:
    late_in_utc = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)  # the second of November in Paris

    assert reason("email", on=DAY, **AGREED, opposed_email_on=late_in_utc) == "consent"
    assert reason("email", on=date(2026, 11, 2), **AGREED, opposed_email_on=late_in_utc) == "opposition"


def test_an_objector_stays_one_wherever_he_lives() -> None:
    assert reason("post", country="BE", opposed_post_on=DAY) == "opposition"
