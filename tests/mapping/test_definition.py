"""Mappings as the settings write them: sources, preference, mistakes."""

from __future__ import annotations

from typing import Any

import pytest

from contactable.errors import SettingsError
from contactable.mapping import Mapping, map_record, offers_from_settings, shipped_maps
from contactable.mapping.columns import COLUMNS
from contactable.mapping.definition import absent_sources
from contactable.rules import COLUMNS as FACTS


def read(table: dict[str, Any], properties: dict[str, str | None], **more: Any) -> dict[str, str]:
    mapped = map_record("1", properties, Mapping.from_settings(table), **more)
    return {name: fact.value for name, fact in mapped.facts.items()}


def test_every_fact_of_the_rules_has_a_column_that_can_be_mapped() -> None:
    mappable = {name for name in FACTS if not name.startswith("reopened_")}

    assert mappable <= set(COLUMNS)


def test_a_value_table_translates_what_the_crm_calls_its_audiences() -> None:
    table = {"audience": {"property": "type", "values": {"Particulier": "consumer", "Pro*": "professional"}}}

    assert read(table, {"type": "particulier"}) == {"audience": "consumer"}
    assert read(table, {"type": "Professionnel"}) == {"audience": "professional"}
    assert read(table, {"type": "inconnu"}) == {}


def test_the_first_line_of_a_value_table_that_fits_decides() -> None:
    table = {"customer": {"property": "stage", "values": {"customer": "yes", "*": "no"}}}

    assert read(table, {"stage": "customer"}) == {"customer": "yes"}
    assert read(table, {"stage": "lead"}) == {"customer": "no"}


def test_of_several_choices_in_one_field_the_strictest_counts() -> None:
    table = {"audience": {"property": "type", "values": {"B2B": "professional", "B2C": "consumer"}}}

    assert read(table, {"type": "B2B;B2C"}) == {"audience": "consumer"}


def test_a_multi_checkbox_that_contains_a_channel_is_an_opposition() -> None:
    table = {"opposed_sms_on": {"property": "refus", "contains": "SMS"}}

    assert read(table, {"refus": "Courrier; sms"}) == {"opposed_sms_on": "unknown"}
    assert read(table, {"refus": "Courrier"}) == {}


def test_a_ticked_box_takes_its_date_from_the_property_beside_it() -> None:
    table = {
        "consent_sms_on": {"property": "optin", "at": "optin_le"},
        "opposed_sms_on": {"property": "stop", "at": "le"},
    }

    assert read(table, {"optin": "oui", "optin_le": "24/11/2026"}) == {"consent_sms_on": "2026-11-24"}
    assert read(table, {"stop": "oui", "le": "24/11/2026"}) == {"opposed_sms_on": "2026-11-24"}


def test_without_its_date_a_permission_is_unknown_and_an_opposition_stands() -> None:
    table = {
        "consent_sms_on": {"property": "optin", "at": "optin_le"},
        "opposed_sms_on": {"property": "stop", "at": "le"},
    }

    assert read(table, {"optin": "oui", "stop": "oui"}) == {"opposed_sms_on": "unknown"}


def test_a_source_may_speak_of_some_contacts_only() -> None:
    table = {"last_contact_on": {"property": "createdate", "when": {"origine": ["FORM", "Boutique"]}}}

    assert read(table, {"createdate": "2026-01-01", "origine": "form"}) == {"last_contact_on": "2026-01-01"}
    assert read(table, {"createdate": "2026-01-01", "origine": "IMPORT"}) == {}
    assert read(table, {"createdate": "2026-01-01"}) == {}


def test_being_in_a_list_is_an_opposition_by_name_or_with_a_day() -> None:
    table = {"opposed_phone_on": {"list": "Ne pas appeler"}}

    assert read(table, {}, lists=["NE PAS APPELER"]) == {"opposed_phone_on": "unknown"}
    assert read(table, {}, lists={"Ne pas appeler": "2026-05-01"}) == {"opposed_phone_on": "2026-05-01"}
    assert read(table, {}, lists=["Newsletter"]) == {}


def test_the_lists_that_must_be_read_are_named_once() -> None:
    source = {"list": "Ne pas appeler"}
    mapping = Mapping.from_settings({"opposed_phone_on": source, "opposed_robocall_on": source, "country": "pays"})

    assert mapping.lists == ("Ne pas appeler",)


def test_the_outcome_of_a_call_is_an_opposition() -> None:
    table = {"opposed_phone_on": {"outcome": "Ne plus appeler"}}

    assert read(table, {}, outcomes={"Ne plus appeler": "2026-05-01T09:00:00Z"}) == {
        "opposed_phone_on": "2026-05-01T09:00:00+00:00"
    }


def test_a_property_that_is_filled_tells_by_being_there() -> None:
    table = {"audience": {"property": "associatedcompanyid", "filled": "professional"}}

    assert read(table, {"associatedcompanyid": "77"}) == {"audience": "professional"}
    assert read(table, {"associatedcompanyid": ""}) == {}


def test_the_preferred_source_of_a_country_is_believed() -> None:
    table = {"country": ["pays_facturation", "pays_ip"]}

    assert read(table, {"pays_ip": "Belgique", "pays_facturation": "France"}) == {"country": "FR"}
    assert read(table, {"pays_ip": "Belgique", "pays_facturation": ""}) == {"country": "BE"}


def test_two_boxes_that_contradict_each_other_give_the_stricter_and_a_warning() -> None:
    mapping = Mapping.from_settings({"informed": ["form", "import"]})

    mapped = map_record("1", {"form": "yes", "import": "no"}, mapping)

    assert mapped.facts["informed"].value == "no"
    assert mapped.warnings == ("informed:contradictory",)


def test_the_last_contact_is_the_latest_of_all_its_sources() -> None:
    assert read({"last_contact_on": ["clic", "reponse"]}, {"clic": "2025-01-01", "reponse": "2026-01-01"}) == {
        "last_contact_on": "2026-01-01"
    }


def test_a_source_of_ones_own_stands_beside_the_shipped_ones_where_it_closes() -> None:
    table = {"opposed_email_on": "desabonne", "country": "pays"}

    assert read(table, {"hs_email_optout": "true"}) == {"opposed_email_on": "unknown"}
    assert read(table, {"country": "France"}) == {}


def test_of_a_trade_only_codes_that_an_offer_names_are_kept() -> None:
    offers = offers_from_settings({"main": {"trades": ["Achats"]}})
    mapping = Mapping.from_settings({"trade": "jobtitle"}, offers=offers.values())

    assert map_record("1", {"jobtitle": "achats"}, mapping).facts["trade"].value == "achats"
    assert map_record("1", {"jobtitle": "fleuriste à Tours"}, mapping).facts["trade"].value == "other"


def test_the_properties_to_read_name_each_subscription_type() -> None:
    mapping = Mapping.from_settings({"opposed_sms_on": {"property": "stop", "at": "stop_le"}}, subscriptions=["123"])

    assert {"stop", "stop_le", "hs_email_optout_123", "email", "contactable_oppose"} <= set(mapping.properties)


def test_the_fingerprint_changes_with_any_meaning_and_with_nothing_else() -> None:
    mappings = [Mapping.from_settings(table) for table in ({}, {}, {"country": "pays"})]

    assert mappings[0].fingerprint == mappings[1].fingerprint != mappings[2].fingerprint


@pytest.mark.parametrize("name", shipped_maps())
def test_every_shipped_map_is_understood(name: str) -> None:
    assert Mapping.from_settings({}, crm=name).properties


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ({"contry": "pays"}, "`contry`, which is no column"),
        ({"reopened_sms_on": "x"}, "only an act of the person's own"),
        ({"purpose": "x"}, r"\[offers.NAME\]"),
        ({"country": {"propriete": "pays"}}, "`propriete` is not known"),
        ({"country": {"values": {}}}, "exactly one of"),
        ({"country": 3}, "name of a property"),
        ({"country": {"property": "p", "when": "x"}}, "`when` is a table"),
        ({"audience": {"property": "t", "values": {"a": "b2b"}}}, "consumer or professional"),
        ({"informed": {"always": "yes"}}, r"\[\[declare\]\]"),
        ({"consent_email_act": {"always": "positive"}}, r"\[\[declare\]\]"),
        ({"bloctel": {"always": "no"}}, r"\[\[declare\]\]"),
        ({"email": {"list": "x"}}, "list of names"),
        ({"about": {"owners": "x"}}, "about.owners"),
        ({"last_contact_on": ["clic", "achat", "clic"]}, "`clic` comes before itself"),
        ({"last_contact_on": ["clic", {"property": "clic"}]}, "comes before itself"),
        ({"based_on": "suitecrm"}, "`based_on` names no shipped map; there are brevo, brevo-export"),
    ],
)
def test_a_mistake_in_the_mapping_is_named(table: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        Mapping.from_settings(table)


def test_sources_that_the_crm_no_longer_has_are_named() -> None:
    table = {"country": ["pays", "land"], "opposed_phone_on": {"list": "Ne pas appeler"}, "email": "mail"}

    absent = absent_sources(table, properties=["pays"], lists=["Newsletter"])

    assert absent == ("country: property:land", "opposed_phone_on: list:Ne pas appeler")


def test_a_list_that_is_there_is_found_however_its_name_is_written() -> None:
    table = {"opposed_phone_on": {"list": "Ne pas appeler"}}

    assert absent_sources(table, properties=[], lists=["NE PAS  APPELER"]) == ()
