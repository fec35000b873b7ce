"""Contacts one by one, the list of all, the bin, merges and deletions for privacy."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from contactable.sandbox import HubSpotSandbox

CONTACTS = "/crm/v3/objects/contacts"
ADA, BOB, CLEO = 151, 201, 251


def test_the_list_pages_by_a_cursor_until_it_names_none(api: Any) -> None:
    first = api.get(CONTACTS, limit=2)

    second = api.get(CONTACTS, limit=2, after=first["paging"]["next"]["after"])

    assert [each["id"] for each in first["results"] + second["results"]] == ["151", "201", "251"]
    assert "paging" not in second


def test_the_list_follows_the_link_of_its_own_cursor(api: Any) -> None:
    link = api.get(CONTACTS, limit=1)["paging"]["next"]["link"]

    following = api.get(link.removeprefix(api.url), limit=1)

    assert [each["id"] for each in following["results"]] == ["201"]


@pytest.mark.parametrize("prefix", ["/crm/v3/objects", "/crm/objects/2026-03", "/crm/objects/2026-09"])
@pytest.mark.parametrize("kind", ["contacts", "0-1"])
def test_every_version_of_the_path_gives_the_same_contact(api: Any, prefix: str, kind: str) -> None:
    contact = api.get(f"{prefix}/{kind}/{ADA}", properties="firstname")

    assert contact["properties"]["firstname"] == "Ada"


def test_a_property_without_a_value_is_null_and_one_unasked_is_absent(api: Any) -> None:
    contact = api.get(f"{CONTACTS}/{ADA}", properties="firstname,zip")

    assert contact["properties"]["zip"] is None
    assert "email" not in contact["properties"]
    assert {"createdate", "hs_object_id", "lastmodifieddate"} <= contact["properties"].keys()


@pytest.mark.parametrize("limit", ["0", "101", "many"])
def test_a_page_of_another_size_than_documented_is_refused(api: Any, limit: str) -> None:
    assert api("GET", CONTACTS, params={"limit": limit}).status_code == 400


def test_asking_for_histories_halves_the_largest_page(api: Any) -> None:
    answer = api("GET", CONTACTS, params={"limit": 51, "propertiesWithHistory": "email"})

    assert answer.status_code == 400


def test_a_contact_is_found_by_its_address_in_any_case(api: Any) -> None:
    contact = api.get(f"{CONTACTS}/ADA@Example.com", idProperty="email")

    assert contact["id"] == str(ADA)


def test_an_id_that_nobody_has_answers_404_in_the_usual_shape(api: Any) -> None:
    answer = api("GET", f"{CONTACTS}/999999")

    assert answer.status_code == 404
    assert answer.json()["status"] == "error"
    assert answer.json()["correlationId"]


def test_a_change_moves_the_modified_date_and_enters_the_history(api: Any, hubspot: HubSpotSandbox, clock: Any) -> None:
    before = hubspot.contact(ADA).properties["lastmodifieddate"]
    clock.move(seconds=5)

    api("PATCH", f"{CONTACTS}/{ADA}", {"properties": {"firstname": "Adèle"}})

    contact = api.get(f"{CONTACTS}/{ADA}", propertiesWithHistory="firstname")
    assert contact["updatedAt"] > before
    assert [each["value"] for each in contact["propertiesWithHistory"]["firstname"]] == ["Adèle", "Ada"]


def test_the_history_tells_a_person_from_our_app_and_from_another(api: Any, hubspot: HubSpotSandbox) -> None:
    hubspot.as_person(ADA, {"city": "Nantes"})
    hubspot.as_app(ADA, {"city": "Brest"}, app_id=777)
    api("PATCH", f"{CONTACTS}/{ADA}", {"properties": {"city": "Lyon"}})

    history = api.get(f"{CONTACTS}/{ADA}", propertiesWithHistory="city")["propertiesWithHistory"]["city"]

    writers = [(each["sourceType"], each["sourceId"]) for each in history]
    assert writers == [("INTEGRATION", str(hubspot.app_id)), ("INTEGRATION", "777"), ("CRM_UI", "userId:9801")]


def test_writing_what_is_there_already_changes_nothing_at_all(api: Any, hubspot: HubSpotSandbox, clock: Any) -> None:
    before = hubspot.contact(ADA).properties
    clock.move(seconds=5)

    api("PATCH", f"{CONTACTS}/{ADA}", {"properties": {"firstname": "Ada"}})

    assert hubspot.contact(ADA).properties == before


def test_an_empty_value_clears_and_a_read_only_one_is_refused(api: Any, hubspot: HubSpotSandbox) -> None:
    cleared = api("PATCH", f"{CONTACTS}/{ADA}", {"properties": {"firstname": ""}})
    refused = api("PATCH", f"{CONTACTS}/{ADA}", {"properties": {"hs_email_optout": "true"}})

    assert cleared.json()["properties"]["firstname"] is None
    assert refused.status_code == 400
    assert "READ_ONLY_VALUE" in refused.json()["message"]


def test_a_second_contact_with_an_address_is_a_conflict(api: Any) -> None:
    answer = api("POST", CONTACTS, {"properties": {"email": "ada@example.com"}})

    assert answer.status_code == 409
    assert str(ADA) in answer.json()["message"]


def test_an_archived_contact_is_in_the_bin_and_nowhere_else(api: Any) -> None:
    api("DELETE", f"{CONTACTS}/{BOB}")

    living = api.get(CONTACTS, limit=10)["results"]
    gone = api.get(CONTACTS, limit=10, archived="True")["results"]
    assert [each["id"] for each in living] == ["151", "251"]
    assert [(each["id"], each["archived"]) for each in gone] == [("201", True)]
    assert api("GET", f"{CONTACTS}/{BOB}").status_code == 404


def test_a_merge_makes_a_new_record_and_old_ids_lead_to_it(api: Any) -> None:
    merged = api.post(f"{CONTACTS}/merge", {"primaryObjectId": str(ADA), "objectIdToMerge": str(BOB)})

    survivor = api.get(f"{CONTACTS}/{BOB}", properties="email,phone,mobilephone,hs_merged_object_ids")
    assert merged["id"] not in (str(ADA), str(BOB))
    assert survivor["id"] == merged["id"]
    assert survivor["properties"]["email"] == "ada@example.com"
    assert survivor["properties"]["phone"] == "+33639980002"
    assert survivor["properties"]["hs_merged_object_ids"] == "151;201"


def test_the_ids_of_a_second_merge_hold_those_of_the_first(hubspot: HubSpotSandbox) -> None:
    first = hubspot.merge(ADA, BOB)

    last = hubspot.merge(first.id, CLEO)

    assert last.properties["hs_merged_object_ids"] == f"151;201;{first.id};251"


def test_a_deletion_for_privacy_leaves_nothing_even_in_the_bin(api: Any, hubspot: HubSpotSandbox) -> None:
    answer = api("POST", f"{CONTACTS}/gdpr-delete", {"objectId": "ada@example.com", "idProperty": "email"})

    assert answer.status_code == 204
    assert str(ADA) not in str(api.get(CONTACTS, archived="true")) + str(api.get(CONTACTS, limit=10))
    assert hubspot.portal.contacts.by_id[ADA].properties == {}


def test_a_restored_contact_comes_back_under_its_id(api: Any, hubspot: HubSpotSandbox) -> None:
    hubspot.archive(BOB)

    hubspot.restore(BOB)

    assert api.get(f"{CONTACTS}/{BOB}")["archived"] is False


def test_a_record_is_shown_to_people_with_labels_and_choices_in_words_and_markup_stays_text() -> None:
    with HubSpotSandbox([{"firstname": "<b>Lou</b>", "email": "lou@example.com", "lifecyclestage": "lead"}]) as sandbox:
        shown = requests.get(f"{sandbox.url}/sandbox/person/151", timeout=5)
        unknown = requests.get(f"{sandbox.url}/sandbox/person/152", timeout=5)

    assert (shown.status_code, unknown.status_code) == (200, 404)
    assert "<dt>Email</dt><dd>lou@example.com</dd>" in shown.text
    assert "&lt;b&gt;Lou&lt;/b&gt;" in shown.text
