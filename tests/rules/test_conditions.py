"""What the sender must still do on an open channel, by channel, day and reason; a closed one asks nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contactable.rules import Channel, Facts, Offer, Readings, decide, decide_channel

TODAY = date(2026, 11, 23)
TOLD: dict[str, Any] = {
    "country": "FR",
    "email": "personal",
    "mobile": True,
    "street": True,
    "informed": True,
    "bloctel": False,
    "last_contact_on": date(2026, 3, 2),
}
PROFESSIONAL = TOLD | {"audience": "professional", "related_to_profession": True}
AGREED = TOLD | {
    f"consent_{channel}_{what}": value
    for channel in ("email", "sms", "phone", "robocall")
    for what, value in {"on": date(2026, 3, 2), "act": "positive", "to": "us", "proof": True}.items()
}
CALLED_BACK = TOLD | {"callback_requested_on": TODAY, "callback_proof": True, "offer_as_asked": True}
FROM_ELSEWHERE = PROFESSIONAL | {"informed": None, "source": "elsewhere", "collected_on": date(2026, 11, 1)}


def conditions(channel: str, facts: dict[str, Any], on: date = TODAY, readings: Readings | None = None) -> str:
    verdict = decide_channel(Channel(channel), Facts(**facts), Offer(), on, readings or Readings())
    assert verdict.allowed
    return " ".join(verdict.conditions)


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("email", "say_who_writes free_way_out one_click"),
        ("sms", "sender_name stop charter_hours"),
        ("phone", "say_who_calls calling_hours shown_number record_refusal keep_proof"),
        ("robocall", "say_who_calls way_out_in_call automated_number calling_hours"),
        ("post", "way_out"),
    ],
)
def test_a_consumer_who_agreed_is_approached_under_the_conditions_of_the_channel(channel: str, expected: str) -> None:
    assert conditions(channel, AGREED | {"consent_phone_complete": True}) == expected


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("email", "say_who_writes free_way_out one_click"),
        ("phone", "say_who_calls shown_number record_refusal"),
        ("robocall", "say_who_calls way_out_in_call automated_number"),
    ],
)
def test_hours_of_calls_protect_consumers_and_not_professionals(channel: str, expected: str) -> None:
    assert conditions(channel, PROFESSIONAL) == expected


def test_the_proof_of_a_requested_call_back_is_kept_like_that_of_a_consent() -> None:
    assert "keep_proof" in conditions("phone", CALLED_BACK)
    assert "keep_proof" not in conditions("phone", TOLD, date(2026, 8, 10))


@pytest.mark.parametrize("channel", list(Channel))
def test_a_first_message_that_informs_says_so_among_its_conditions(channel: str) -> None:
    assert conditions(channel, FROM_ELSEWHERE, readings=Readings(b2b_first_message="open")).endswith(
        "first_message_information"
    )


@pytest.mark.parametrize(
    ("channel", "condition", "begins"),
    [
        ("phone", "calling_hours", date(2023, 3, 1)),
        ("robocall", "calling_hours", date(2023, 3, 1)),
        ("robocall", "automated_number", date(2023, 1, 1)),
        ("sms", "charter_hours", date(2024, 9, 1)),
    ],
)
def test_a_condition_begins_with_its_source(channel: str, condition: str, begins: date) -> None:
    facts = AGREED | {"last_contact_on": date(2022, 6, 1)}
    facts |= {f"consent_{each}_on": date(2022, 6, 1) for each in ("email", "sms", "phone", "robocall")}
    before = date.fromordinal(begins.toordinal() - 1)

    assert condition not in conditions(channel, facts, before).split()
    assert condition in conditions(channel, facts, begins).split()


@pytest.mark.parametrize("on", [date(2026, 2, 28), date(2026, 3, 1)])
def test_the_charter_of_text_messages_goes_over_into_its_next_version(on: date) -> None:
    facts = AGREED | {"consent_sms_on": date(2026, 1, 5), "last_contact_on": date(2026, 1, 5)}

    assert conditions("sms", facts, on) == "sender_name stop charter_hours"


def test_a_closed_channel_carries_no_condition() -> None:
    verdicts = decide(Facts(**TOLD), Offer(), TODAY)

    assert {channel for channel, verdict in verdicts.items() if verdict.conditions} == {Channel.POST}
