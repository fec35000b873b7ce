"""The map that ships for HubSpot: what its own properties say, and what they must never say."""

from __future__ import annotations

import pytest

from contactable.mapping import Mapping, Sourced, map_record
from contactable.mapping.portal import Contact, Portal
from contactable.mapping.suggest import suggest
from contactable.sandbox.hubspot.standard import BOUNCES, LEGAL_BASES, LIFECYCLE, QUARANTINES, STANDARD

HUBSPOT = Mapping.from_settings({})
EARLIER, LATER = "2025-03-01T10:00:00.000Z", "2026-03-01T10:00:00.000Z"
FROM_THE_PERSON = (
    "hs_email_last_click_date",
    "hs_email_last_reply_date",
    "hs_sales_email_last_replied",
    "hs_sales_email_last_clicked",
    "first_conversion_date",
    "recent_conversion_date",
    "engagements_last_meeting_booked",
    "recent_deal_close_date",
)


def facts(**properties: str) -> dict[str, Sourced]:
    return map_record("1", properties, HUBSPOT).facts


def value(column: str, **properties: str) -> str:
    found = facts(**properties).get(column)
    return found.value if found else ""


@pytest.mark.parametrize("stage", [*LIFECYCLE, "evangelist", "other", "1234567"])
def test_only_customers_and_who_recommends_us_are_customers(stage: str) -> None:
    assert value("customer", lifecyclestage=stage) == ("yes" if stage in ("customer", "evangelist") else "")


@pytest.mark.parametrize("basis", LEGAL_BASES)
def test_a_legal_basis_tells_a_customer_and_is_never_a_consent(basis: str) -> None:
    found = facts(hs_legal_basis=basis)

    assert set(found) == ({"customer"} if basis == "Legitimate interest – existing customer" else set())


def test_a_legal_basis_among_others_is_still_read() -> None:
    several = "Freely given consent from contact;Legitimate interest – existing customer"

    assert facts(hs_legal_basis=several, lifecyclestage="lead")["customer"] == Sourced("yes", "property:hs_legal_basis")


@pytest.mark.parametrize("name", FROM_THE_PERSON)
def test_what_came_from_the_person_is_the_last_contact_and_the_latest_counts(name: str) -> None:
    other = next(each for each in FROM_THE_PERSON if each != name)

    assert value("last_contact_on", **{name: LATER, other: EARLIER}) == "2026-03-01"


@pytest.mark.parametrize("name", sorted(set(STANDARD) - set(FROM_THE_PERSON)))
def test_nothing_else_of_hubspots_own_is_a_last_contact_and_no_opening_ever(name: str) -> None:
    assert value("last_contact_on", **{name: LATER}) == ""


@pytest.mark.parametrize(
    ("properties", "country"),
    [
        ({"phone": "0639980001", "hs_calculated_phone_number_country_code": "FR"}, "FR"),
        ({"hs_calculated_phone_number_country_code": "be"}, "BE"),
        ({"phone": "+3225550000", "hs_calculated_phone_number_country_code": "FR"}, ""),
        ({"country": "Belgique", "hs_calculated_phone_number_country_code": "FR"}, "BE"),
        ({"hs_country_region_code": "CH", "hs_calculated_phone_number_country_code": "FR"}, "CH"),
        ({"hs_calculated_phone_number_country_code": "33"}, ""),
    ],
)
def test_the_country_computed_from_a_number_counts_like_its_prefix(properties: dict[str, str], country: str) -> None:
    assert value("country", **properties) == country


def test_a_company_says_nothing_unasked_and_is_offered_as_the_sign_of_a_professional() -> None:
    people = [Contact(str(n), {"associatedcompanyid": str(1000 + n)}) for n in range(20)]

    (offered,) = [each for each in suggest(Portal(tuple(people))) if each.column == "audience"]

    assert value("audience", associatedcompanyid="1000") == ""
    assert offered.source == {"property": "associatedcompanyid", "filled": "professional"}


@pytest.mark.parametrize(
    ("name", "codes"), [("hs_email_hard_bounce_reason_enum", BOUNCES), ("hs_email_quarantined_reason", QUARANTINES)]
)
def test_of_bounces_and_quarantines_only_a_complaint_is_an_opposition(name: str, codes: tuple[str, ...]) -> None:
    opposed = {code for code in codes if value("opposed_email_on", **{name: code})}

    assert opposed == set(codes) & {"SPAM", "RECIPIENT_COMPLAINT"}


def test_a_value_that_says_nothing_does_not_silence_an_opposition_beside_it() -> None:
    source = {"property": "canaux", "values": {"stop sms": "yes", "*": ""}}
    mapping = Mapping.from_settings({"opposed_sms_on": source})

    found = map_record("1", {"canaux": "newsletter;stop sms"}, mapping).facts

    assert "opposed_sms_on" in found
