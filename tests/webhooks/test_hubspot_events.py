"""HubSpot beyond the contract: what makes an event the same, what it is bound to, and whose act it is."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from contactable.errors import NotAuthentic
from contactable.signing import Secret, sign_hubspot, sign_hubspot_v1
from contactable.webhooks.events import Event, Kind, On, Origin, Problem, Scope, ScopeKind, Trace
from contactable.webhooks.providers import hubspot
from contactable.webhooks.request import Request, Secrets

ARRIVAL = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
URL = "https://hooks.example.com/hooks/hubspot"
APP = Secret("app", b"client secret")


def change(**parts: Any) -> dict[str, Any]:
    """A property change as HubSpot sends it."""
    return {
        "eventId": 1,
        "subscriptionId": 2,
        "portalId": 3,
        "appId": 4,
        "occurredAt": 1795512600000,
        "subscriptionType": "contact.propertyChange",
        "attemptNumber": 0,
        "objectId": 5,
        "propertyName": "contactable_oppose",
        "propertyValue": "sms",
        "changeSource": "CRM_UI",
        "sourceId": "userId:6",
        **parts,
    }


def read(*items: Any) -> list[Event | Problem]:
    """The events of a batch."""
    return list(hubspot.parse(Request(json.dumps(items).encode(), ARRIVAL)))


def read_one(**parts: Any) -> Event:
    """The sole event of a sole change."""
    (event,) = read(change(**parts))
    assert isinstance(event, Event)
    return event


def test_a_second_attempt_is_the_same_event() -> None:
    assert read_one(attemptNumber=3, subscriptionId=9).key == read_one().key


@pytest.mark.parametrize("part", ["eventId", "portalId", "occurredAt", "objectId"])
def test_an_event_id_that_comes_again_for_something_else_is_another_event(part: str) -> None:
    assert read_one(**{part: 1795512600001}).key != read_one().key


def test_each_tick_of_one_change_is_an_event_of_its_own() -> None:
    events = read(change(propertyValue="email;sms;phone;robocall;calls;post;all;sms"))

    assert [event.on for event in events if isinstance(event, Event)] == [
        On.EMAIL,
        On.SMS,
        On.PHONE,
        On.ROBOCALL,
        On.VOICE,
        On.POST,
        On.ALL,
    ]
    assert len({event.key for event in events}) == 7


def test_a_tick_names_the_record_the_operator_and_the_moment_it_was_made() -> None:
    event = read_one()

    assert (event.record, event.origin, event.occurred_at) == ("5", Origin.CRM_USER, ARRIVAL)


def test_taking_all_ticks_away_releases_nothing_and_has_the_contact_read_again() -> None:
    event = read_one(propertyValue="")

    assert (event.kind, event.trace) == (Kind.IGNORED, Trace.CONTACT_CHANGED)


def test_an_opt_out_of_one_subscription_type_is_bound_to_it() -> None:
    assert read_one(propertyName="hs_email_optout_88", propertyValue="true").scope == Scope(
        ScopeKind.SUBSCRIPTION, "88"
    )
    assert read_one(propertyName="hs_email_optout", propertyValue="true").scope == Scope()


@pytest.mark.parametrize(
    ("source", "origin"),
    [("EMAIL", Origin.RECIPIENT), ("CRM_UI", Origin.CRM_USER), ("IMPORT", Origin.ADMIN), ("NEW_ONE", Origin.UNKNOWN)],
)
def test_the_source_of_a_change_tells_whose_act_an_opt_out_was(source: str, origin: Origin) -> None:
    event = read_one(propertyName="hs_email_optout", propertyValue="true", changeSource=source)

    assert (event.kind, event.origin) == (Kind.OPPOSITION, origin)


@pytest.mark.parametrize("source", ["EMAIL", "FORM", "CRM_UI", "API", ""])
def test_no_source_of_a_change_makes_a_resubscription_the_persons_own_act(source: str) -> None:
    event = read_one(propertyName="hs_email_optout", propertyValue="false", changeSource=source)

    assert event.kind is Kind.RELEASE
    assert event.origin is not Origin.RECIPIENT


def test_events_that_are_alike_but_for_whose_act_they_are_keep_each_their_own() -> None:
    opt_out = {"propertyName": "hs_email_optout", "propertyValue": "true"}
    sources = ["EMAIL", "CRM_UI", "EMAIL", "NEW_ONE", "FORM"]

    events = read(*(change(**opt_out, changeSource=source, objectId=n) for n, source in enumerate(sources, 1)))

    assert [(event.record, event.origin) for event in events if isinstance(event, Event)] == [
        ("1", Origin.RECIPIENT),
        ("2", Origin.CRM_USER),
        ("3", Origin.RECIPIENT),
        ("4", Origin.UNKNOWN),
        ("5", Origin.RECIPIENT),
    ]


def test_the_value_of_a_property_that_tells_us_nothing_is_not_kept_in_memory() -> None:
    hubspot._meaning.cache_clear()

    read(*(change(propertyName="phone", propertyValue=f"+3363998{n:04}") for n in range(100)))

    assert hubspot._meaning.cache_info().currsize == 1


@pytest.mark.parametrize("name", ["2024", "hs_email_optout_", "hs_email_optout_x", "my_hs_email_optout_7"])
def test_a_property_that_only_resembles_an_opt_out_is_an_ordinary_change(name: str) -> None:
    assert read_one(propertyName=name, propertyValue="true").kind is Kind.IGNORED


def test_an_opt_out_whose_value_is_hidden_is_neither_given_nor_taken_back() -> None:
    event = read_one(propertyName="hs_email_optout", propertyValue="REDACTED")

    assert (event.kind, event.trace) == (Kind.IGNORED, Trace.CONTACT_CHANGED)


def test_a_merge_names_the_new_record_and_those_that_went_into_it() -> None:
    event = read_one(subscriptionType="contact.merge", primaryObjectId=5, mergedObjectIds=[7, 8], newObjectId=9)

    assert (event.record, event.merged, event.trace) == ("9", ("5", "7", "8"), Trace.CONTACT_MERGED)


def test_an_opposition_that_names_no_contact_is_a_problem_and_hides_no_other() -> None:
    items = read(change(objectId=None), change())

    assert isinstance(items[0], Problem)
    assert isinstance(items[1], Event)


def test_the_older_signatures_that_hubspot_still_sends_are_not_accepted() -> None:
    older = {"X-HubSpot-Signature": sign_hubspot_v1(APP.value, b"[]"), "X-HubSpot-Signature-Version": "v1"}

    with pytest.raises(NotAuthentic):
        hubspot.authenticate(Request(b"[]", ARRIVAL, url=URL, headers=older), Secrets(keys=(APP,)))


def test_a_signature_for_another_address_of_ours_is_not_accepted() -> None:
    timestamp = str(int(ARRIVAL.timestamp() * 1000))
    signature = sign_hubspot(APP.value, "POST", f"{URL}2", b"[]", timestamp)
    headers = {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": timestamp}

    with pytest.raises(NotAuthentic):
        hubspot.authenticate(Request(b"[]", ARRIVAL, url=URL, headers=headers), Secrets(keys=(APP,)))


@pytest.mark.parametrize("kind", ["contact.propertyChange", "object.propertyChange", "contact.creation"])
def test_what_a_form_changed_tells_that_a_form_was_sent(kind: str) -> None:
    event = read_one(subscriptionType=kind, objectTypeId="0-1", propertyName="email", changeSource="FORM")

    assert event.trace is Trace.FORM_SUBMITTED


def test_an_opt_out_by_a_form_stays_an_opposition() -> None:
    event = read_one(propertyName="hs_email_optout", propertyValue="true", changeSource="FORM")

    assert (event.kind, event.trace) == (Kind.OPPOSITION, None)


@pytest.mark.parametrize(
    ("what", "more"),
    [
        ("propertyChange", {}),
        ("propertyChange", {"propertyName": "phone", "isSensitive": True, "propertyValue": "REDACTED"}),
        ("creation", {"changeFlag": "NEW"}),
        ("deletion", {"changeFlag": "DELETED"}),
        ("restore", {}),
        ("associationChange", {"associationType": "CONTACT_TO_COMPANY"}),
        ("merge", {"primaryObjectId": 5, "mergedObjectIds": [7], "newObjectId": 9}),
    ],
)
def test_generic_events_of_contacts_mean_what_those_of_the_older_family_mean(what: str, more: dict[str, Any]) -> None:
    older, generic = (
        read_one(subscriptionType=f"{family}.{what}", objectTypeId="0-1", **more) for family in ("contact", "object")
    )

    assert (generic.kind, generic.on, generic.trace) == (older.kind, older.on, older.trace)
    assert (generic.record, generic.merged) == (older.record, older.merged)


def test_a_generic_event_of_another_object_names_no_contact() -> None:
    event = read_one(subscriptionType="object.propertyChange", objectTypeId="0-2")

    assert (event.kind, event.record, event.trace) == (Kind.IGNORED, None, None)


def test_a_hundred_events_of_one_contact_are_one_contact_to_be_read() -> None:
    events = read(*(change(eventId=n, propertyName="phone", propertyValue=str(n)) for n in range(100)))

    assert {(event.record, event.trace) for event in events if isinstance(event, Event)} == {
        ("5", Trace.CONTACT_CHANGED)
    }
