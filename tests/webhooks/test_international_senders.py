"""What the table of kinds does not show: whom an act binds, how sure it is, when it was, and by what it is known."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from contactable.webhooks.captured import read_captured
from contactable.webhooks.events import Confidence, Event, Kind, Origin, Scope, ScopeKind
from contactable.webhooks.providers import cm, klaviyo, vonage
from contactable.webhooks.registry import find_provider
from contactable.webhooks.request import Request

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
EVERYTHING = Scope()


def events(file: str) -> list[Event]:
    """The events of one of our fixtures."""
    id = file.partition("/")[0]
    return [item for item in find_provider(id).parse(read_captured(FIXTURES / file, NOW)) if isinstance(item, Event)]


@pytest.mark.parametrize(
    ("file", "scopes"),
    [
        ("sendgrid/batch.json", [EVERYTHING] * 3 + [Scope(ScopeKind.SUBSCRIPTION, "12")] * 2 + [EVERYTHING]),
        ("mailgun/unsubscribed.json", [EVERYTHING]),
        ("mailgun/unsubscribed_from_list.json", [Scope(ScopeKind.LIST, "news.example.org")]),
        ("postmark/unsubscribed_by_the_person.json", [Scope(ScopeKind.SENDER, "broadcast")]),
        ("postmark/suppressed_for_a_complaint.json", [EVERYTHING]),
        ("mailchimp/unsubscribed.form.txt", [Scope(ScopeKind.LIST, "l1")]),
        ("mailchimp/unsubscribed_for_abuse.form.txt", [EVERYTHING]),
        ("activecampaign/unsubscribed.form.txt", [Scope(ScopeKind.LIST, "3")]),
        ("activecampaign/unsubscribed_from_all.form.txt", [EVERYTHING]),
        ("customerio/preferences.json", [Scope(ScopeKind.SUBSCRIPTION, f"topic_{n}") for n in (1, 2)]),
        ("ses/choice_of_nothing.json", [EVERYTHING]),
        ("ses/choice_of_a_topic.json", [Scope(ScopeKind.SUBSCRIPTION, "news")]),
        ("vonage/message_stop.json", [Scope(ScopeKind.SENDER, "36063")]),
        ("sinch/stop.json", [Scope(ScopeKind.SENDER, "36063")]),
    ],
)
def test_an_act_binds_what_the_person_left_and_a_complaint_binds_everything(file: str, scopes: list[Scope]) -> None:
    assert [event.scope for event in events(file)] == scopes


@pytest.mark.parametrize(
    "file",
    [
        "resend/contact_subscribed.json",
        "sparkpost/bounces.json",
        "mandrill/rejection_list.json",
        "mailchimp/subscribed.form.txt",
        "klaviyo/batch.json",
        "klaviyo/by_sms.json",
        "klaviyo/by_hand.json",
        "activecampaign/subscribed.form.txt",
        "customerio/customer_subscribed.json",
        "customerio/preferences.json",
        "postmark/resubscribed_by_the_sender.json",
    ],
)
def test_a_release_that_may_not_be_the_persons_own_act_waits_for_a_person(file: str) -> None:
    releases = [event for event in events(file) if event.kind is Kind.RELEASE]

    assert {event.confidence for event in releases} == {Confidence.REVIEW}


@pytest.mark.parametrize(
    ("file", "origin", "confidence"),
    [
        ("sparkpost/rejections.json", Origin.ECHO, Confidence.REVIEW),
        ("customerio/email_dropped.json", Origin.ECHO, Confidence.REVIEW),
        ("resend/suppressed.json", Origin.ECHO, Confidence.PROBABLE),
        ("resend/complained_one_of_two.json", Origin.COMPLAINT, Confidence.REVIEW),
        ("ses/complaint_of_two.json", Origin.COMPLAINT, Confidence.PROBABLE),
        ("mailchimp/deleted_by_an_administrator.form.txt", Origin.ADMIN, Confidence.REVIEW),
        ("postmark/suppressed_by_an_administrator.json", Origin.ADMIN, Confidence.CERTAIN),
        ("activecampaign/unsubscribed_by_the_api.form.txt", Origin.API, Confidence.CERTAIN),
        ("arf/fraud.eml", Origin.COMPLAINT, Confidence.REVIEW),
    ],
)
def test_an_opposition_tells_whose_act_it_was_and_how_sure_that_is(
    file: str, origin: Origin, confidence: Confidence
) -> None:
    oppositions = [event for event in events(file) if event.kind is Kind.OPPOSITION]

    assert {(event.origin, event.confidence) for event in oppositions} == {(origin, confidence)}


def test_a_click_on_a_link_is_told_apart_from_the_header_of_the_mail() -> None:
    origins = [event.origin for event in events("sparkpost/batch.json")]

    assert origins[:2] == [Origin.RECIPIENT, Origin.LINK_CLICK]


@pytest.mark.parametrize(
    ("file", "at"),
    [
        ("mailgun/complained.json", datetime(2026, 11, 24, 9, 30, 0, 125000, tzinfo=UTC)),
        ("postmark/unsubscribed_by_the_person.json", datetime(2026, 11, 23, 16, 33, 54, 907025, tzinfo=UTC)),
        ("mailchimp/unsubscribed.form.txt", datetime(2026, 11, 23, 10, 40, tzinfo=UTC)),
        ("activecampaign/sms_unsub.form.txt", datetime(2026, 11, 23, 9, 15, tzinfo=UTC)),
        ("ses/complaint.json", datetime(2026, 11, 24, 9, 20, tzinfo=UTC)),
        ("infobip/mail_unsubscribed.json", None),  # it tells when the mail was sent, not when the person left
        ("vonage/stop_by_query.query.txt", datetime(2026, 11, 23, 10, 40, tzinfo=UTC)),
        ("cm/stop.json", datetime(2026, 11, 23, 10, 40, tzinfo=UTC)),
        ("esendex/stop.xml", None),
    ],
)
def test_the_time_of_an_act_is_the_senders_in_whatever_form_it_comes(file: str, at: datetime | None) -> None:
    assert events(file)[0].occurred_at == at


def test_a_changed_address_names_the_new_one_that_oppositions_follow_to() -> None:
    (event,) = events("mailchimp/address_changed.form.txt")

    assert (event.email, event.new_email) == ("ada@example.com", "ada.new@example.com")


def test_a_number_without_its_plus_is_read_with_its_country_code() -> None:
    assert {event.phone for event in events("sinch/stop.json")} == {"+33639980001"}


def test_a_stop_to_a_shared_number_counts_only_with_a_reference_of_ours() -> None:
    body = b'{"from": {"number": "0033639980001"}, "to": {"number": "36063"}, "message": {"text": "STOP"}%s}'

    def told(more: bytes) -> list[Kind]:
        request = Request(body % more, NOW, options={"shared_numbers": ["36063"]})
        return [item.kind for item in cm.parse(request) if isinstance(item, Event)]

    assert told(b"") == [Kind.IGNORED]
    assert told(b', "reference": "ours"') == [Kind.OPPOSITION]


@pytest.mark.parametrize("place", ["payload.included", "properties", "flat"])
def test_the_address_of_a_klaviyo_profile_is_found_wherever_it_stands(place: str) -> None:
    documents = {
        "payload.included": b'{"topic": "t", "payload": {"included": [{"attributes": {"email": "ada@example.com"}}]}}',
        "properties": b'{"topic": "t", "payload": {"data": {"attributes": {"event_properties": {"$email": '
        b'"ada@example.com"}}}}}',
        "flat": b'{"topic": "t", "email": "ada@example.com"}',
    }

    (event,) = klaviyo.parse(Request(documents[place], NOW))

    assert isinstance(event, Event)
    assert event.email == "ada@example.com"


def test_a_reply_of_vonage_sent_twice_has_one_key_and_its_report_another() -> None:
    def key(query: str) -> str:
        (event,) = vonage.parse(Request(b"", NOW, method="GET", url=f"https://x.example/?msisdn=33639980001&{query}"))
        return event.key

    assert key("messageId=m1&text=STOP") == key("messageId=m1&text=STOP&nonce=2")
    assert key("messageId=m1&text=STOP") != key("messageId=m1&status=delivered")
