"""What the card on a HubSpot contact asks the kit: verdicts in words, an opposition at once, all of it signed."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from tests.console.conftest import Desk
from tests.console.test_preference_centre import LOU, know, reasons

from contactable.identifiers import IdentifierKind
from contactable.register import accesses, ledger, subjects
from contactable.rules import Channel
from contactable.signing import sign_hubspot

SECRET = "a client secret of an app"
USER = "?userId=7&portalId=12&userEmail=agent%40example.com&appId=3"
SETTINGS = """
[connectors.crm]
type = "hubspot"
token = "env:HUBSPOT_TOKEN"
base_url = "http://127.0.0.1:9"
[endpoints.portal]
provider = "hubspot"
connector = "crm"
secret = "env:CLIENT_SECRET"
[endpoints.twilio]
provider = "twilio"
secret = "env:CLIENT_SECRET"
"""


@pytest.fixture
def desk(install: Any, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("HUBSPOT_TOKEN", "pat-nobody")
    monkeypatch.setenv("CLIENT_SECRET", SECRET)
    made: Desk = install(SETTINGS)
    return made


def ask(
    desk: Desk,
    what: str,
    body: Any,
    *,
    secret: str = SECRET,
    age: float = 0,
    signed: bytes = b"",
    endpoint: str = "portal",
) -> Any:
    """Ask as the card does, through HubSpot: with its query and its signature."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    path, moment = f"/contactable/cards/{endpoint}/{what}{USER}", str(int((time.time() - age) * 1000))
    signature = sign_hubspot(secret.encode(), "POST", f"https://crm.example.com{path}", signed or raw, moment)
    headers = {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": moment}
    return desk.app.test_client().post(path, data=raw, headers=headers, content_type="application/json")


def test_the_card_is_told_five_verdicts_in_words_and_no_address(desk: Desk) -> None:
    know(desk, "151")
    answer = ask(desk, "verdicts", {"objectId": "151"})

    assert answer.status_code == 200
    assert answer.json["known"] is True
    assert [each["channel"] for each in answer.json["verdicts"]] == list(map(str, Channel))
    assert answer.json["verdicts"][0]["reason"] == "Country unknown"
    assert LOU not in answer.text


def test_a_contact_whom_nobody_read_yet_is_open_nowhere(desk: Desk) -> None:
    answer = ask(desk, "verdicts", {"objectId": "999"})

    assert (answer.json["known"], {each["allowed"] for each in answer.json["verdicts"]}) == (False, {False})


def test_an_opposition_from_the_card_is_a_crm_users_and_counts_in_the_answer(desk: Desk) -> None:
    know(desk, "151")
    answer = ask(desk, "opposition", {"objectId": "151", "channel": "sms"})

    sms = next(each for each in answer.json["verdicts"] if each["channel"] == "sms")
    assert (sms["allowed"], sms["reason"]) == (False, "Objected")
    with desk.kit.register.read() as tx:
        record = subjects.find_subject(tx, IdentifierKind.RECORD, "crm:151")
        (entry,) = ledger.entries_of(tx, [record or ""])
    assert (entry.origin, entry.proof_level, entry.is_own, entry.on) == ("crm_user", "operator", False, "sms")


def test_an_opposition_to_everything_reaches_the_address_too_and_twice_is_once(desk: Desk) -> None:
    know(desk, "151")
    for _ in range(2):
        ask(desk, "opposition", {"objectId": "151", "channel": "all", "key": "k1"})

    assert len(reasons(desk)) == 5
    with desk.kit.register.read() as tx:
        email = subjects.find_subject(tx, IdentifierKind.EMAIL, LOU)
        assert len(ledger.entries_of(tx, [email or ""])) == 1


def test_every_look_leaves_a_trace_of_who_looked(desk: Desk) -> None:
    know(desk, "151")
    ask(desk, "verdicts", {"objectId": "151"})

    with desk.kit.register.read() as tx:
        record = subjects.find_subject(tx, IdentifierKind.RECORD, "crm:151")
        (look,) = accesses.of_person(tx, [record or ""])
    assert (look.what, look.who) == ("card", "HubSpot user 7")


@pytest.mark.parametrize("what", ["verdicts", "opposition"])
@pytest.mark.parametrize("wrong", [{"secret": "another"}, {"age": 600}, {"age": -600}, {"signed": b"another body"}])
def test_a_request_that_hubspot_did_not_just_sign_is_refused(desk: Desk, what: str, wrong: dict[str, Any]) -> None:
    know(desk, "151")
    answer = ask(desk, what, {"objectId": "151", "channel": "all"}, **wrong)

    assert (answer.status_code, reasons(desk)) == (401, set())


def test_a_request_without_any_signature_is_refused(desk: Desk) -> None:
    answer = desk.app.test_client().post("/contactable/cards/portal/verdicts", json={"objectId": "151"})

    assert answer.status_code == 401


HOSTILE = [b"", b"[]", b"{", b"\xff", b'{"objectId": 151}', b'{"objectId": "crm:151"}', b'{"objectId": "1\\u0000"}']


@pytest.mark.parametrize("body", [*HOSTILE, b"[" * 100_000, b'{"objectId": "151", "channel": "fax"}'])
def test_a_body_that_no_card_sends_is_refused_and_not_repeated(desk: Desk, body: bytes) -> None:
    answer = ask(desk, "opposition", body)

    assert (answer.status_code, answer.json) == (400, {"error": "the body is not what the card sends"})


@pytest.mark.parametrize("endpoint", ["twilio", "nobody", "%2e%2e"])
def test_only_an_endpoint_of_hubspot_answers_a_card(desk: Desk, endpoint: str) -> None:
    assert ask(desk, "verdicts", {"objectId": "151"}, endpoint=endpoint).status_code == 404
