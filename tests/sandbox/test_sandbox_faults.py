"""Faults by a script: each hits the request it names, and the same plan hits the same way twice."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from contactable.sandbox import Fault, HubSpotSandbox
from contactable.sandbox.hubspot import seeded_faults

LIST = "/crm/v3/objects/contacts"
UPDATE = "/crm/v3/objects/contacts/batch/update"


def _write(api: Any, city: str) -> requests.Response:
    answer: requests.Response = api("POST", UPDATE, {"inputs": [{"id": "151", "properties": {"city": city}}]})
    return answer


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("batch_update:3:429:wait=10", Fault("batch_update", 3, "429", 10.0)),
        ("search:1:429:policy=SECONDLY", Fault("search", 1, "429", policy="SECONDLY")),
        ("*:2-5:drop", Fault("*", 2, "drop", last=5)),
    ],
)
def test_a_fault_is_read_as_it_is_written(written: str, fault: Fault) -> None:
    assert Fault.parse(written) == fault


@pytest.mark.parametrize("written", ["", "batch_update", "batch_update:x:429", "list:1:explode", "list:1"])
def test_a_fault_of_another_form_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(ValueError, match="batch_update:3:429:wait=10"):
        Fault.parse(written)


def test_the_third_batch_write_answers_429_and_says_how_long(start: Any, api_of: Any) -> None:
    api = api_of(start(faults=["batch_update:3:429:wait=10"]))

    answers = [_write(api, city) for city in ("A", "B", "C", "D")]

    assert [answer.status_code for answer in answers] == [200, 200, 429, 200]
    assert answers[2].headers["Retry-After"] == "10"


@pytest.mark.parametrize("status", [401, 403, 423, 477, 500, 502, 503, 504, 521, 524])
def test_every_status_of_the_real_thing_can_be_had(start: Any, api_of: Any, status: int) -> None:
    sandbox = start(faults=[f"list:1:{status}:wait=3"])

    first, second = (api_of(sandbox)("GET", LIST) for _ in range(2))

    assert (first.status_code, second.status_code) == (status, 200)
    assert first.headers["Retry-After"] == "3"


def test_a_dropped_connection_leaves_nothing_written(start: Any, api_of: Any) -> None:
    sandbox = start(faults=["batch_update:1:drop"])

    with pytest.raises(requests.ConnectionError):
        _write(api_of(sandbox), "Brest")

    assert "city" not in sandbox.contact(151).properties


def test_a_lost_answer_leaves_the_write_done(start: Any, api_of: Any) -> None:
    sandbox = start(faults=["batch_update:1:lose"])

    with pytest.raises(requests.ConnectionError):
        _write(api_of(sandbox), "Brest")

    assert sandbox.contact(151).properties["city"] == "Brest"


def test_an_answer_that_is_cut_breaks_off_in_the_middle(start: Any, api_of: Any) -> None:
    api = api_of(start(faults=["list:1:cut"]))

    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
        api("GET", LIST)

    assert api("GET", LIST).status_code == 200


def test_a_plan_is_replaced_over_http_and_counts_anew(api: Any, hubspot: HubSpotSandbox) -> None:
    api("GET", LIST)

    api("PUT", "/sandbox/faults", {"faults": ["list:1:503"]})

    assert [api("GET", LIST).status_code for _ in range(2)] == [503, 200]
    assert api("PUT", "/sandbox/faults", {"faults": ["nonsense"]}).status_code == 400


def test_a_faulted_request_stands_in_the_journal_with_its_fault(start: Any, api_of: Any) -> None:
    sandbox = start(faults=["list:1:502"])

    api_of(sandbox)("GET", LIST)

    assert [(e.route, e.status, e.fault) for e in sandbox.journal.entries] == [("list", 502, "502")]


def test_equal_seeds_give_equal_plans_and_others_differ() -> None:
    assert seeded_faults(5, 12) == seeded_faults(5, 12)
    assert seeded_faults(5, 12) != seeded_faults(6, 12)
    assert {fault.route for seed in range(20) for fault in seeded_faults(seed, 12)} == {
        "list",
        "batch_read",
        "batch_update",
        "search",
    }


def test_a_stopped_sandbox_closes_the_connections_that_were_kept(api: Any, hubspot: HubSpotSandbox) -> None:
    api("GET", LIST)

    hubspot.stop()

    with pytest.raises(requests.ConnectionError):
        api("GET", LIST)
