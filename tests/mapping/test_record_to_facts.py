"""From a CRM's record to the rules' facts: what is read, what is believed, what never opens."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from contactable.identifiers import IdentifierKind
from contactable.mapping import Mapping, Sourced, facts_of, from_json, map_record, offers_from_settings, to_json
from contactable.rules import UNKNOWN_TIME, Audience, Mailbox

HUBSPOT = Mapping.from_settings({})
MAIN = offers_from_settings({})["main"]


def facts(properties: dict[str, str | None], mapping: Mapping = HUBSPOT) -> dict[str, Sourced]:
    return map_record("1", properties, mapping).facts


def test_a_property_named_like_a_column_fills_that_column() -> None:
    read = facts({"audience": "professional", "informed": "Oui", "collected_on": "24/11/2026"})

    assert read["audience"] == Sourced("professional", "property:audience")
    assert read["informed"].value == "yes"
    assert read["collected_on"].value == "2026-11-24"


def test_a_number_is_judged_by_what_it_is_and_not_by_its_column() -> None:
    read = facts({"phone": "06.39.98.00.01 (perso)", "mobilephone": "01 99 00 12 34"})

    assert (read["mobile"].value, read["landline"].value) == ("yes", "yes")


def test_addresses_go_to_the_identifiers_and_never_into_the_facts() -> None:
    mapped = map_record("1", {"email": "Anne@Example.COM", "phone": "+33639980001", "address": "1 rue Basse"}, HUBSPOT)

    assert mapped.identifiers == ((IdentifierKind.EMAIL, "anne@example.com"), (IdentifierKind.PHONE, "+33639980001"))
    assert {fact.value for fact in mapped.facts.values()} == {"personal", "yes", "FR"}


def test_a_list_of_addresses_in_one_field_is_no_address_but_identifies_everybody_in_it() -> None:
    mapped = map_record("1", {"email": "a@example.com; b@example.com"}, HUBSPOT)

    assert "email" not in mapped.facts
    assert [text for _, text in mapped.identifiers] == ["a@example.com", "b@example.com"]
    assert mapped.warnings == ("email:unreadable",)


@pytest.mark.parametrize(
    ("numbers", "country"),
    [
        ({"phone": "+33639980001"}, "FR"),
        ({"phone": "0639980001"}, None),
        ({"phone": "+3225550000"}, "BE"),
        ({"phone": "+33639980001", "mobilephone": "+3225550000"}, None),
        ({"phone": "+33639980001", "country": "Belgique"}, "BE"),
    ],
)
def test_an_international_prefix_tells_the_country_where_nothing_else_does(
    numbers: dict[str, str | None], country: str | None
) -> None:
    assert facts_of(facts(numbers), MAIN, {}).country == country


@pytest.mark.parametrize("text", ["true", "Oui", "demandé par téléphone", "31/02/2026", "?"])
def test_an_unreadable_opposition_is_an_opposition_of_unknown_time(text: str) -> None:
    assert facts_of(facts({"opposed_phone_on": text}), MAIN, {}).opposed_phone_on is UNKNOWN_TIME


@pytest.mark.parametrize("text", ["", "no", "Non", "false", "0", "-", "n/a"])
def test_a_box_that_says_no_is_no_opposition(text: str) -> None:
    assert facts_of(facts({"opposed_phone_on": text}), MAIN, {}).opposed_phone_on is None


@pytest.mark.parametrize("text", ["peut-être", "-", "2026-02-30", "x y", "👍"])
def test_an_unreadable_permission_is_unknown_and_a_warning(text: str) -> None:
    mapped = map_record("1", {"informed": text}, HUBSPOT)

    assert facts_of(mapped.facts, MAIN, {}).informed is None
    assert mapped.warnings == ("informed:unreadable",)


def test_a_tick_for_calls_closes_both_kinds_of_call() -> None:
    read = facts_of(facts({"contactable_oppose": "calls;post"}), MAIN, {})

    assert read.opposed_phone_on is read.opposed_robocall_on is read.opposed_post_on is UNKNOWN_TIME
    assert read.opposed_email_on is None


def test_a_tick_that_the_register_knows_is_left_to_the_register() -> None:
    entered = {"property:contactable_oppose"}

    read = facts_of(facts({"contactable_oppose": "post"}), MAIN, {"opposed_post_on": date(2026, 1, 2)}, entered=entered)

    assert read.opposed_post_on == date(2026, 1, 2)


def test_hubspots_own_unsubscribe_closes_email() -> None:
    read = facts_of(facts({"hs_email_optout": "true"}), MAIN, {})

    assert read.opposed_email_on is UNKNOWN_TIME


def test_an_opt_out_of_one_subscription_type_closes_the_offers_that_name_it() -> None:
    offers = offers_from_settings({"main": {"subscriptions": ["10"]}, "bikes": {"subscriptions": [11]}})
    read = facts({"hs_email_optout_11": "true"})

    assert facts_of(read, offers["bikes"], {}).opposed_email_on is UNKNOWN_TIME
    assert facts_of(read, offers["main"], {}).opposed_email_on is None


def test_an_opt_out_of_a_type_that_no_offer_names_closes_all_offers() -> None:
    offers = offers_from_settings({"main": {"subscriptions": ["10"]}, "bikes": {"subscriptions": ["11"]}})
    read = facts({"hs_email_optout_99": "true"})

    assert [facts_of(read, offer, {}).opposed_email_on for offer in offers.values()] == [UNKNOWN_TIME, UNKNOWN_TIME]


def test_facts_survive_a_journey_through_json() -> None:
    read = facts({"audience": "consumer", "hs_email_optout": "true", "last_contact_on": "1764000000000"})

    assert from_json(to_json(read)) == read


def test_the_register_is_believed_before_the_crm() -> None:
    read = facts_of(facts({"informed": "no", "audience": "consumer"}), MAIN, {"informed": True})

    assert read.informed is True
    assert read.audience is Audience.CONSUMER


def test_parts_of_two_different_consents_never_make_one() -> None:
    crm = facts({"consent_email_on": "2025-01-01", "consent_email_act": "positive", "consent_email_proof": "yes"})

    read = facts_of(crm, MAIN, {"consent_email_on": date(2026, 1, 1)})

    assert read.consent_email_on == date(2026, 1, 1)
    assert (read.consent_email_act, read.consent_email_proof) == (None, None)


@pytest.mark.parametrize("where", ["register", "crm"])
def test_a_consent_in_the_crm_lifts_no_opposition_whatever_its_date(where: str) -> None:
    crm = {"consent_sms_on": "2026-06-01", "opposed_sms_on": "2026-05-01" if where == "crm" else ""}
    known = {"opposed_sms_on": date(2026, 5, 1)} if where == "register" else {}

    read = facts_of(facts(dict(crm)), MAIN, known)

    assert read.opposed_sms_on == date(2026, 5, 1)
    assert read.consent_sms_on is None


def test_a_consent_in_the_crm_counts_after_a_release_of_the_persons_own() -> None:
    known = {"opposed_sms_on": date(2026, 5, 1), "reopened_sms_on": datetime(2026, 5, 20, tzinfo=UTC)}

    read = facts_of(facts({"consent_sms_on": "2026-06-01"}), MAIN, known)

    assert read.consent_sms_on == date(2026, 6, 1)


@pytest.mark.parametrize(("own", "counts"), [(["sms"], True), ([], False)])
def test_an_opposition_in_the_crm_is_lifted_by_the_persons_own_consent_alone(own: list[str], counts: bool) -> None:
    read = facts_of(
        facts({"opposed_sms_on": "2026-05-01"}), MAIN, {"consent_sms_on": date(2026, 6, 1)}, own_consents=own
    )

    assert (read.consent_sms_on is not None) is counts


def test_of_two_oppositions_the_later_and_of_unknown_time_the_unknown_stands() -> None:
    dated = facts({"opposed_post_on": "2026-01-01"})

    assert facts_of(dated, MAIN, {"opposed_post_on": date(2026, 3, 1)}).opposed_post_on == date(2026, 3, 1)
    assert facts_of(dated, MAIN, {"opposed_post_on": UNKNOWN_TIME}).opposed_post_on is UNKNOWN_TIME


def test_an_organisations_mailbox_is_told_from_a_persons() -> None:
    assert facts_of(facts({"email": "contact@example.org"}), MAIN, {}).email is Mailbox.GENERIC
    assert facts_of(facts({"email": "anne.exemple@example.org"}), MAIN, {}).email is Mailbox.PERSONAL


def test_a_consent_that_ended_before_it_was_given_is_none() -> None:
    read = facts_of(facts({"consent_phone_on": "2026-05-02", "consent_phone_until": "2026-05-01"}), MAIN, {})

    assert (read.consent_phone_on, read.consent_phone_until) == (None, None)
