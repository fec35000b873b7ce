"""Advice names the fewest columns that would open a closed channel; readings are named where they touched it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import combinations
from typing import Any

import pytest

from contactable.rules import COLUMNS, Channel, Facts, Offer, Readings, Reason, Sector, decide, decide_channel
from contactable.rules.advice import REMEDIES

TODAY = date(2026, 11, 23)
REACHABLE: dict[str, Any] = {
    "country": "FR",
    "email": "personal",
    "mobile": True,
    "street": True,
    "last_contact_on": TODAY,
}
CONSUMER = REACHABLE | {"audience": "consumer", "sale": "quote"}
PROFESSIONAL = REACHABLE | {"audience": "professional", "related_to_profession": True}
EMAIL_CONSENT = {
    "consent_email_on": date(2026, 3, 2),
    "consent_email_act": "positive",
    "consent_email_to": "us",
    "consent_email_proof": True,
}
PHONE_CONSENT = {
    "consent_phone_on": date(2026, 3, 2),
    "consent_phone_act": "positive",
    "consent_phone_to": "us",
    "consent_phone_proof": True,
    "consent_phone_complete": True,
}
BEST: dict[str, Any] = {
    "audience": "professional",
    "country": "FR",
    "email": "generic",
    "sale": "sale",
    "source": "elsewhere",
    "bloctel": False,
    "robinson": False,
    "last_contact_on": TODAY,
    "callback_requested_on": TODAY,
    "collected_on": TODAY,
    "first_message_on": TODAY,
    "consent_phone_until": None,
    **{f"consent_{channel}_on": TODAY for channel in ("email", "sms", "phone", "robocall")},
    **{f"consent_{channel}_act": "positive" for channel in ("email", "sms", "phone", "robocall")},
    **{f"consent_{channel}_to": "us" for channel in ("email", "sms", "phone", "robocall")},
}


@pytest.mark.parametrize(
    ("facts", "channel", "advice"),
    [
        (CONSUMER, "email", "consent_email_on consent_email_act consent_email_to consent_email_proof"),
        (CONSUMER | EMAIL_CONSENT | {"consent_email_proof": False}, "email", "consent_email_proof"),
        (CONSUMER | EMAIL_CONSENT | {"consent_email_act": "preticked"}, "email", "consent_email_act"),
        (CONSUMER | EMAIL_CONSENT | {"minor_at_consent": True}, "email", "parental_authorisation"),
        (CONSUMER | EMAIL_CONSENT | {"email": None}, "email", "email"),
        (CONSUMER | EMAIL_CONSENT | {"country": None}, "email", "country"),
        (CONSUMER | EMAIL_CONSENT | {"last_contact_on": date(2023, 1, 1)}, "email", "last_contact_on"),
        (CONSUMER | PHONE_CONSENT | {"consent_phone_on": date(2025, 3, 2)}, "phone", "consent_phone_on"),
        (CONSUMER | PHONE_CONSENT | {"consent_phone_complete": None}, "phone", "consent_phone_complete"),
        (CONSUMER, "phone", "contract offer_on_contract"),
        (CONSUMER, "post", "informed"),
        (PROFESSIONAL, "email", "informed"),
        (CONSUMER | {"country": "BE"}, "post", ""),
        (CONSUMER | EMAIL_CONSENT | {"opposed_email_on": TODAY}, "email", ""),
    ],
)
def test_the_fewest_columns_that_would_open_are_named(facts: dict[str, Any], channel: str, advice: str) -> None:
    verdict = decide_channel(Channel(channel), Facts(**facts), Offer(), TODAY)

    assert " ".join(verdict.advice) == advice


def test_a_ban_of_the_sector_is_opened_by_no_consent() -> None:
    facts = Facts(**CONSUMER | PHONE_CONSENT | {"contract": False, "offer_as_asked": False})

    assert decide_channel(Channel.PHONE, facts, Offer(sector=Sector.HOME_ADAPTATION), TODAY).advice == ()


@pytest.mark.parametrize("seed", range(8))
def test_what_is_advised_opens_and_nothing_else_opens_where_nothing_is(
    somebody: Callable[[int], dict[str, Any]], seed: int
) -> None:
    values = somebody(seed) | {"opposed_all_on": None}

    for channel, verdict in decide(Facts(**values), Offer(), TODAY).items():
        better = values | {column: BEST.get(column, True) for column in verdict.advice}
        opens = decide_channel(channel, Facts(**better), Offer(), TODAY).allowed
        assert opens is (verdict.allowed or bool(verdict.advice))
        assert list(verdict.advice) == sorted(verdict.advice, key=COLUMNS.index)


@pytest.mark.parametrize("seed", [3, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(4, 40))])
def test_no_fewer_columns_and_none_that_come_first_would_open(
    somebody: Callable[[int], dict[str, Any]], seed: int
) -> None:
    values = somebody(seed) | dict.fromkeys(("opposed_all_on", "audience", "informed", "consent_phone_until"))

    for channel, verdict in decide(Facts(**values), Offer(), TODAY).items():
        if verdict.allowed or verdict.reason is Reason.OPPOSITION:
            continue
        for columns in sets_before(verdict.advice, channel, values):
            better = values | {column: BEST.get(column, True) for column in columns}
            assert not decide_channel(channel, Facts(**better), Offer(), TODAY).allowed


def sets_before(advice: tuple[str, ...], channel: Channel, values: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Every set of at most two columns that may be changed and ranks before the advice."""
    named = {remedy.named(channel): remedy for remedy in REMEDIES.values()}
    free = [name for name in COLUMNS if name in named and (named[name].again or values.get(name) is None)]
    for size in range(1, 1 + min(2, len(advice) or 2)):
        for columns in combinations(free, size):
            if size == len(advice) and columns == advice:
                return
            yield columns


@pytest.mark.parametrize(
    ("facts", "channel", "named"),
    [
        (CONSUMER | {"informed": True}, "post", ("robinson",)),
        (CONSUMER | {"informed": True, "customer": True}, "post", ()),
        (PROFESSIONAL | {"source": "elsewhere", "collected_on": TODAY}, "email", ("b2b_first_message",)),
        (PROFESSIONAL | {"source": "person", "collected_on": TODAY}, "email", ()),
        (
            CONSUMER | {"informed": True, "sale": "sale", "collected_at_sale": True, "similar_offer": True},
            "robocall",
            ("robocall_existing_customer",),
        ),
        (
            CONSUMER | {"informed": True, "sale": "account", "collected_at_sale": True, "similar_offer": True},
            "sms",
            ("free_account_is_sale",),
        ),
    ],
)
def test_a_reading_is_named_where_its_other_setting_would_answer_otherwise(
    facts: dict[str, Any], channel: str, named: tuple[str, ...]
) -> None:
    assert decide_channel(Channel(channel), Facts(**facts), Offer(), TODAY).readings == named


def test_the_setting_in_force_is_named_too_when_it_opened() -> None:
    facts = Facts(**PROFESSIONAL | {"source": "elsewhere", "collected_on": TODAY})

    verdict = decide_channel(Channel.EMAIL, facts, Offer(), TODAY, Readings(b2b_first_message="open"))

    assert (verdict.reason, verdict.readings) == ("first_message_informs", ("b2b_first_message",))
