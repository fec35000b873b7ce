"""The cases that the law page works through, one line each: contact, day, offer, reading, channel, verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest

from contactable.rules import Channel, Facts, Offer, Readings, decide_channel

TODAY = date(2026, 11, 23)
LAST_DAY_OF_BLOCTEL = date(2026, 8, 10)
FIRST_DAY_OF_CONSENT = date(2026, 8, 11)
THEN = date(2025, 3, 2)
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)

REACHABLE: dict[str, Any] = {
    "country": "FR",
    "email": "personal",
    "mobile": True,
    "street": True,
    "last_contact_on": date(2026, 3, 2),
}
CONSUMER = REACHABLE | {"audience": "consumer"}
PROFESSIONAL = REACHABLE | {"audience": "professional"}
BUYER = CONSUMER | {"sale": "sale", "collected_at_sale": True, "similar_offer": True, "informed": True}
DONOR = CONSUMER | {"informed": True}
MAILBOX = PROFESSIONAL | {"email": "generic"}


def consent(channel: str, on: object = date(2026, 3, 2), **changes: object) -> dict[str, Any]:
    given = {"on": on, "act": "positive", "to": "us", "proof": True} | changes
    return {f"consent_{channel}_{what}": value for what, value in given.items()}


CALLED = CONSUMER | consent("phone", complete=True)
AGREED_TO_ALL = CALLED | consent("email") | consent("sms")
BELGIAN = AGREED_TO_ALL | {"country": "BE"}
ENERGY = Offer(sector="energy_renovation")  # type: ignore[arg-type]
TRAINING = Offer(sector="training_account")  # type: ignore[arg-type]
PRESS = Offer(purpose="press")  # type: ignore[arg-type]
CHARITY = Offer(purpose="non_commercial")  # type: ignore[arg-type]


@dataclass(frozen=True)
class Example:
    number: str
    facts: dict[str, Any]
    channels: str
    reason: str
    on: date = TODAY
    offer: Offer = field(default_factory=Offer)
    readings: Readings = field(default_factory=Readings)
    until: date | None = None


EXAMPLES = [
    Example("1", CONSUMER | consent("email"), "email", "consent"),
    Example("2", CONSUMER | consent("email", act="preticked"), "email", "consent_invalid_preticked"),
    Example("3", CONSUMER, "email", "consent_required"),
    Example("4", BUYER, "email sms", "existing_customer"),
    Example("4 robocall", BUYER, "robocall", "consent_required"),
    Example("4 reading", BUYER, "robocall", "existing_customer", readings=Readings(robocall_existing_customer="open")),
    Example("5", BUYER | {"similar_offer": False}, "email", "consent_required"),
    Example("6", BUYER | {"sale": "account"}, "email", "consent_required"),
    Example("6 basket", BUYER | {"sale": "basket"}, "email", "consent_required"),
    Example("7", BUYER | {"opposed_email_on": date(2026, 11, 1)}, "email", "opposition"),
    Example("7 post", BUYER | {"opposed_email_on": date(2026, 11, 1)}, "post", "information_given"),
    Example(
        "8",
        PROFESSIONAL | {"informed": True, "related_to_profession": True},
        "email sms phone",
        "legitimate_interest_professional",
    ),
    Example("9", PROFESSIONAL | {"informed": True, "related_to_profession": False}, "email phone", "consent_required"),
    Example("10", MAILBOX, "email", "organisation_address"),
    Example("11", MAILBOX | {"opposed_email_on": date(2026, 5, 4)}, "email", "opposition"),
    Example(
        "12",
        CONSUMER | {"informed": True, "bloctel": False},
        "phone",
        "information_given",
        on=LAST_DAY_OF_BLOCTEL,
        until=FIRST_DAY_OF_CONSENT,
    ),
    Example(
        "13", CONSUMER | {"informed": True, "bloctel": False}, "phone", "consent_required", on=FIRST_DAY_OF_CONSENT
    ),
    *(
        Example(
            f"14 {on}",
            CONSUMER | {"bloctel": True, "contract": True, "offer_on_contract": True},
            "phone",
            "contract_in_progress",
            on=on,
            offer=ENERGY,
        )
        for on in (LAST_DAY_OF_BLOCTEL, FIRST_DAY_OF_CONSENT)
    ),
    Example("15", CALLED | {"consent_phone_proof": False}, "phone", "consent_unproved"),
    Example("16", CALLED, "phone", "consent", until=date(2027, 3, 2)),
    Example(
        "17 before",
        CALLED | {"consent_phone_on": date(2025, 10, 1)},
        "phone",
        "consent",
        on=date(2026, 9, 30),
        until=date(2026, 10, 1),
    ),
    Example(
        "17 after", CALLED | {"consent_phone_on": date(2025, 10, 1)}, "phone", "consent_expired", on=date(2026, 10, 1)
    ),
    Example("18", CALLED | {"consent_phone_until": date(2026, 9, 1)}, "phone", "consent_expired"),
    Example("19 before", CALLED | {"consent_phone_complete": False}, "phone", "consent", on=LAST_DAY_OF_BLOCTEL),
    Example(
        "19 after",
        CALLED | {"consent_phone_complete": False},
        "phone",
        "consent_incomplete",
        on=FIRST_DAY_OF_CONSENT,
    ),
    Example("20", CONSUMER | {"informed": True}, "phone", "press", offer=PRESS),
    Example(
        "21 before",
        CONSUMER | consent("email", THEN) | consent("sms", THEN) | {"last_contact_on": THEN},
        "email sms",
        "consent",
        on=date(2025, 7, 1),
        offer=ENERGY,
        until=date(2025, 7, 2),
    ),
    Example("21 after", AGREED_TO_ALL, "email sms phone", "sector_ban", on=date(2025, 7, 2), offer=ENERGY),
    Example("21 phone", AGREED_TO_ALL, "phone", "sector_ban", on=date(2025, 7, 1), offer=ENERGY),
    Example(
        "22",
        CONSUMER | {"callback_requested_on": date(2026, 9, 7), "callback_proof": True, "offer_as_asked": True},
        "phone",
        "requested_callback",
        on=date(2026, 9, 12),
        offer=ENERGY,
        until=date(2026, 9, 13),
    ),
    Example(
        "22 email",
        CONSUMER | {"callback_requested_on": date(2026, 9, 7), "callback_proof": True, "offer_as_asked": True},
        "email",
        "sector_ban",
        on=date(2026, 9, 12),
        offer=ENERGY,
    ),
    Example("23", DONOR, "email sms robocall phone", "non_commercial", offer=CHARITY),
    Example("23 post", DONOR, "post", "information_given", offer=CHARITY),
    Example(
        "24 before",
        CONSUMER | consent("email") | {"last_contact_on": date(2023, 11, 23)},
        "email",
        "consent",
        on=date(2026, 11, 22),
        until=TODAY,
    ),
    Example(
        "24, 25 after",
        CONSUMER | consent("email") | {"last_contact_on": date(2023, 11, 23)},
        "email",
        "retention_ended",
    ),
    Example("26", CONSUMER | consent("sms") | {"opposed_sms_on": date(2026, 11, 20)}, "sms", "opposition"),
    Example("27", AGREED_TO_ALL | {"opposed_sms_on": NOON}, "sms", "opposition"),
    Example("27 email", AGREED_TO_ALL | {"opposed_sms_on": NOON}, "email", "consent"),
    Example("28", CONSUMER | consent("sms", on=date(2026, 11, 2)) | {"opposed_sms_on": NOON}, "sms", "consent"),
    Example("29", CONSUMER | consent("sms", on=NOON) | {"opposed_sms_on": NOON}, "sms", "opposition"),
    Example("30", REACHABLE, "email", "consent_required"),
    Example("31", BELGIAN, "email sms phone robocall post", "outside_scope"),
    Example("32", CALLED | {"country": "RE"}, "phone", "consent"),
    Example("33", CONSUMER | consent("email") | {"minor_at_consent": True}, "email", "consent_invalid_minor"),
    Example("34", CONSUMER | consent("email", to="third_party"), "email", "consent_invalid_third_party"),
    *(
        Example(f"35 {audience}", AGREED_TO_ALL | {"audience": audience}, "sms", "sector_ban", offer=TRAINING)
        for audience in ("consumer", "professional")
    ),
    Example(
        "36",
        AGREED_TO_ALL | {"opposed_phone_on": TODAY, "opposed_robocall_on": TODAY},
        "phone robocall",
        "opposition",
    ),
    Example("36 email", AGREED_TO_ALL | {"opposed_phone_on": TODAY}, "email", "consent"),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.number)
def test_each_example_of_the_law_gets_its_verdict(example: Example) -> None:
    verdicts = [
        decide_channel(Channel(channel), Facts(**example.facts), example.offer, example.on, example.readings)
        for channel in example.channels.split()
    ]

    assert {verdict.reason for verdict in verdicts} == {example.reason}
    assert all(verdict.allowed is verdict.reason.opens for verdict in verdicts)
    if example.until is not None:
        assert {verdict.until for verdict in verdicts} == {example.until}


def test_a_free_account_names_the_reading_that_would_open() -> None:
    facts = Facts(**BUYER | {"sale": "account"})

    verdict = decide_channel(Channel.EMAIL, facts, Offer(), TODAY)

    assert verdict.readings == ("free_account_is_sale",)


def test_thirty_six_examples_are_all_there() -> None:
    words = [word for example in EXAMPLES for word in example.number.replace(",", "").split()]
    numbers = {int(word) for word in words if word.isdigit()}

    assert numbers == set(range(1, 37))
