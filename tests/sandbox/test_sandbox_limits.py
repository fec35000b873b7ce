"""Limits: what is let through, what is refused, and what the headers and the journal say of it."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contactable.sandbox import HubSpotSandbox, Limits
from contactable.sandbox.hubspot.limits import Meter
from contactable.sandbox.hubspot.problems import Problem

LIST = "/crm/v3/objects/contacts"


def test_headers_count_down_within_the_window(api: Any) -> None:
    first, second = (api("GET", LIST).headers for _ in range(2))

    assert first["X-HubSpot-RateLimit-Max"] == "190"
    assert first["X-HubSpot-RateLimit-Interval-Milliseconds"] == "10000"
    assert (first["X-HubSpot-RateLimit-Remaining"], second["X-HubSpot-RateLimit-Remaining"]) == ("189", "188")
    assert second["X-HubSpot-RateLimit-Daily-Remaining"] == "624998"


def test_the_window_rolls_and_does_not_begin_anew(start: Any, api_of: Any, clock: Any) -> None:
    api = api_of(start(limits=Limits(per_10_s=2)))
    statuses = []
    for pause in (0, 5, 4, 1, 0):
        clock.move(seconds=pause)
        statuses.append(api("GET", LIST).status_code)

    assert statuses == [200, 200, 429, 200, 429]


def test_a_refusal_has_its_policy_and_names_no_delay(start: Any, api_of: Any) -> None:
    api = api_of(start(limits=Limits(per_10_s=0)))

    answer = api("GET", LIST)

    assert answer.json()["policyName"] == "TEN_SECONDLY_ROLLING"
    assert answer.json()["message"] == "You have reached your ten_secondly_rolling limit."
    assert "Retry-After" not in answer.headers


def test_a_refusal_names_its_delay_where_the_portal_does(start: Any, api_of: Any) -> None:
    api = api_of(start(limits=Limits(per_10_s=0, names_delay=True)))

    assert api("GET", LIST).headers["Retry-After"] == "10"


def test_the_day_ends_at_its_limit_and_begins_anew_at_midnight(start: Any, api_of: Any, clock: Any) -> None:
    api = api_of(start(limits=Limits(per_day=1)))

    statuses = [api("GET", LIST).status_code for _ in range(2)]
    policy = api("GET", LIST).json()["policyName"]
    clock.move(seconds=86_400)

    assert (statuses, policy) == ([200, 429], "DAILY")
    assert api("GET", LIST).status_code == 200


def test_a_refused_token_costs_nothing(api: Any, hubspot: HubSpotSandbox) -> None:
    api.token = "unknown"

    api("GET", LIST)

    assert hubspot.meter.used_today == 0


def test_other_limits_count_from_now_on(api: Any, hubspot: HubSpotSandbox) -> None:
    hubspot.limit(Limits(per_10_s=1))

    assert [api("GET", LIST).status_code for _ in range(2)] == [200, 429]


@settings(max_examples=50)
@given(st.lists(st.floats(0, 3), max_size=60), st.integers(1, 8))
def test_no_ten_seconds_ever_hold_more_than_the_limit(pauses: list[float], most: int) -> None:
    now, let = 0.0, []
    meter = Meter(Limits(per_10_s=most), lambda: now)
    for pause in pauses:
        now += pause
        try:
            meter.let()
        except Problem:
            continue
        let.append(now)

    assert all(sum(start <= other < start + 10 for other in let) <= most for start in let)


def test_the_journal_counts_by_route_and_status(start: Any, api_of: Any, clock: Any) -> None:
    sandbox = start(limits=Limits(per_10_s=3))
    api = api_of(sandbox)
    for _ in range(4):
        api("GET", LIST)
        clock.move(seconds=1)

    told = api.get("/sandbox/journal")

    assert told["by_route"] == {"list": 4}
    assert told["by_status"] == {"200": 3, "429": 1}
    assert (told["too_many_requests"], told["most_in_10_s"], told["span_s"]) == (1, 3, 2.0)
    assert sandbox.journal.count("list", 200) == 3


def test_the_journal_holds_no_address(api: Any, hubspot: HubSpotSandbox) -> None:
    api("GET", f"{LIST}/ada@example.com", params={"idProperty": "email"})

    assert "ada" not in repr(hubspot.journal.entries)
    assert hubspot.journal.count("read") == 1


def test_an_error_of_the_request_carries_the_headers_too(api: Any) -> None:
    answer = api("GET", f"{LIST}/999999")

    assert answer.status_code == 404
    assert answer.headers["X-HubSpot-RateLimit-Remaining"] == "189"
