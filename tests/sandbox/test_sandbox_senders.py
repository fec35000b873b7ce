"""Stand-ins of senders: the fields of the real ones, and signatures that our own verifiers accept."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from contactable.errors import NotAuthentic
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.senders import hubspot_change, one_click, post, report_33700, twilio_stop
from contactable.signing import Secret, check_hubspot, check_standard_webhook, check_twilio

INSIDE = "http://127.0.0.1:8080/hooks/x"
PUBLIC = "https://crm.example.com/contactable/hooks/x"
NUMBER = "+33639980001"
SECRET = b"whsec_c2FuZGJveC1zZWNyZXQtb2YtMzMgYnl0ZXM="
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("public_url", ["", PUBLIC], ids=["as called", "behind a proxy"])
def test_a_stop_is_signed_for_the_address_that_the_world_sees(public_url: str) -> None:
    sent = twilio_stop(INSIDE, b"token", NUMBER, public_url=public_url)

    form = parse_qsl(sent.body.decode(), keep_blank_values=True)
    signature = sent.headers["X-Twilio-Signature"]
    assert check_twilio([Secret("t", b"token")], public_url or INSIDE, signature=signature, form=form) == "t"


def test_a_stop_has_the_fields_of_a_message_and_its_own_id() -> None:
    first, second = (dict(parse_qsl(twilio_stop(INSIDE, b"t", NUMBER).body.decode())) for _ in range(2))

    assert (first["From"], first["Body"], first["OptOutType"]) == (NUMBER, "STOP", "STOP")
    assert first["MessageSid"] != second["MessageSid"]
    assert {"AccountSid", "MessagingServiceSid", "To", "NumSegments", "ApiVersion"} <= first.keys()


@pytest.mark.parametrize("written", ["06 39 98 00 01", "06.39.98.00.01", NUMBER])
def test_senders_write_a_number_as_networks_do(written: str) -> None:
    form = dict(parse_qsl(twilio_stop(INSIDE, b"t", written).body.decode()))
    report = json.loads(report_33700(INSIDE, SECRET, written).body)

    assert form["From"] == report["data"]["reporter"]["msisdn"] == NUMBER


def test_a_stop_that_was_not_flagged_has_its_text_alone() -> None:
    form = dict(parse_qsl(twilio_stop(INSIDE, b"t", NUMBER, "Stop svp", flagged=False).body.decode()))

    assert form["Body"] == "Stop svp"
    assert "OptOutType" not in form


def test_a_change_at_hubspot_is_signed_and_names_no_address() -> None:
    sent = hubspot_change(INSIDE, b"secret", 151, "contactable_oppose", "sms", public_url=PUBLIC, at=AT)

    (event,) = json.loads(sent.body)
    signer = check_hubspot(
        [Secret("app", b"secret")],
        "POST",
        PUBLIC,
        sent.body,
        signature=sent.headers["X-HubSpot-Signature-v3"],
        timestamp=sent.headers["X-HubSpot-Request-Timestamp"],
        at=AT,
    )
    assert signer == "app"
    assert (event["objectId"], event["changeSource"]) == (151, "CRM_UI")


@pytest.mark.skipif("CONTACTABLE_CORPUS" not in os.environ, reason="the corpus of payloads (CONTACTABLE_CORPUS)")
def test_a_change_at_hubspot_has_the_fields_of_a_real_one() -> None:
    real = json.loads((Path(os.environ["CONTACTABLE_CORPUS"]) / "hubspot/real_contact_propertyChange.json").read_text())

    sent = json.loads(hubspot_change(INSIDE, b"secret", 151, "phone", NUMBER).body)

    assert sent[0].keys() == real[0].keys()
    assert {name: type(value) for name, value in sent[0].items()} == {n: type(v) for n, v in real[0].items()}


def test_a_report_is_signed_by_standard_webhooks_and_lasts_five_minutes() -> None:
    sent = report_33700(INSIDE, SECRET, NUMBER, at=AT)
    headers = {name.lower(): value for name, value in sent.headers.items()}

    assert check_standard_webhook([Secret("s", SECRET)], headers, sent.body, AT) == "s"
    with pytest.raises(NotAuthentic):
        check_standard_webhook([Secret("s", SECRET)], headers, sent.body, AT.replace(minute=10))


def test_a_report_names_its_reporter_and_its_sender() -> None:
    report = json.loads(report_33700(INSIDE, SECRET, NUMBER, sender="MAMARQUE").body)

    assert report["schema"] == "fr.33700.report/1"
    assert report["data"]["reporter"]["msisdn"] == NUMBER
    assert report["data"]["sender"]["value"] == "MAMARQUE"


def test_one_click_is_one_field_and_nothing_that_could_identify() -> None:
    sent = one_click("https://crm.example.com/contactable/u/token")

    assert sent.body == b"List-Unsubscribe=One-Click"
    assert not {"cookie", "referer", "authorization"} & {name.lower() for name in sent.headers}


def test_a_request_is_posted_as_it_was_made(hubspot: HubSpotSandbox) -> None:
    answer = post(one_click(f"{hubspot.url}/nowhere"))

    assert answer.status_code == 404
    assert hubspot.journal.count("unknown", 404) == 1
