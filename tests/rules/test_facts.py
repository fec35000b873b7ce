"""Wrong facts and wrong questions are refused by name; addresses are never shown."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest

from contactable.errors import Malformed
from contactable.rules import COLUMNS, Audience, Channel, Facts, Offer, Readings, decide, decide_channel
from contactable.rules.readings import DOUBTS

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("audience", "everybody"),
        ("informed", "yes"),
        ("informed", 2),
        ("sale", []),
        ("country", "France"),
        ("country", "fr"),
        ("last_contact_on", "2026-03-02"),
        ("last_contact_on", datetime(2026, 3, 2)),
        ("opposed_email_on", True),
        ("consent_phone_until", datetime(2026, 3, 2, tzinfo=UTC)),
        ("consent_email_act", "ticked"),
    ],
)
def test_a_wrong_value_is_refused_with_its_field_and_itself(field: str, value: Any) -> None:
    with pytest.raises(Malformed) as refused:
        Facts(**{field: value})

    assert field in str(refused.value)
    assert str(getattr(value, "year", value)) in str(refused.value)


@pytest.mark.parametrize("field", ["email", "mobile", "landline", "street"])
def test_an_address_in_place_of_its_kind_is_refused_and_not_shown(field: str) -> None:
    with pytest.raises(Malformed) as refused:
        Facts(**{field: "jeanne@example.com"})  # type: ignore[arg-type]

    assert field in str(refused.value)
    assert "jeanne" not in str(refused.value)


def test_a_stated_period_that_ends_before_its_consent_is_refused() -> None:
    with pytest.raises(Malformed, match=r"consent_phone_until is 2026-03-01.*2026-03-02"):
        Facts(consent_phone_on=date(2026, 3, 2), consent_phone_until=date(2026, 3, 1))


def test_a_period_of_a_single_day_is_no_contradiction() -> None:
    day = date(2026, 3, 2)

    assert Facts(consent_phone_on=day, consent_phone_until=day).consent_phone_until == day


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (date(2018, 5, 24), "2018-05-24"),
        (datetime(2018, 5, 24, 21, tzinfo=UTC), "2018-05-24"),
        (datetime(2026, 11, 23, 12), "zone"),
        ("2026-11-23", "2026-11-23"),
        (None, "None"),
    ],
)
def test_a_question_about_no_proper_moment_is_refused(on: Any, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        decide(Facts(), Offer(), on)


def test_the_first_day_of_the_gdpr_may_be_asked_about() -> None:
    assert decide_channel(Channel.POST, Facts(), Offer(), date(2018, 5, 25)).reason == "place_unknown"


def test_a_channel_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(Malformed, match="'fax'"):
        decide_channel("fax", Facts(), Offer(), TODAY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value"), [("robinson", "yes"), ("b2b_first_message", ""), ("free_account_is_sale", "open")]
)
def test_a_reading_has_only_its_two_settings(name: str, value: str) -> None:
    with pytest.raises(Malformed, match=name):
        Readings(**{name: value})


def test_no_two_settings_of_the_readings_are_taken_for_each_other() -> None:
    settings = [(doubt.stricter, doubt.wider) for doubt in DOUBTS]

    assert len({Readings(*chosen).code for chosen in product(*settings)}) == 16
    assert all(getattr(Readings().but(doubt), doubt.name) == doubt.wider for doubt in DOUBTS)
    assert all(Readings().but(doubt).but(doubt) == Readings() for doubt in DOUBTS)


@pytest.mark.parametrize("wrong", [{"purpose": "politics"}, {"sector": "insurance"}])
def test_an_offer_with_another_purpose_or_sector_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Malformed, match=next(iter(wrong.values()))):
        Offer(**wrong)


def test_knowing_nothing_closes_every_channel() -> None:
    assert {verdict.reason for verdict in decide(Facts(), Offer(), TODAY).values()} == {"place_unknown"}


def test_plain_words_become_the_values_that_the_rules_know() -> None:
    assert Facts(audience="professional").audience is Audience.PROFESSIONAL  # type: ignore[arg-type]


def test_every_fact_is_a_column_and_no_column_is_made_up() -> None:
    assert len(COLUMNS) == len(set(COLUMNS)) == 60
    assert {"id", "postcode", "purpose", "sector", "normal"}.isdisjoint(COLUMNS)
