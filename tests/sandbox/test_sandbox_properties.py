"""Properties and groups: made once, checked, counted against the quota."""

from __future__ import annotations

from typing import Any

import pytest

PROPERTIES = "/crm/v3/properties/contacts"
OPTIONS = [{"label": "Oui", "value": "yes"}, {"label": "Non", "value": "no"}]


def _enumeration(name: str = "answer", **more: Any) -> dict[str, Any]:
    given = {"name": name, "label": "Answer", "type": "enumeration", "fieldType": "select", "options": OPTIONS}
    return {**given, "groupName": "contactinformation", **more}


def test_a_new_property_accepts_its_options_and_nothing_else(api: Any) -> None:
    made = api("POST", PROPERTIES, _enumeration())

    good, bad = (
        api("PATCH", "/crm/v3/objects/contacts/151", {"properties": {"answer": value}}) for value in ("yes", "maybe")
    )
    assert made.status_code == 201
    assert good.status_code == 200
    assert bad.status_code == 400


def test_a_property_that_exists_is_a_conflict(api: Any) -> None:
    api("POST", PROPERTIES, _enumeration())

    again = api("POST", PROPERTIES, _enumeration(label="Other"))

    assert again.status_code == 409
    assert again.json()["category"] == "OBJECT_ALREADY_EXISTS"


def test_the_properties_of_hubspot_are_listed_with_what_may_be_written(api: Any) -> None:
    listed = {each["name"]: each for each in api.get(PROPERTIES)["results"]}

    assert listed["email"]["hubspotDefined"] is True
    assert listed["email"]["modificationMetadata"]["readOnlyValue"] is False
    assert listed["hs_email_optout"]["modificationMetadata"]["readOnlyValue"] is True


def test_an_opt_out_of_each_subscription_type_has_a_property(api: Any) -> None:
    names = {each["name"] for each in api.get(PROPERTIES)["results"]}

    assert {"hs_email_optout", "hs_email_optout_1601", "hs_email_optout_1602"} <= names


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Answer"},
        {"name": "a" * 101},
        {"name": "1st"},
        {"type": "choice"},
        {"fieldType": "number"},
        {"options": []},
        {"options": [*OPTIONS, OPTIONS[0]]},
        {"label": ""},
        {"groupName": "nowhere"},
        {"type": "bool", "fieldType": "booleancheckbox"},
    ],
)
def test_a_property_of_another_form_is_refused(api: Any, wrong: dict[str, Any]) -> None:
    assert api("POST", PROPERTIES, _enumeration(**wrong)).status_code == 400


def test_an_update_adds_options_and_keeps_the_rest(api: Any) -> None:
    api("POST", PROPERTIES, _enumeration())

    more = [*OPTIONS, {"label": "Peut-être", "value": "maybe"}]
    changed = api("PATCH", f"{PROPERTIES}/answer", {"options": more}).json()

    assert [each["value"] for each in changed["options"]] == ["yes", "no", "maybe"]
    assert changed["label"] == "Answer"


def test_a_deleted_property_is_gone_and_its_name_free(api: Any) -> None:
    api("POST", PROPERTIES, _enumeration())

    gone = api("DELETE", f"{PROPERTIES}/answer")

    assert gone.status_code == 204
    assert api("GET", f"{PROPERTIES}/answer").status_code == 404
    assert api("POST", PROPERTIES, _enumeration()).status_code == 201


def test_a_property_of_hubspot_cannot_be_deleted(api: Any) -> None:
    assert api("DELETE", f"{PROPERTIES}/email").status_code == 400


def test_the_quota_is_told_and_kept(start: Any, api_of: Any) -> None:
    api = api_of(start(quota=2))
    made = [api("POST", PROPERTIES, _enumeration(f"answer_{number}")).status_code for number in range(3)]

    quota = api.get("/crm/limits/2026-03/custom-properties")

    assert made == [201, 201, 400]
    assert quota["overallLimit"] == 2
    assert quota["byObjectType"][0]["usage"] == 2


def test_a_batch_of_properties_names_those_that_were_there(api: Any) -> None:
    api("POST", PROPERTIES, _enumeration("first"))

    answer = api("POST", f"{PROPERTIES}/batch/create", {"inputs": [_enumeration("first"), _enumeration("second")]})

    assert answer.status_code == 207
    assert [each["name"] for each in answer.json()["results"]] == ["second"]
    assert answer.json()["errors"][0]["context"]["name"] == ["first"]


def test_a_group_is_made_once_and_can_be_renamed(api: Any) -> None:
    group = {"name": "contactable", "label": "Contactable"}

    made, again = (api("POST", f"{PROPERTIES}/groups", group).status_code for _ in range(2))
    api("PATCH", f"{PROPERTIES}/groups/contactable", {"label": "Prospection"})

    assert (made, again) == (201, 409)
    assert api.get(f"{PROPERTIES}/groups/contactable")["label"] == "Prospection"
