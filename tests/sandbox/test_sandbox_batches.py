"""Batches: what goes well, what goes partly well, and what refuses the whole."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import Any

import pytest

from contactable.sandbox import HubSpotSandbox, Quirks

BATCH = "/crm/v3/objects/contacts/batch"
ADA, BOB, CLEO = 151, 201, 251


def _change(id: int, trace: str = "", **properties: str) -> dict[str, Any]:
    return {"id": str(id), "properties": properties, **({"objectWriteTraceId": trace} if trace else {})}


def test_a_batch_read_of_known_ids_is_complete(api: Any) -> None:
    answer = api("POST", f"{BATCH}/read", {"inputs": [{"id": "151"}, {"id": "201"}], "properties": ["firstname"]})

    assert answer.status_code == 200
    assert [each["properties"]["firstname"] for each in answer.json()["results"]] == ["Ada", "Bob"]


def test_a_batch_read_names_the_ids_that_it_lacks(api: Any) -> None:
    answer = api("POST", f"{BATCH}/read", {"inputs": [{"id": "151"}, {"id": "9"}, {"id": "x"}], "properties": []})

    assert answer.status_code == 207
    assert answer.json()["numErrors"] == 1
    assert answer.json()["errors"][0]["category"] == "OBJECT_NOT_FOUND"
    assert answer.json()["errors"][0]["context"]["ids"] == ["9", "x"]


def test_a_batch_read_gives_a_merged_contact_once_under_its_new_id(api: Any, hubspot: HubSpotSandbox) -> None:
    survivor = hubspot.merge(ADA, BOB)

    found = api.post(f"{BATCH}/read", {"inputs": [{"id": "151"}, {"id": "201"}], "properties": []})["results"]

    assert [each["id"] for each in found] == [str(survivor.id)]


def test_a_batch_update_writes_every_contact_and_says_what_stands(api: Any, hubspot: HubSpotSandbox) -> None:
    answer = api("POST", f"{BATCH}/update", {"inputs": [_change(ADA, city="Brest"), _change(BOB, city="Dijon")]})

    assert answer.status_code == 200
    assert [each["properties"]["city"] for each in answer.json()["results"]] == ["Brest", "Dijon"]
    assert hubspot.contact(BOB).properties["city"] == "Dijon"


def test_one_wrong_value_refuses_a_batch_that_has_no_trace_ids(api: Any, hubspot: HubSpotSandbox) -> None:
    inputs = [_change(ADA, city="Brest"), _change(BOB, lifecyclestage="nobody")]

    answer = api("POST", f"{BATCH}/update", {"inputs": inputs})

    assert answer.status_code == 400
    assert "INVALID_OPTION" in answer.json()["message"]
    assert "city" not in hubspot.contact(ADA).properties


def test_trace_ids_tie_the_wrong_value_to_its_contact(api: Any, hubspot: HubSpotSandbox) -> None:
    inputs = [_change(ADA, "t1", city="Brest"), _change(BOB, "t2", lifecyclestage="nobody")]

    answer = api("POST", f"{BATCH}/update", {"inputs": inputs})

    assert answer.status_code == 207
    assert answer.json()["errors"][0]["context"]["objectWriteTraceId"] == ["t2"]
    assert hubspot.contact(ADA).properties["city"] == "Brest"


def test_a_missing_contact_never_refuses_the_others(api: Any) -> None:
    answer = api("POST", f"{BATCH}/update", {"inputs": [_change(ADA, "t1", city="Brest"), _change(9, "t2", city="X")]})

    assert answer.status_code == 207
    assert answer.json()["errors"][0]["context"] == {"ids": ["9"], "objectWriteTraceId": ["t2"]}


def test_a_portal_may_refuse_whole_batches_in_spite_of_trace_ids(
    start: Callable[..., HubSpotSandbox], api_of: Callable[[HubSpotSandbox], Any]
) -> None:
    strict = start(quirks=Quirks(refuses_whole_batches=True))

    inputs = [_change(ADA, "t1", city="Brest"), _change(BOB, "t2", nothing="x")]

    assert api_of(strict)("POST", f"{BATCH}/update", {"inputs": inputs}).status_code == 400
    assert "city" not in strict.contact(ADA).properties


def test_an_update_under_a_merged_id_may_vanish_from_the_answer(
    start: Callable[..., HubSpotSandbox], api_of: Callable[[HubSpotSandbox], Any]
) -> None:
    odd = start(quirks=Quirks(drops_merged=True))
    odd.merge(ADA, BOB)

    answer = api_of(odd)(
        "POST", f"{BATCH}/update", {"inputs": [_change(ADA, "t1", city="X"), _change(CLEO, "t2", city="Y")]}
    )

    assert answer.status_code == 200
    assert [each["id"] for each in answer.json()["results"]] == [str(CLEO)]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"inputs": [_change(ADA, city="A"), _change(ADA, city="B")]}, "Duplicate IDs"),
        ({"inputs": [_change(id, city="A") for id in range(101)]}, "maximum number of inputs"),
        ({"inputs": [{"id": "151"}]}, "properties"),
        ({"inputs": [{"properties": {}}]}, "id"),
        ({}, "inputs"),
        ([], "object is expected"),
    ],
    ids=["an id twice", "too many", "no properties", "no id", "no inputs", "a list"],
)
def test_a_batch_of_another_form_is_refused_in_words(api: Any, body: Any, says: str) -> None:
    answer = api("POST", f"{BATCH}/update", body)

    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"
    assert says in answer.json()["message"]


def test_a_body_that_is_no_json_is_refused(api: Any) -> None:
    answer = api("POST", f"{BATCH}/read", data=b"{nothing")

    assert answer.status_code == 400
    assert "Invalid input JSON" in answer.json()["message"]


def test_an_update_by_a_property_that_is_not_unique_is_refused(api: Any) -> None:
    given = {"inputs": [{**_change(ADA, city="A"), "idProperty": "firstname"}]}

    assert "non-unique" in api.post(f"{BATCH}/update", given)["message"]


def test_an_upsert_says_who_is_new(api: Any) -> None:
    inputs = [
        {"id": email, "idProperty": "email", "properties": {"city": "Nice"}}
        for email in ("ada@example.com", "dan@example.com")
    ]

    done = api.post(f"{BATCH}/upsert", {"inputs": inputs})["results"]

    assert [each["new"] for each in done] == [False, True]


def test_a_batch_goes_into_the_bin_at_once(api: Any, hubspot: HubSpotSandbox) -> None:
    answer = api("POST", f"{BATCH}/archive", {"inputs": [{"id": "151"}, {"id": "201"}]})

    assert answer.status_code == 204
    assert [contact.id for contact in hubspot.portal.contacts.after(0)] == [CLEO]


def test_a_contact_that_another_batch_is_writing_is_locked(start: Any, api_of: Any) -> None:
    slow = start(faults=["batch_update:1:slow:wait=0.5"])
    api = api_of(slow)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(api_of(slow), "POST", f"{BATCH}/update", {"inputs": [_change(ADA, city="Brest")]})
        while not slow.portal.held:
            sleep(0.001)

        same = api("POST", f"{BATCH}/update", {"inputs": [_change(ADA, city="Lyon")]})
        other = api("POST", f"{BATCH}/update", {"inputs": [_change(BOB, city="Lyon")]})

    assert (first.result().status_code, same.status_code, other.status_code) == (200, 423, 200)
    assert slow.contact(ADA).properties["city"] == "Brest"
