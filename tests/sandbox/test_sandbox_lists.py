"""Lists kept by hand and lists by filter."""

from __future__ import annotations

from typing import Any

import pytest

from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.hubspot.branches import matches

LISTS = "/crm/v3/lists"
ADA, BOB, CLEO = 151, 201, 251
NOW = 1_795_500_000_000


def _filter(name: str, **operation: Any) -> dict[str, Any]:
    return {"filterType": "PROPERTY", "property": name, "operation": operation}


def _branch(*filters: dict[str, Any]) -> dict[str, Any]:
    inside = {"filterBranchType": "AND", "filterBranchOperator": "AND", "filters": list(filters), "filterBranches": []}
    return {"filterBranchType": "OR", "filterBranchOperator": "OR", "filters": [], "filterBranches": [inside]}


def _made(api: Any, **more: Any) -> str:
    given = {"name": "Ne plus contacter", "objectTypeId": "0-1", "processingType": "MANUAL", **more}
    return str(api.post(LISTS, given)["list"]["listId"])


def test_contacts_are_put_into_a_list_and_taken_out(api: Any) -> None:
    id = _made(api)

    added = api("PUT", f"{LISTS}/{id}/memberships/add", [ADA, BOB, 9]).json()
    api("PUT", f"{LISTS}/{id}/memberships/remove", [ADA])

    assert added == {"recordsIdsAdded": ["151", "201"], "recordIdsRemoved": [], "recordIdsMissing": ["9"]}
    assert [each["recordId"] for each in api.get(f"{LISTS}/{id}/memberships")["results"]] == ["201"]


def test_memberships_page_by_a_cursor(api: Any) -> None:
    id = _made(api)
    api("PUT", f"{LISTS}/{id}/memberships/add", [ADA, BOB, CLEO])

    first = api.get(f"{LISTS}/{id}/memberships", limit=2)
    second = api.get(f"{LISTS}/{id}/memberships", limit=2, after=first["paging"]["next"]["after"])

    assert [each["recordId"] for each in first["results"] + second["results"]] == ["151", "201", "251"]
    assert "paging" not in second


def test_a_merged_contact_stays_in_its_lists_under_the_new_id(api: Any, hubspot: HubSpotSandbox) -> None:
    id = _made(api)
    api("PUT", f"{LISTS}/{id}/memberships/add", [ADA])

    survivor = hubspot.merge(BOB, ADA)

    assert [each["recordId"] for each in api.get(f"{LISTS}/{id}/memberships")["results"]] == [str(survivor.id)]


def test_a_list_by_filter_holds_whoever_matches_at_the_moment(api: Any, hubspot: HubSpotSandbox) -> None:
    branch = _branch(_filter("city", operationType="MULTISTRING", operator="IS_EQUAL_TO", values=["Brest"]))
    id = _made(api, name="Brest", processingType="DYNAMIC", filterBranch=branch)
    before = api.get(f"{LISTS}/{id}")["list"]["size"]

    hubspot.as_person(CLEO, {"city": "Brest"})

    assert before == 0
    assert [each["recordId"] for each in api.get(f"{LISTS}/{id}/memberships")["results"]] == [str(CLEO)]
    assert api("PUT", f"{LISTS}/{id}/memberships/add", [ADA]).status_code == 400


@pytest.mark.parametrize(
    ("operation", "value", "inside"),
    [
        ({"operationType": "ALL_PROPERTY", "operator": "IS_KNOWN"}, "x", True),
        ({"operationType": "ALL_PROPERTY", "operator": "IS_UNKNOWN"}, "", True),
        ({"operationType": "ENUMERATION", "operator": "IS_ANY_OF", "values": ["sms"]}, "email;sms", True),
        ({"operationType": "ENUMERATION", "operator": "IS_ANY_OF", "values": ["sms"]}, "email", False),
        ({"operationType": "ENUMERATION", "operator": "IS_NONE_OF", "values": ["sms"]}, "email", True),
        ({"operationType": "BOOL", "operator": "IS_EQUAL_TO", "value": True}, "true", True),
        ({"operationType": "STRING", "operator": "CONTAINS", "value": "re"}, "Brest", True),
        (
            {
                "operationType": "TIME_POINT",
                "operator": "IS_AFTER",
                "timePoint": {"timeType": "INDEXED", "indexReference": {"referenceType": "TODAY"}},
                "includeObjectsWithNoValueSet": True,
            },
            "",
            True,
        ),
        (
            {
                "operationType": "TIME_POINT",
                "operator": "IS_BEFORE",
                "timePoint": {"timeType": "DATE", "year": 2026, "month": 11, "day": 24},
            },
            "2026-11-25",
            False,
        ),
    ],
)
def test_an_operation_of_a_filter_says_who_is_in(operation: dict[str, Any], value: str, inside: bool) -> None:
    assert matches(_branch(_filter("p", **operation)), {"p": value}, NOW) is inside


def test_an_operation_that_is_not_known_is_refused_and_not_guessed(api: Any) -> None:
    branch = _branch(_filter("city", operationType="ROLLING", operator="IS_BETWEEN"))
    given = {"name": "L", "objectTypeId": "0-1", "processingType": "DYNAMIC", "filterBranch": branch}

    assert api("POST", LISTS, given).status_code == 400


def test_a_list_is_found_by_name_by_id_and_by_search(api: Any) -> None:
    id = _made(api)

    by_name = api.get(f"{LISTS}/object-type-id/0-1/name/Ne plus contacter")["list"]["listId"]
    by_ids = [each["listId"] for each in api.get(LISTS, listIds=id)["lists"]]
    found = api.post(f"{LISTS}/search", {"query": "contacter"})

    assert (by_name, by_ids) == (id, [id])
    assert found["total"] == 1
    assert found["lists"][0]["additionalProperties"]["hs_list_size"] == "0"


def test_the_lists_of_a_contact_are_told(api: Any) -> None:
    id = _made(api)
    api("PUT", f"{LISTS}/{id}/memberships/add", [ADA])

    assert [each["listId"] for each in api.get(f"{LISTS}/records/0-1/{ADA}/memberships")["results"]] == [id]
    assert api.get(f"{LISTS}/records/0-1/{BOB}/memberships")["results"] == []


def test_a_name_is_taken_once_and_free_after_the_list_is_deleted(api: Any) -> None:
    id = _made(api)
    given = {"name": "Ne plus contacter", "objectTypeId": "0-1", "processingType": "MANUAL"}

    twice = api("POST", LISTS, given)
    api("DELETE", f"{LISTS}/{id}")

    assert twice.status_code == 400
    assert api("GET", f"{LISTS}/{id}").status_code == 404
    assert api("POST", LISTS, given).status_code == 200
