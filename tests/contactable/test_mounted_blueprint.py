"""Another company's Flask application mounts the kit under a prefix; senders and people use its doors."""

import gzip
import json
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from contactable import Contactable
from contactable.clock import utc_now
from contactable.errors import Conflict
from contactable.identifiers import IdentifierKind
from contactable.logs import configure
from contactable.register import inbox, ledger, subjects
from contactable.rules import Channel, Reason
from contactable.signing import sign_standard_webhook, sign_twilio
from contactable.webhooks.oneclick import unsubscribe_headers, unsubscribe_url

Form = list[tuple[str, str]]
PREFIX = "/contactable"
HOOK = f"{PREFIX}/hooks/twilio"
PUBLIC = "https://crm.example.com/contactable/hooks/twilio"
STOP = [("MessageSid", "SM1"), ("From", "+33639980001"), ("To", "+33700000000"), ("Body", "STOP")]


@pytest.fixture
def kit(make_kit: Callable[..., Contactable]) -> Contactable:
    return make_kit()


@pytest.fixture
def client(kit: Contactable) -> FlaskClient:
    app = Flask("a-company")
    app.register_blueprint(kit.blueprint, url_prefix=PREFIX)
    return app.test_client()


def stop(client: FlaskClient, form: Form = STOP, token: bytes = b"a-token-of-twilio") -> TestResponse:
    headers = {"X-Twilio-Signature": sign_twilio(token, PUBLIC, form)}
    return client.post(HOOK, data=urlencode(form), headers=headers, content_type="application/x-www-form-urlencoded")


def states(kit: Contactable) -> dict[str, int]:
    with kit.register.read() as tx:
        return inbox.counts(tx)


def test_a_stop_reply_closes_sms_and_leaves_the_other_channels(kit: Contactable, client: FlaskClient) -> None:
    answer = stop(client)

    verdicts = kit.verdicts(phone="06 39 98 00 01")
    assert (answer.status_code, answer.data) == (200, b"<Response/>")
    assert verdicts[Channel.SMS].reason is Reason.OPPOSITION
    assert verdicts[Channel.PHONE].reason is Reason.PLACE_UNKNOWN


def test_a_forged_stop_reply_is_refused_and_leaves_nothing(kit: Contactable, client: FlaskClient) -> None:
    answer = stop(client, token=b"somebody-else")

    assert answer.status_code == 401
    assert states(kit) == {}


def test_a_replayed_stop_reply_is_answered_and_has_no_effect(kit: Contactable, client: FlaskClient) -> None:
    stop(client)

    answer = stop(client)

    with kit.register.read() as tx:
        subject = subjects.find_subject(tx, IdentifierKind.PHONE, "+33639980001")
        entries = ledger.entries_of(tx, [subject or ""])
    assert answer.status_code == 200
    assert [(entry.kind, entry.on, entry.proof_level) for entry in entries] == [("opposition", "sms", "signed")]


def test_an_authentic_report_that_cannot_be_read_is_kept_and_answered_like_success(
    kit: Contactable, client: FlaskClient
) -> None:
    body = b'{"schema": "something else"'
    headers = sign_standard_webhook(b"whsec_c2VjcmV0IG9mIHRoZSByZXBvcnRzIGludGFrZQ==", "msg_1", utc_now(), body)

    answer = client.post(f"{PREFIX}/reports/33700", data=body, headers=headers)

    assert answer.status_code == 200
    assert states(kit) == {inbox.UNREADABLE: 1}


def test_a_report_to_33700_closes_sms_for_its_reporter(kit: Contactable, client: FlaskClient) -> None:
    report = {
        "schema": "fr.33700.report/1",
        "type": "spam_report.received",
        "id": "rep_1",
        "timestamp": "2026-11-23T09:15:02+01:00",
        "data": {
            "channel": "sms",
            "reported_at": "2026-11-22T18:04:00+01:00",
            "reporter": {"msisdn": "+33639980002"},
            "sender": {"kind": "oadc", "value": "MABRAND"},
        },
    }
    body = json.dumps(report).encode()
    headers = sign_standard_webhook(b"whsec_c2VjcmV0IG9mIHRoZSByZXBvcnRzIGludGFrZQ==", "msg_2", utc_now(), body)

    answer = client.post(f"{PREFIX}/reports/33700", data=body, headers=headers)

    assert answer.status_code == 200
    assert kit.may_contact("sms", phone="+33639980002").reason is Reason.OPPOSITION


@pytest.fixture
def link(kit: Contactable) -> str:
    subject = kit.register.write(lambda tx: subjects.subject_for(tx, IdentifierKind.EMAIL, "camille@example.com"))
    return unsubscribe_url("https://crm.example.com" + PREFIX, kit.link_keys, subject)


def test_one_click_unsubscribe_closes_email_without_a_redirect(
    kit: Contactable, client: FlaskClient, link: str
) -> None:
    answer = client.post(link, data={"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert kit.may_contact("email", email="camille@example.com").reason is Reason.OPPOSITION


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_an_unsubscribe_link_changes_nothing(
    kit: Contactable, client: FlaskClient, link: str, method: str
) -> None:
    answer = getattr(client, method)(link)

    assert answer.status_code == 200
    assert kit.may_contact("email", email="camille@example.com").reason is Reason.PLACE_UNKNOWN


@pytest.mark.parametrize("token", ["x", "WyJhIl0.AAAA", "%00", "é" * 50])
def test_a_link_that_closes_nothing_is_never_answered_as_if_it_did(client: FlaskClient, token: str) -> None:
    answer = client.post(f"{PREFIX}/u/{token}", data={"List-Unsubscribe": "One-Click"})
    looked = client.get(f"{PREFIX}/u/{token}")

    assert [answer.status_code, looked.status_code] == [404, 404]
    assert "/stop" in answer.text
    assert "<button" not in looked.text


def test_a_link_about_somebody_whom_the_register_let_go_of_is_told_as_closing_nothing(
    kit: Contactable, client: FlaskClient
) -> None:
    link = unsubscribe_url("https://crm.example.com" + PREFIX, kit.link_keys, "0" * 32)

    assert client.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 404
    with kit.register.read() as tx:
        assert list(ledger.of_kind(tx, "opposition")) == []


def test_the_headers_of_an_outgoing_mail_are_those_of_rfc_8058(link: str) -> None:
    assert unsubscribe_headers(link) == {
        "List-Unsubscribe": f"<{link}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


@pytest.mark.parametrize("body", [b"x" * (5 * 1024 * 1024 + 1), gzip.compress(b"x" * (6 * 1024 * 1024))])
def test_a_body_that_is_too_large_also_once_unzipped_is_refused(client: FlaskClient, body: bytes) -> None:
    encoding = {"Content-Encoding": "gzip"} if body[:2] == b"\x1f\x8b" else {}

    assert client.post(HOOK, data=body, headers=encoding).status_code == 413


def test_a_body_that_says_gzip_and_is_not_is_refused(client: FlaskClient) -> None:
    assert client.post(HOOK, data=b"plain", headers={"Content-Encoding": "gzip"}).status_code == 400


def test_an_unknown_endpoint_is_not_found(client: FlaskClient) -> None:
    assert client.post(f"{PREFIX}/hooks/nobody").status_code == 404


@pytest.mark.parametrize("door", ["healthz", "readyz", "hooks/twilio"])
def test_probes_are_answered_with_success(client: FlaskClient, door: str) -> None:
    assert client.get(f"{PREFIX}/{door}").status_code == 200


def test_a_second_process_of_a_host_is_refused_on_sqlite_and_told_why(
    kit: Contactable, client: FlaskClient, make_kit: Callable[..., Contactable]
) -> None:
    second = Flask("the same host, another process")

    with pytest.raises(Conflict, match="PostgreSQL"):
        second.register_blueprint(make_kit().blueprint, url_prefix=PREFIX)


def test_the_logs_of_a_webhook_hold_no_number_and_no_address(
    client: FlaskClient, capsys: pytest.CaptureFixture[str], link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTACTABLE_LOG", "debug")
    configure()

    stop(client)
    client.post(link, data={"List-Unsubscribe": "One-Click"})

    structlog.reset_defaults()
    logged = capsys.readouterr().err
    assert "webhook" in logged
    assert not any(part in logged for part in ("639980001", "39980001", "camille", "example.com/u/"))
