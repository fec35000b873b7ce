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


TOLD = {"informed": True}
BOUGHT = CONSUMER | TOLD | {"sale": "sale", "collected_at_sale": True, "similar_offer": True}
AGREED = CONSUMER | EMAIL_CONSENT
CALLED_BACK = CONSUMER | {"callback_requested_on": TODAY, "callback_proof": True, "offer_as_asked": True}
BOUGHT_FILE = PROFESSIONAL | {"informed": False, "source": "elsewhere", "collected_on": TODAY}
LONG_AGO = date(2020, 1, 1)


@pytest.mark.parametrize(
    ("facts", "channel", "column", "known"),
    [
        (PROFESSIONAL | TOLD, "email", "audience", "consumer"),
        (AGREED, "email", "country", "BE"),
        (CONSUMER | TOLD | {"robinson": True}, "post", "customer", False),
        (CONSUMER | TOLD | {"customer": False}, "post", "robinson", True),
        (BOUGHT, "email", "sale", "quote"),
        (BOUGHT, "email", "collected_at_sale", False),
        (BOUGHT, "email", "similar_offer", False),
        (BOUGHT_FILE, "email", "source", "person"),
        (BOUGHT_FILE, "email", "collected_on", LONG_AGO),
        (PROFESSIONAL | TOLD, "sms", "related_to_profession", False),
        (CONSUMER | {"offer_on_contract": True}, "phone", "contract", False),
        (CONSUMER | {"contract": True}, "phone", "offer_on_contract", False),
        (CALLED_BACK, "phone", "offer_as_asked", False),
    ],
)
def test_what_somebody_is_or_was_offered_may_be_learned_and_never_changed(
    facts: dict[str, Any], channel: str, column: str, known: Any
) -> None:
    unknown, settled = (advice(channel, facts | {column: value}) for value in (None, known))

    assert unknown == (column,)
    assert column not in settled


@pytest.mark.parametrize(
    ("facts", "channel", "column", "known"),
    [
        (CONSUMER | TOLD | {"robinson": False}, "post", "street", False),
        (CONSUMER | {"robinson": False}, "post", "informed", False),
        (AGREED, "email", "last_contact_on", LONG_AGO),
        (AGREED, "email", "consent_email_act", "bundled"),
        (AGREED, "email", "consent_email_to", "third_party"),
        (AGREED, "email", "consent_email_proof", False),
        (AGREED | {"minor_at_consent": True}, "email", "parental_authorisation", False),
        (CONSUMER | PHONE_CONSENT, "phone", "mobile", False),
        (CONSUMER | PHONE_CONSENT, "phone", "consent_phone_on", date(2025, 3, 2)),
        (CONSUMER | PHONE_CONSENT, "phone", "consent_phone_complete", False),
        (CALLED_BACK, "phone", "callback_requested_on", LONG_AGO),
        (CALLED_BACK, "phone", "callback_proof", False),
    ],
)
def test_what_can_be_done_again_is_advised_whatever_was_done_before(
    facts: dict[str, Any], channel: str, column: str, known: Any
) -> None:
    assert [advice(channel, facts | {column: value}) for value in (None, known)] == [(column,), (column,)]


def test_a_consent_that_was_withdrawn_before_the_channel_was_released_may_be_given_again() -> None:
    released = {"opposed_email_on": date(2026, 5, 1), "reopened_email_on": date(2026, 6, 1)}

    assert advice("email", AGREED | released) == ("consent_email_on",)


def test_a_period_that_was_stated_and_is_over_may_be_stated_anew() -> None:
    facts = CONSUMER | PHONE_CONSENT | {"consent_phone_until": date(2026, 6, 1)}

    assert advice("phone", facts) == ("consent_phone_until",)


def test_until_august_2026_checking_bloctel_may_be_all_that_is_missing() -> None:
    before, called = date(2026, 8, 10), CONSUMER | TOLD | {"last_contact_on": LONG_AGO.replace(year=2026)}

    assert advice("phone", called, before) == ("bloctel",)
    assert "bloctel" not in advice("phone", called | {"bloctel": True}, before)


def test_a_first_message_may_still_go_out_where_the_month_is_over() -> None:
    facts = BOUGHT_FILE | {"collected_on": LONG_AGO}

    assert advice("email", facts) == ("first_message_on",)
    assert advice("email", facts | {"source": "person"}) == ("informed",)


def advice(channel: str, facts: dict[str, Any], on: date = TODAY) -> tuple[str, ...]:
    widest = Readings(robinson="close", b2b_first_message="open")
    return decide_channel(Channel(channel), Facts(**facts), Offer(), on, widest).advice


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
