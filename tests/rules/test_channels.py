"""What each rule says where the examples of the law do not reach: one line a case."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contactable.rules import Channel, Facts, Offer, Purpose, Readings, Sector, decide_channel
from contactable.rules.case import Case
from contactable.rules.rule import Answer, opened, rule
from contactable.rules.sources import GDPR_21
from contactable.rules.terms import Reason

TODAY = date(2026, 11, 23)
BEFORE = date(2026, 8, 10)
REACHABLE: dict[str, Any] = {
    "country": "FR",
    "email": "personal",
    "mobile": True,
    "street": True,
    "last_contact_on": date(2026, 3, 2),
}
PROFESSIONAL = REACHABLE | {"audience": "professional", "related_to_profession": True}
MAILBOX = REACHABLE | {"audience": "professional", "email": "generic"}
BOUGHT = REACHABLE | {"sale": "sale", "collected_at_sale": True, "similar_offer": True}
CONTRACT: dict[str, Any] = {"contract": True, "offer_on_contract": True}
ASKED: dict[str, Any] = {"callback_requested_on": TODAY, "callback_proof": True, "offer_as_asked": True}
BOUGHT_FILE: dict[str, Any] = {"source": "elsewhere", "collected_on": date(2026, 11, 1)}
AGREED: dict[str, Any] = {
    "consent_phone_on": date(2026, 3, 2),
    "consent_phone_act": "positive",
    "consent_phone_to": "us",
    "consent_phone_proof": True,
    "consent_phone_complete": True,
}
FIRST_MESSAGE = Readings(b2b_first_message="open")


def reason(channel: str, facts: dict[str, Any], on: date = TODAY, **question: Any) -> str:
    offer, readings = question.get("offer", Offer()), question.get("readings", Readings())
    return decide_channel(Channel(channel), Facts(**facts), offer, on, readings).reason


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"informed": True}, "legitimate_interest_professional"),
        (AGREED, "consent"),
        (AGREED | {"consent_phone_on": date(2020, 1, 1), "consent_phone_complete": None}, "consent"),
        (AGREED | {"consent_phone_until": date(2026, 11, 22)}, "information_required"),
        (CONTRACT, "contract_in_progress"),
        (ASKED, "requested_callback"),
        (ASKED | {"callback_proof": None}, "information_required"),
        ({"bloctel": True}, "information_required"),
        ({"related_to_profession": None, "informed": True}, "consent_required"),
    ],
)
def test_calls_to_a_professional_open_on_each_ground(changes: dict[str, Any], expected: str) -> None:
    assert reason("phone", PROFESSIONAL | changes) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "bloctel_unchecked"),
        ({"bloctel": True}, "bloctel"),
        ({"bloctel": True} | AGREED, "consent"),
        ({"bloctel": False}, "information_required"),
        ({"bloctel": False, "informed": True}, "information_given"),
        (AGREED | {"consent_phone_complete": None}, "consent"),
        ({"bloctel": True} | ASKED | {"callback_requested_on": BEFORE}, "bloctel"),
    ],
)
def test_calls_to_a_consumer_before_august_2026(changes: dict[str, Any], expected: str) -> None:
    assert reason("phone", REACHABLE | changes, BEFORE) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"informed": True, "bloctel": False}, "consent_required"),
        (AGREED | {"consent_phone_until": date(2026, 11, 23)}, "consent"),
        (AGREED | {"consent_phone_until": date(2026, 11, 22)}, "consent_expired"),
        (AGREED | {"consent_phone_on": date(2025, 11, 23)}, "consent_expired"),
        (AGREED | {"consent_phone_on": date(2025, 11, 24)}, "consent"),
        (AGREED | {"consent_phone_on": date(2025, 1, 1), "consent_phone_complete": None}, "consent_incomplete"),
        (ASKED, "requested_callback"),
        (ASKED | {"callback_requested_on": date(2026, 11, 16)}, "consent_required"),
        (ASKED | {"callback_requested_on": date(2026, 11, 17)}, "requested_callback"),
        (ASKED | {"offer_as_asked": None}, "consent_required"),
        (CONTRACT | {"offer_on_contract": None}, "consent_required"),
    ],
)
def test_calls_to_a_consumer_since_august_2026(changes: dict[str, Any], expected: str) -> None:
    assert reason("phone", REACHABLE | changes) == expected


@pytest.mark.parametrize("purpose", [Purpose.PRESS, Purpose.NON_COMMERCIAL])
@pytest.mark.parametrize("on", [BEFORE, TODAY])
def test_the_press_and_charities_only_lack_telling(purpose: Purpose, on: date) -> None:
    known = REACHABLE | {"bloctel": False}

    assert reason("phone", known, on, offer=Offer(purpose=purpose)) == "information_required"
    assert reason("phone", known | {"informed": True}, on, offer=Offer(purpose=purpose)) == purpose.value


@pytest.mark.parametrize(
    ("channel", "changes", "expected"),
    [
        ("phone", {"landline": True}, "consent_required"),
        ("robocall", {"landline": True}, "consent_required"),
        ("sms", {"landline": True}, "no_address"),
        ("sms", {"mobile": True}, "consent_required"),
        ("email", {"mobile": True}, "no_address"),
        ("post", {"mobile": True}, "no_address"),
    ],
)
def test_each_channel_needs_an_address_of_its_own(channel: str, changes: dict[str, Any], expected: str) -> None:
    assert reason(channel, {"country": "FR", "last_contact_on": TODAY} | changes) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "organisation_address"),
        ({"related_to_profession": False}, "organisation_address"),
        ({"sole_trader": True}, "consent_required"),
        ({"audience": "consumer"}, "consent_required"),
        ({"audience": None}, "consent_required"),
        ({"last_contact_on": date(2023, 11, 23)}, "retention_ended"),
    ],
)
def test_a_generic_mailbox_is_an_organisations_unless_a_sole_trader_has_it(
    changes: dict[str, Any], expected: str
) -> None:
    assert reason("email", MAILBOX | changes) == expected


@pytest.mark.parametrize("missing", ["sale", "collected_at_sale", "similar_offer"])
def test_the_customer_exception_needs_every_part_of_it(missing: str) -> None:
    assert reason("email", BOUGHT | {"informed": True}) == "existing_customer"
    assert reason("email", BOUGHT) == "information_required"
    assert reason("email", BOUGHT | {"informed": True, missing: None}) == "consent_required"


@pytest.mark.parametrize(
    ("facts", "readings", "expected"),
    [
        (PROFESSIONAL | BOUGHT_FILE, FIRST_MESSAGE, "first_message_informs"),
        (PROFESSIONAL | BOUGHT_FILE, Readings(), "information_required"),
        (PROFESSIONAL | BOUGHT_FILE | {"collected_on": None}, FIRST_MESSAGE, "information_required"),
        (PROFESSIONAL | BOUGHT_FILE | {"collected_on": date(2026, 10, 23)}, FIRST_MESSAGE, "information_required"),
        (PROFESSIONAL | BOUGHT_FILE | {"source": "person"}, FIRST_MESSAGE, "information_required"),
        (
            PROFESSIONAL | BOUGHT_FILE | {"first_message_on": date(2026, 11, 2)},
            FIRST_MESSAGE,
            "legitimate_interest_professional",
        ),
        (PROFESSIONAL | BOUGHT_FILE | {"first_message_on": date(2026, 11, 2)}, Readings(), "information_required"),
        (REACHABLE | BOUGHT_FILE, FIRST_MESSAGE, "consent_required"),
    ],
)
@pytest.mark.parametrize("channel", ["email", "sms", "phone", "robocall"])
def test_the_first_message_may_tell_a_professional_if_the_company_reads_it_so(
    channel: str, facts: dict[str, Any], readings: Readings, expected: str
) -> None:
    assert reason(channel, facts, readings=readings) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"robinson": False}, "information_given"),
        ({"robinson": True}, "robinson_list"),
        ({}, "robinson_list"),
        ({"customer": True}, "information_given"),
        ({"informed": None}, "information_required"),
    ],
)
def test_letters_follow_the_robinson_list_if_the_company_does(changes: dict[str, Any], expected: str) -> None:
    assert reason("post", REACHABLE | {"informed": True} | changes, readings=Readings(robinson="close")) == expected


@pytest.mark.parametrize(
    ("sector", "channel", "last_free_day"),
    [
        (Sector.ENERGY_RENOVATION, "phone", date(2020, 7, 25)),
        (Sector.ENERGY_RENOVATION, "robocall", date(2020, 7, 25)),
        (Sector.ENERGY_RENOVATION, "email", date(2025, 7, 1)),
        (Sector.HOME_ADAPTATION, "sms", date(2025, 7, 1)),
        (Sector.HOME_ADAPTATION, "phone", date(2026, 8, 10)),
        (Sector.HOME_ADAPTATION, "robocall", date(2026, 8, 10)),
        (Sector.TRAINING_ACCOUNT, "email", date(2022, 12, 20)),
        (Sector.TRAINING_ACCOUNT, "phone", date(2022, 12, 20)),
    ],
)
def test_each_ban_begins_on_its_day_and_not_before(sector: Sector, channel: str, last_free_day: date) -> None:
    facts, offer = REACHABLE | {"last_contact_on": last_free_day}, Offer(sector=sector)
    first_day = date.fromordinal(last_free_day.toordinal() + 1)

    assert reason(channel, facts, last_free_day, offer=offer) != "sector_ban"
    assert reason(channel, facts, first_day, offer=offer) == "sector_ban"
    assert reason("post", facts, first_day, offer=offer) == "information_required"


@pytest.mark.parametrize("sector", list(Sector))
def test_a_contract_on_the_offer_leaves_the_channels_own_rules_to_decide(sector: Sector) -> None:
    assert reason("phone", REACHABLE | CONTRACT, offer=Offer(sector=sector)) == "contract_in_progress"
    assert reason("email", REACHABLE | CONTRACT, offer=Offer(sector=sector)) == "consent_required"


def test_only_training_accounts_are_banned_for_professionals() -> None:
    told = PROFESSIONAL | {"informed": True}

    banned = [sector for sector in Sector if reason("sms", told, offer=Offer(sector=sector)) == "sector_ban"]

    assert banned == [Sector.TRAINING_ACCOUNT]


@pytest.mark.parametrize("country", ["FR", "GP", "MQ", "GF", "RE", "YT", "MF", "BL", "PM"])
def test_the_departments_overseas_are_france(country: str) -> None:
    assert reason("post", REACHABLE | {"country": country, "informed": True}) == "information_given"


@pytest.mark.parametrize("country", ["MC", "NC", "PF", "WF", "CH"])
def test_other_places_are_outside_the_scope(country: str) -> None:
    assert reason("post", REACHABLE | {"country": country, "informed": True}) == "outside_scope"


def test_a_rule_without_a_source_or_a_sentence_is_none() -> None:
    def silent(case: Case) -> Answer | None:
        return opened(Reason.CONSENT, when=False)

    def said(case: Case) -> Answer | None:
        """Say nothing."""
        return opened(Reason.CONSENT, when=False)

    with pytest.raises(ValueError, match="silent needs a legal source and a docstring"):
        rule(GDPR_21)(silent)
    with pytest.raises(ValueError, match="said needs"):
        rule()(said)
