"""Search: filters, the keyset that pollers use, the ceiling, the lag of the index, its own limit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactable.sandbox import HubSpotSandbox, Limits, Quirks
from contactable.sandbox.hubspot.contacts import Contact
from contactable.sandbox.hubspot.index import Index

SEARCH = "/crm/v3/objects/contacts/search"
ADA, BOB, CLEO = 151, 201, 251


def _where(*filters: tuple[str, str, Any], **more: Any) -> dict[str, Any]:
    given = [{"propertyName": name, "operator": operator, **_value(value)} for name, operator, value in filters]
    return {"filterGroups": [{"filters": given}], "limit": 100, **more}


def _value(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    return {"values": value} if isinstance(value, list) else {"value": value}


def _ids(answer: dict[str, Any]) -> list[int]:
    return [int(each["id"]) for each in answer["results"]]


@pytest.mark.parametrize(
    ("name", "operator", "value", "found"),
    [
        ("firstname", "EQ", "ada", [ADA]),
        ("firstname", "NEQ", "Ada", [BOB, CLEO]),
        ("phone", "HAS_PROPERTY", None, [BOB]),
        ("phone", "NOT_HAS_PROPERTY", None, [ADA, CLEO]),
        ("firstname", "IN", ["Ada", "Cléo"], [ADA, CLEO]),
        ("firstname", "NOT_IN", ["Ada"], [BOB, CLEO]),
        ("email", "CONTAINS_TOKEN", "*example.org", [BOB]),
        ("hs_object_id", "GT", "151", [BOB, CLEO]),
        ("hs_object_id", "LTE", "201", [ADA, BOB]),
    ],
)
def test_an_operator_finds_what_its_name_says(api: Any, name: str, operator: str, value: Any, found: list[int]) -> None:
    assert _ids(api.post(SEARCH, _where((name, operator, value)))) == found


def test_groups_are_alternatives_and_filters_of_one_must_all_hold(api: Any) -> None:
    both = _where(("firstname", "EQ", "Ada"), ("phone", "HAS_PROPERTY", None))
    either = {"filterGroups": both["filterGroups"] + _where(("firstname", "EQ", "Cléo"))["filterGroups"]}

    assert _ids(api.post(SEARCH, both)) == []
    assert _ids(api.post(SEARCH, either)) == [CLEO]


def test_ids_are_compared_as_numbers_and_not_as_texts(start: Any, api_of: Any) -> None:
    many = start([{"email": f"p{number}@example.com"} for number in range(30)])

    found = api_of(many).post(SEARCH, _where(("hs_object_id", "GT", "901"), sorts=["hs_object_id"]))

    assert _ids(found)[0] == 951
    assert _ids(found)[-1] == 1601


def test_the_name_that_other_objects_use_finds_no_contact_and_says_nothing(api: Any) -> None:
    answer = api("POST", SEARCH, _where(("hs_lastmodifieddate", "GTE", "0")))

    assert answer.status_code == 200
    assert answer.json()["total"] == 0


def test_a_window_with_a_keyset_walks_through_every_contact_once(start: Any, api_of: Any, clock: Any) -> None:
    api = api_of(start([{"email": f"p{number}@example.com"} for number in range(450)], limits=Limits(None, None, None)))
    end = str(int(clock.seconds() * 1000))
    seen: list[int] = []

    while page := api.post(
        SEARCH,
        _where(
            ("lastmodifieddate", "GTE", "0"),
            ("lastmodifieddate", "LTE", end),
            ("hs_object_id", "GT", str(seen[-1] if seen else 0)),
            limit=200,
            sorts=[{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        ),
    )["results"]:
        seen += [int(each["id"]) for each in page]

    assert seen == [151 + 50 * number for number in range(450)]


def test_sorting_downwards_by_a_date_gives_the_latest_first(api: Any, hubspot: HubSpotSandbox, clock: Any) -> None:
    clock.move(seconds=60)
    hubspot.as_person(BOB, {"city": "Brest"})

    latest = {"sorts": [{"propertyName": "lastmodifieddate", "direction": "DESCENDING"}], "limit": 1}

    assert _ids(api.post(SEARCH, latest)) == [BOB]


def test_search_learns_of_a_change_a_little_late(start: Any, api_of: Any, clock: Any) -> None:
    lagging = start(quirks=Quirks(index_lag=10.0))
    lagging.as_person(ADA, {"city": "Brest"})
    wanted = _where(("city", "EQ", "Brest"))

    at_once = api_of(lagging).post(SEARCH, wanted)["total"]
    read = api_of(lagging).get(f"/crm/v3/objects/contacts/{ADA}", properties="city")
    clock.move(seconds=10)

    assert at_once == 0
    assert read["properties"]["city"] == "Brest"
    assert api_of(lagging).post(SEARCH, wanted)["total"] == 1


def test_a_later_change_may_be_found_before_an_earlier_one(start: Any, api_of: Any, clock: Any) -> None:
    lagging = start(
        [{"email": f"p{number}@example.com"} for number in range(40)], quirks=Quirks(index_lag=10.0), seed=3
    )
    for number in range(40):
        lagging.as_person(151 + 50 * number, {"city": "Brest"})
        clock.move(seconds=0.1)
    clock.move(seconds=2)

    found = _ids(api_of(lagging).post(SEARCH, _where(("city", "EQ", "Brest"), sorts=["lastmodifieddate"])))

    changed_before_the_last_found = [151 + 50 * number for number in range(40) if 151 + 50 * number <= max(found)]
    assert 0 < len(found) < len(changed_before_the_last_found)


def test_an_archived_contact_is_not_found_any_more(api: Any, hubspot: HubSpotSandbox) -> None:
    hubspot.archive(BOB)

    assert _ids(api.post(SEARCH, _where(("hs_object_id", "GT", "0")))) == [ADA, CLEO]


def test_nothing_beyond_the_ten_thousandth_result_is_given(start: Any, api_of: Any) -> None:
    api = api_of(start([{"firstname": f"P{number}"} for number in range(10_050)]))

    last = api.post(SEARCH, {"limit": 200, "after": "9800"})
    beyond = api("POST", SEARCH, {"limit": 200, "after": last["paging"]["next"]["after"]})

    assert last["total"] == 10_050
    assert len(last["results"]) == 200
    assert beyond.status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"filterGroups": [{"filters": []}] * 6},
        _where(*[("firstname", "EQ", "a")] * 7),
        _where(("nothing", "EQ", "a")),
        _where(("firstname", "LIKE", "a")),
        _where(("firstname", "EQ", None)),
        _where(("lastmodifieddate", "GTE", "yesterday")),
        {"sorts": ["email", "phone"]},
    ],
    ids=["page", "groups", "filters", "property", "operator", "no value", "no time", "sorts"],
)
def test_a_search_of_another_form_than_documented_is_refused(api: Any, body: dict[str, Any]) -> None:
    assert api("POST", SEARCH, body).status_code == 400


def test_the_sixth_search_within_a_second_is_refused_and_the_next_second_is_free(api: Any, clock: Any) -> None:
    answers = [api("POST", SEARCH, {}).status_code for _ in range(6)]
    clock.move(seconds=1)

    assert answers == [200] * 5 + [429]
    assert api("POST", SEARCH, {}).status_code == 200


def test_search_carries_no_rate_limit_headers_and_counts_apart(api: Any, hubspot: HubSpotSandbox) -> None:
    answer = api("POST", SEARCH, {})

    assert not [name for name in answer.headers if "RateLimit" in name]
    assert hubspot.meter.used_today == 0


_CHANGES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), max_size=40)
_BOUND = st.none() | st.integers(0, 60)


@settings(max_examples=60)
@given(_CHANGES, st.lists(st.tuples(_BOUND, _BOUND, st.integers(0, 12)), min_size=1, max_size=6))
def test_the_index_finds_what_looking_at_everybody_finds(
    changes: list[tuple[int, int]], windows: list[tuple[int | None, int | None, int]]
) -> None:
    index, now = Index(), 0
    people = [Contact(number, {}, 0, 0) for number in range(10)]
    for contact in people:
        index.add(contact, 0)
    for who, pause in changes:
        now += pause
        people[who].modified_at = now
        index.add(people[who], now)
        index.catch_up(now)
        low, high, after = windows[who % len(windows)]

        found = [contact.id for contact, _ in index.between(low, high, after)]

        assert found == [
            each.id
            for each in people
            if each.id > after and (low or 0) <= each.modified_at <= (now if high is None else high)
        ]
