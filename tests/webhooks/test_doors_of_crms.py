"""The doors of CRMs, each by the proof that this CRM can give: basic authentication, an HMAC of two forms, a path."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from contactable.identifiers import IdentifierKind
from contactable.register import Entry
from contactable.signing import Secret
from contactable.webhooks.request import Secrets
from contactable.webhooks.testing import FOREIGN, SECRET, Street

EMAIL, NUMBER = "lou@example.com", "+33639980001"
LOGIN = b"kit:" + SECRET.value
KEY, ANOTHER = SECRET.value.decode(), FOREIGN.value.decode()


def post(street: Street, path: str, body: Any, **headers: str) -> int:
    """Post JSON to a door; give the status."""
    data = json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return street.client.post(path, data=data, headers={"Content-Type": "application/json", **named}).status_code


def oppositions(street: Street, kind: IdentifierKind, text: str) -> list[str]:
    return [entry.on for entry in street.entries(kind, text) if entry.kind == "opposition"]


def of_record(street: Street, id: str) -> list[Entry]:
    return street.entries(IdentifierKind.RECORD, f"crm:{id}")


def basic(login: bytes) -> str:
    return f"Basic {base64.b64encode(login).decode()}"


UNSUBSCRIBED = {
    "meta": {
        "entity": "person",
        "action": "change",
        "entity_id": "77",
        "timestamp": "2026-11-20T08:00:00Z",
        "id": "e1",
    },
    "data": {"id": 77, "marketing_status": "unsubscribed"},
    "previous": {"marketing_status": "subscribed"},
}


def test_pipedrive_is_let_in_by_basic_authentication_alone(street: Street) -> None:
    street.open("pipedrive", Secrets(basic=(Secret("login", LOGIN),)))

    refused = [
        post(street, "/hooks/pipedrive", UNSUBSCRIBED),
        post(street, "/hooks/pipedrive", UNSUBSCRIBED, Authorization=basic(b"kit:guess")),
        post(street, "/hooks/pipedrive", UNSUBSCRIBED, Authorization="Basic ???"),
        post(street, "/hooks/pipedrive", UNSUBSCRIBED, Authorization=f"Bearer {KEY}"),
        post(street, f"/hooks/pipedrive/{KEY}", UNSUBSCRIBED),
    ]
    before = list(of_record(street, "77"))
    taken = post(street, "/hooks/pipedrive", UNSUBSCRIBED, Authorization=basic(LOGIN))

    assert refused == [401] * 5
    assert before == []
    assert taken == 200
    assert [(each.kind, each.on) for each in of_record(street, "77")] == [("opposition", "email")]


CONTACT = [{"id": "5f0e", "doNotCall": True, "modifiedAt": "2026-11-20 08:00:00"}]


def signed(body: Any, key: bytes, *, newer: bool) -> str:
    """The value of EspoCRM's header: a webhook's id, and the HMAC as bytes or as hexadecimal letters."""
    made = hmac.new(key, json.dumps(body).encode(), hashlib.sha256)
    return base64.b64encode(b"65a1:" + (made.hexdigest().encode() if newer else made.digest())).decode()


@pytest.mark.parametrize("newer", [False, True])
def test_espocrm_is_let_in_by_either_form_of_its_signature(street: Street, newer: bool) -> None:
    street.open("espocrm", Secrets(keys=(SECRET,)))
    name = "Signature" if newer else "X_Signature"

    forged = post(street, "/hooks/espocrm", CONTACT, **{name: signed(CONTACT, FOREIGN.value, newer=newer)})
    other = post(street, "/hooks/espocrm", CONTACT, **{name: signed([], SECRET.value, newer=newer)})
    before = list(of_record(street, "5f0e"))
    taken = post(street, "/hooks/espocrm", CONTACT, **{name: signed(CONTACT, SECRET.value, newer=newer)})

    assert (forged, other, before, taken) == (401, 401, [], 200)
    assert sorted(each.on for each in of_record(street, "5f0e")) == ["phone", "robocall"]


def test_espocrm_that_sends_both_forms_is_let_in_once(street: Street) -> None:
    street.open("espocrm", Secrets(keys=(SECRET,)))
    both = {
        "X_Signature": signed(CONTACT, SECRET.value, newer=False),
        "Signature": signed(CONTACT, SECRET.value, newer=True),
    }

    assert [post(street, "/hooks/espocrm", CONTACT, **both) for _ in range(2)] == [200, 200]
    assert sorted(each.on for each in of_record(street, "5f0e")) == ["phone", "robocall"]


LISTED = {"_model": "mail.blacklist", "_id": 7, "email": EMAIL, "active": True, "write_date": "2026-11-20 08:00:00"}


def test_odoo_is_let_in_by_the_secret_of_the_path_alone(street: Street) -> None:
    street.open("odoo", Secrets(path=(SECRET,)))

    refused = [
        post(street, "/hooks/odoo", LISTED),
        post(street, f"/hooks/odoo/{ANOTHER}", LISTED),
        post(street, "/hooks/odoo", LISTED, Authorization=f"Bearer {KEY}"),
    ]
    before = oppositions(street, IdentifierKind.EMAIL, EMAIL)
    taken = [post(street, f"/hooks/odoo/{KEY}", LISTED) for _ in range(2)]  # Odoo posts twice for one change

    assert refused == [401] * 3
    assert before == []
    assert taken == [200, 200]
    assert oppositions(street, IdentifierKind.EMAIL, EMAIL) == ["email"]


STOP = {"msg_status": "unsubscribe", "to": NUMBER[1:], "ts_event": 1795000000, "messageId": 12}


@pytest.mark.parametrize("proof", ["path", "basic", "bearer", "header"])
def test_brevo_is_let_in_by_whichever_secret_the_company_gave_it(street: Street, proof: str) -> None:
    schemes = {
        "path": (Secrets(path=(SECRET,)), f"/hooks/brevo/{KEY}", {}),
        "basic": (Secrets(basic=(Secret("login", LOGIN),)), "/hooks/brevo", {"Authorization": basic(LOGIN)}),
        "bearer": (Secrets(bearer=(SECRET,)), "/hooks/brevo", {"Authorization": f"Bearer {KEY}"}),
        "header": (Secrets(headers={"X-Kit": (SECRET,)}), "/hooks/brevo", {"X_Kit": KEY}),
    }
    secrets, path, headers = schemes[proof]
    street.open("brevo", secrets)
    wrong = {name: value.replace(KEY, ANOTHER) for name, value in headers.items()}
    wrong = {"Authorization": basic(b"kit:guess")} if proof == "basic" else wrong

    forged = post(street, path.replace(KEY, ANOTHER), STOP, **wrong)
    before = oppositions(street, IdentifierKind.PHONE, NUMBER)
    taken = post(street, path, STOP, **headers)

    assert (forged, before, taken) == (401, [], 200)
    assert oppositions(street, IdentifierKind.PHONE, NUMBER) == ["sms"]
