"""Senders of e-mail: what each does when its webhook is saved, how it repeats itself, and what it says in passing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contactable.errors import Malformed, NotAuthentic
from contactable.signing import Secret, sign_hmac
from contactable.webhooks.amazon import is_certificate_url
from contactable.webhooks.captured import read_captured
from contactable.webhooks.events import Confidence, Event, Kind, On, Origin, Problem, Scope, ScopeKind
from contactable.webhooks.provider import Proof
from contactable.webhooks.providers import ses
from contactable.webhooks.receiver import Endpoint, proof_of
from contactable.webhooks.registry import find_provider
from contactable.webhooks.request import Request, Secrets
from contactable.webhooks.testing import PUBLIC_URL, Street

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
KEY = Secret("current", b"0123456789abcdef")
FIXTURES = Path(__file__).parent / "fixtures"


def authentic(id: str, request: Request, secrets: Secrets) -> bool:
    """Whether a provider accepts a request."""
    try:
        find_provider(id).authenticate(request, secrets)
    except (NotAuthentic, Malformed):
        return False
    return True


def events(file: str) -> list[Event]:
    """The events of one of our fixtures."""
    id = file.partition("/")[0]
    return [item for item in find_provider(id).parse(read_captured(FIXTURES / file, NOW)) if isinstance(item, Event)]


def signed_by(secret: bytes, body: object) -> Request:
    """A body with the header ``Signature`` under a secret, as MailerSend signs."""
    raw = json.dumps(body).encode()
    return Request(raw, NOW, headers={"Signature": sign_hmac("sha256", secret, raw).hex()})


def test_mailersend_may_save_its_webhook_by_the_ping_whose_secret_everybody_knows() -> None:
    public = b"test_Am3L1GuOIc4blLUuHqAPxxwkZaJyEk8G"
    ping = {"type": "webhook.test", "message": "This is a ping test message"}
    act = {"type": "activity.unsubscribed", "data": {"id": "1", "email": "ada@example.com"}}
    ours = Secrets(keys=(KEY,))

    assert authentic("mailersend", signed_by(public, ping), ours)
    assert authentic("mailersend", signed_by(KEY.value, ping), ours)
    assert not authentic("mailersend", signed_by(b"another", ping), ours)
    assert not authentic("mailersend", signed_by(public, act), ours)
    assert not authentic("mailersend", signed_by(public, [ping, act]), ours)
    assert not authentic("mailersend", replace(signed_by(public, ping), raw=b"webhook.test"), ours)


def test_a_ping_that_carries_an_act_tells_nothing() -> None:
    body = b'{"type": "webhook.test", "data": {"type": "unsubscribed", "id": "1", "email": "ada@example.com"}}'

    (event,) = find_provider("mailersend").parse(Request(body, NOW))

    assert isinstance(event, Event)
    assert event.kind == "ignored"


@pytest.mark.parametrize("file", ["mailersend/unsubscribed.json", "mailersend/flat.json"])
def test_both_shapes_of_mailersend_tell_the_time_of_the_act_and_its_message(file: str) -> None:
    (event,) = events(file)

    assert event.occurred_at == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert event.message_id == "m1"


def test_mailtrap_is_believed_by_its_signature_where_the_endpoint_has_the_secret() -> None:
    body = b'{"events": [{"event": "unsubscribe", "email": "ada@example.com", "event_id": "e1"}]}'
    request = Request(body, NOW, path_secret="long and random")
    keyed, by_path = Secrets(keys=(KEY,)), Secrets(path=(Secret("path", b"long and random"),))
    signed = request.with_headers({"Mailtrap-Signature": sign_hmac("sha256", KEY.value, body).hex()})

    assert authentic("mailtrap", signed, keyed)
    assert not authentic("mailtrap", request, keyed)
    assert not authentic("mailtrap", replace(signed, raw=body + b" "), keyed)
    assert authentic("mailtrap", request, by_path)


def test_a_signature_that_nobody_checked_proves_no_more_than_the_secret_of_the_url() -> None:
    provider = find_provider("mailtrap")
    signed = Request(b"{}", NOW, headers={"Mailtrap-Signature": "00"}, path_secret="long and random")
    by_path = Secrets(path=(Secret("path", b"long and random"),))

    assert authentic("mailtrap", signed, by_path)
    assert proof_of(Endpoint("mailtrap", provider, by_path), signed) is Proof.PATH_SECRET
    assert proof_of(Endpoint("mailtrap", provider, Secrets(keys=(KEY,))), signed) is Proof.SIGNED
    assert proof_of(Endpoint("ses", find_provider("ses"), Secrets()), signed) is Proof.SIGNED


def test_lemlist_repeats_the_secret_of_its_webhook_in_the_body() -> None:
    body = {"_id": "act_1", "type": "emailsUnsubscribed", "leadEmail": "ada@example.com"}

    def request(**more: str) -> Request:
        return Request(json.dumps({**body, **more}).encode(), NOW, path_secret="long and random")

    path = (Secret("path", b"long and random"),)
    both = Secrets(keys=(KEY,), path=path)

    assert authentic("lemlist", request(), Secrets(path=path))
    assert authentic("lemlist", request(secret=KEY.value.decode()), both)
    assert not authentic("lemlist", request(), both)
    assert not authentic("lemlist", request(secret="guess"), both)


@pytest.mark.parametrize("id", ["lemlist", "sarbacane"])
def test_an_item_that_does_not_say_what_happened_is_kept_as_unreadable_and_opposes_nothing(id: str) -> None:
    body = b'{"kind": "SUCCESSFUL", "email": "ada@example.com", "leadEmail": "ada@example.com"}'

    (item,) = find_provider(id).parse(Request(body, NOW))

    assert isinstance(item, Problem)


@pytest.mark.parametrize(
    ("kind", "meaning"),
    [("UNSUBSCRIBE", "opposition"), ("COMPLAINT", "opposition"), ("HARD_BOUNCE", "address_fact"), ("OPEN", "ignored")],
)
def test_the_kinds_that_sarbacane_documents_are_read_wherever_the_settings_find_them(kind: str, meaning: str) -> None:
    body = json.dumps({"kind": kind, "email": "ada@example.com"}).encode()

    (item,) = find_provider("sarbacane").parse(Request(body, NOW, options={"fields": {"event": "kind"}}))

    assert isinstance(item, Event)
    assert item.kind == meaning


def test_an_address_that_resend_keeps_off_for_hard_bounces_opposes_nothing() -> None:
    (bounced,), (complained,) = events("resend/bounced_before.json"), events("resend/added_complaint.json")

    assert (bounced.kind, bounced.origin) == (Kind.ADDRESS_FACT, Origin.ECHO)
    assert (complained.kind, complained.origin) == (Kind.OPPOSITION, Origin.COMPLAINT)


def test_a_channel_that_is_off_at_customerio_closes_it_and_a_topic_that_is_null_was_not_chosen() -> None:
    told = events("customerio/preferences_channels.json")

    assert [(event.on, event.kind) for event in told if event.kind is Kind.OPPOSITION] == [
        (On.EMAIL, Kind.OPPOSITION),
        (On.SMS, Kind.OPPOSITION),
    ]
    assert {event.scope.id for event in told} == {"", "topic_1"}
    assert len({event.key for event in told}) == len(told)


def test_the_report_behind_a_complaint_of_sparkpost_says_how_sure_it_is() -> None:
    told = [(event.kind, event.confidence) for event in events("sparkpost/complaints.json")]

    assert told[:3] == [(Kind.OPPOSITION, Confidence.CERTAIN)] * 2 + [(Kind.IGNORED, Confidence.CERTAIN)]
    assert told[3:] == [(Kind.OPPOSITION, Confidence.REVIEW)] * 2


def mailgun(**signatures: str) -> Request:
    """An unsubscription with these signatures beside time and token."""
    signed = {"timestamp": str(int(NOW.timestamp())), "token": "t1", **signatures}
    data = {"event": "unsubscribed", "recipient": "ada@example.com"}
    return Request(json.dumps({"signature": signed, "event-data": data}).encode(), NOW)


def test_an_event_of_a_mailgun_subaccount_is_believed_by_its_own_key_or_by_the_parents() -> None:
    message = f"{int(NOW.timestamp())}t1".encode()
    own, parent = sign_hmac("sha256", b"own", message).hex(), sign_hmac("sha256", b"parent", message).hex()
    request = mailgun(**{"signature": own, "parent-signature": parent})

    assert authentic("mailgun", request, Secrets(keys=(Secret("own", b"own"),)))
    assert authentic("mailgun", request, Secrets(keys=(Secret("parent", b"parent"),)))
    assert not authentic("mailgun", request, Secrets(keys=(Secret("other", b"other"),)))
    assert not authentic("mailgun", mailgun(signature=own), Secrets(keys=(Secret("parent", b"parent"),)))


def test_a_signature_of_mailgun_vouches_for_no_body_and_proves_no_more_than_a_secret() -> None:
    assert find_provider("mailgun").proof(mailgun(signature="00")) is Proof.PATH_SECRET


def test_an_old_form_of_mailgun_binds_the_list_that_was_left() -> None:
    (event,) = events("mailgun/old_form_unsubscribed_from_list.form.txt")

    assert event.scope == Scope(ScopeKind.LIST, "news@example.org")


@pytest.mark.parametrize(
    "url", ["https://hooks.example.com/hooks/mandrill", "https://hooks.example.com/hooks/mandrill/"]
)
def test_mandrill_signs_the_url_with_the_name_and_the_password_that_stand_in_it(url: str) -> None:
    provider, secrets = find_provider("mandrill"), Secrets(keys=(KEY,), basic=(Secret("basic", b"name:word"),))
    typed = Request(b"mandrill_events=%5B%5D", NOW, url=url.replace("https://", "https://name:word@"))
    arrived = replace(provider.sign(typed, secrets), url=url)

    assert authentic("mandrill", arrived, secrets)
    assert not authentic("mandrill", arrived, Secrets(keys=(KEY,), basic=(Secret("basic", b"name:other"),)))
    assert not authentic("mandrill", replace(arrived, url=url + "x"), secrets)


def test_a_topic_that_was_taken_away_may_be_confirmed_again() -> None:
    request = read_captured(FIXTURES / "ses/topic_left.json", NOW)

    assert ses.confirmation_url(request) == request.json.text("SubscribeURL")


def test_hosts_of_the_sovereign_cloud_are_amazons_for_its_own_topics_only() -> None:
    name = "SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
    sovereign, usual = f"https://sns.eusc-de-east-1.amazonaws.eu/{name}", f"https://sns.eu-west-3.amazonaws.com/{name}"
    of_it, of_another = "arn:aws-eusc:sns:eusc-de-east-1:000000000000:ses", "arn:aws:sns:eu-west-3:000000000000:ses"

    assert is_certificate_url(sovereign, of_it)
    assert not is_certificate_url(sovereign, of_another)
    assert not is_certificate_url(sovereign)
    assert not is_certificate_url(usual, of_it)
    assert not is_certificate_url(sovereign.replace("sns.eusc", "sns.x.eusc"), of_it)


def test_a_url_that_ends_in_a_slash_is_probed_and_signed_with_it(street: Street) -> None:
    endpoint = street.open("mandrill", Secrets(keys=(KEY,)))
    typed = Request(b"mandrill_events=%5B%5D", NOW, url=f"{PUBLIC_URL}/hooks/mandrill/")
    signed = endpoint.provider.sign(typed, endpoint.secrets)

    assert street.client.head("/hooks/mandrill/").status_code == 200
    assert street.send(signed).status_code == 200
    assert street.send(replace(signed, url=f"{PUBLIC_URL}/hooks/mandrill")).status_code == 401


@pytest.mark.parametrize("raw", [b'[{"secret": "x"}]', b'"secret"', b'{"secret": '])
def test_a_body_of_lemlist_that_is_no_object_is_kept_as_it_came(raw: bytes) -> None:
    assert find_provider("lemlist").kept(Request(raw, NOW)) == raw
