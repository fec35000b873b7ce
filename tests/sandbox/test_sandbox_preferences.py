"""Communication preferences: what people said, where it shows, and what the interface may not undo."""

from __future__ import annotations

from typing import Any

import pytest

from contactable.sandbox import HubSpotSandbox

V3 = "/communication-preferences/v3"
V4 = "/communication-preferences/v4"
ADA, ADDRESS = 151, "ada@example.com"


def _statuses(api: Any, version: str = V4) -> dict[int, str]:
    found = api.get(f"{version}/statuses/{ADDRESS}", channel="EMAIL")["results"]
    return {each["subscriptionId"]: each["status"] for each in found}


def test_nobody_who_said_nothing_is_subscribed_or_unsubscribed(api: Any) -> None:
    assert set(_statuses(api).values()) == {"NOT_SPECIFIED"}


@pytest.mark.parametrize("version", [V4, "/communication-preferences/2026-03", "/communication-preferences/2026-09"])
def test_leaving_one_type_shows_in_every_version(api: Any, hubspot: HubSpotSandbox, version: str) -> None:
    hubspot.unsubscribe(ADA, 1602)

    assert _statuses(api, version) == {1601: "NOT_SPECIFIED", 1602: "UNSUBSCRIBED", 1603: "NOT_SPECIFIED"}


def test_leaving_everything_shows_as_a_wide_status_and_on_each_type(api: Any, hubspot: HubSpotSandbox) -> None:
    hubspot.unsubscribe(ADA)

    wide = api.get(f"{V4}/statuses/{ADDRESS}/unsubscribe-all", channel="EMAIL")["results"][0]
    assert (wide["wideStatusType"], wide["status"]) == ("PORTAL_WIDE", "UNSUBSCRIBED")
    assert set(_statuses(api).values()) == {"UNSUBSCRIBED"}


def test_an_opt_out_shows_on_the_contact_but_does_not_move_its_modified_date(
    api: Any, hubspot: HubSpotSandbox, clock: Any
) -> None:
    before = hubspot.contact(ADA).properties["lastmodifieddate"]
    clock.move(seconds=60)

    hubspot.unsubscribe(ADA)
    hubspot.unsubscribe(ADA, 1601)

    after = hubspot.contact(ADA).properties
    assert (after["hs_email_optout"], after["hs_email_optout_1601"]) == ("true", "true")
    assert after["lastmodifieddate"] == before


def test_search_finds_the_opt_out_although_no_date_moved(api: Any, hubspot: HubSpotSandbox) -> None:
    hubspot.unsubscribe(ADA)

    wanted = {"filterGroups": [{"filters": [{"propertyName": "hs_email_optout", "operator": "EQ", "value": "true"}]}]}
    found = api.post("/crm/v3/objects/contacts/search", wanted)

    assert [each["id"] for each in found["results"]] == [str(ADA)]


def test_the_old_interface_says_not_subscribed_with_its_source(api: Any, hubspot: HubSpotSandbox) -> None:
    hubspot.unsubscribe(ADA)

    status = api.get(f"{V3}/status/email/{ADDRESS}")["subscriptionStatuses"][0]

    assert (status["status"], status["sourceOfStatus"]) == ("NOT_SUBSCRIBED", "PORTAL_WIDE_STATUS")


def test_an_app_unsubscribes_with_a_legal_basis_that_is_kept(api: Any) -> None:
    given = {
        "channel": "EMAIL",
        "statusState": "UNSUBSCRIBED",
        "subscriptionId": 1602,
        "legalBasis": "LEGITIMATE_INTEREST_OTHER",
        "legalBasisExplanation": "opposition",
    }

    answer = api.post(f"{V4}/statuses/{ADDRESS}", given)["results"][0]

    assert (answer["status"], answer["legalBasis"]) == ("UNSUBSCRIBED", "LEGITIMATE_INTEREST_OTHER")
    assert answer["setStatusSuccessReason"] == "REQUESTED_CHANGE_OCCURRED"


def test_unsubscribing_twice_changes_nothing_and_says_so(api: Any) -> None:
    given = {"channel": "EMAIL", "statusState": "UNSUBSCRIBED", "subscriptionId": 1602}

    reasons = [api.post(f"{V4}/statuses/{ADDRESS}", given)["results"][0]["setStatusSuccessReason"] for _ in range(2)]

    assert reasons == ["REQUESTED_CHANGE_OCCURRED", "NO_STATUS_CHANGE"]


@pytest.mark.parametrize("everything", [True, False])
def test_no_app_subscribes_a_person_who_left(api: Any, hubspot: HubSpotSandbox, everything: bool) -> None:
    hubspot.unsubscribe(ADA, None if everything else 1601)

    given = {"channel": "EMAIL", "statusState": "SUBSCRIBED", "subscriptionId": 1601}
    by_new = api("POST", f"{V4}/statuses/{ADDRESS}", given)
    by_old = api("POST", f"{V3}/subscribe", {"emailAddress": ADDRESS, "subscriptionId": "1601"})

    assert (by_new.status_code, by_old.status_code) == (400, 400)
    assert _statuses(api)[1601] == "UNSUBSCRIBED"


@pytest.mark.parametrize(
    "wrong",
    [{"channel": "SMS"}, {"statusState": "GONE"}, {"subscriptionId": 9}, {"subscriptionId": ""}, {"legalBasis": "X"}],
    ids=lambda wrong: next(iter(wrong)) + str(next(iter(wrong.values()))),
)
def test_a_status_of_another_form_is_refused(api: Any, wrong: dict[str, Any]) -> None:
    given = {"channel": "EMAIL", "statusState": "UNSUBSCRIBED", "subscriptionId": 1601, **wrong}

    assert api("POST", f"{V4}/statuses/{ADDRESS}", given).status_code == 400


def test_batches_read_and_leave_for_many_addresses(api: Any) -> None:
    addresses = {"inputs": ["ada@example.com", "bob@example.org"]}

    api.post(f"{V4}/statuses/batch/unsubscribe-all?channel=EMAIL", addresses)
    read = api.post(f"{V4}/statuses/batch/read?channel=EMAIL", addresses)["results"]
    wide = api.post(f"{V4}/statuses/batch/unsubscribe-all/read?channel=EMAIL", addresses)["results"]

    assert {each["status"] for one in read for each in one["statuses"]} == {"UNSUBSCRIBED"}
    assert [one["wideStatuses"][0]["status"] for one in wide] == ["UNSUBSCRIBED", "UNSUBSCRIBED"]


def test_the_timeline_gives_the_whole_portal_from_a_moment_on(api: Any, hubspot: HubSpotSandbox, clock: Any) -> None:
    hubspot.unsubscribe(ADA, 1601)
    clock.move(seconds=60)
    since = int(clock.seconds() * 1000)
    hubspot.unsubscribe(201)

    told = api.get("/email/public/v1/subscriptions/timeline", startTimestamp=since)

    assert [each["recipient"] for each in told["timeline"]] == ["bob@example.org"]
    assert told["timeline"][0]["changes"][0]["changeType"] == "PORTAL_STATUS"
    assert told["hasMore"] is False


def test_both_families_list_the_same_types(api: Any) -> None:
    old = api.get(f"{V3}/definitions")["subscriptionDefinitions"]
    new = api.get(f"{V4}/definitions")["results"]

    assert old == new
    assert [each["name"] for each in new] == ["Newsletter", "Offres commerciales", "Invitations"]


def test_a_new_contact_shows_what_its_address_left_before(api: Any, hubspot: HubSpotSandbox) -> None:
    hubspot.unsubscribe(ADA, 1601)
    hubspot.unsubscribe(201)
    hubspot.erase(ADA)
    hubspot.erase(201)

    for email in ("ada@example.com", "bob@example.org"):
        made = api.post("/crm/v3/objects/contacts", {"properties": {"email": email}})
        shown = hubspot.contact(made["id"]).properties
        wanted = "hs_email_optout_1601" if email.startswith("ada") else "hs_email_optout"
        assert {name for name, value in shown.items() if name.startswith("hs_email_optout") and value} == {wanted}
