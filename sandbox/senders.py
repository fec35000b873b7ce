"""Senders as an installation meets them: each request has the real one's fields and is signed as the real one signs.

Twilio's form of an inbound SMS, Brevo's word of a delivered one, HubSpot's batch of property changes (version 3), the
POST of RFC 8058 that a mail client makes, and a report to 33700 in our own format, signed by Standard Webhooks. A
function makes the request, ``post`` sends it. ``url`` is where it goes, ``public_url`` what is signed where it differs
(behind a proxy).
"""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

import requests

from contactable.identifiers import read_phone
from contactable.sandbox.hubspot.portal import APP_ID, PORTAL_ID
from contactable.sandbox.hubspot.webhooks import signed_headers
from contactable.signing import sign_standard_webhook, sign_twilio

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it goes over the wire: always a POST."""

    url: str
    headers: Mapping[str, str]
    body: bytes


def post(sent: Sent, *, timeout: float = 10.0) -> requests.Response:
    """Send it, without following redirects: senders do not."""
    return requests.post(sent.url, data=sent.body, headers=dict(sent.headers), timeout=timeout, allow_redirects=False)


def _e164(number: str) -> str:
    """The number as networks write it, however the CRM holds it."""
    phone = read_phone(number)
    return phone.e164 if phone else number


def twilio_stop(
    url: str,
    auth_token: bytes,
    number: str,
    text: str = "STOP",
    *,
    public_url: str = "",
    to: str = "+33700555000",
    flagged: bool = True,
) -> Sent:
    """An SMS that somebody answers; ``flagged``: Twilio's Advanced Opt-Out took it for a STOP."""
    sid = f"SM{secrets.token_hex(16)}"
    form = [
        ("ToCountry", "FR"),
        ("SmsMessageSid", sid),
        ("NumMedia", "0"),
        ("SmsSid", sid),
        ("SmsStatus", "received"),
        ("FromCountry", "FR"),
        ("Body", text),
        ("To", to),
        ("MessagingServiceSid", f"MG{0:032x}"),
        ("NumSegments", "1"),
        ("MessageSid", sid),
        ("AccountSid", f"AC{0:032x}"),
        ("From", _e164(number)),
        ("ApiVersion", "2010-04-01"),
    ]
    # The real one comes only with Advanced Opt-Out, and only where the whole message is a keyword.
    if flagged:
        form.append(("OptOutType", "STOP"))
    headers = {
        "Content-Type": FORM,
        "User-Agent": "TwilioProxy/1.1",
        "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
        "X-Twilio-Signature": sign_twilio(auth_token, public_url or url, form),
    }
    return Sent(url, headers, urlencode(form).encode())


def hubspot_change(
    url: str,
    client_secret: bytes,
    contact_id: int | str,
    name: str,
    value: str,
    *,
    public_url: str = "",
    at: datetime | None = None,
    change_source: str = "CRM_UI",
    source_id: str = "userId:9801",
) -> Sent:
    """A batch with one change of one property, by default a salesperson's at HubSpot's screen."""
    now = at or datetime.now(UTC)
    event = {
        "eventId": secrets.randbelow(4_294_967_295),
        "subscriptionId": 4_840_001,
        "portalId": PORTAL_ID,
        "appId": APP_ID,
        "occurredAt": int(now.timestamp() * 1000),
        "subscriptionType": "contact.propertyChange",
        "attemptNumber": 0,
        "objectId": int(contact_id),
        "propertyName": name,
        "propertyValue": value,
        "changeSource": change_source,
        "sourceId": source_id,
    }
    body = json.dumps([event], separators=(",", ":"), ensure_ascii=False).encode()
    return Sent(url, signed_headers(client_secret, public_url or url, body, int(now.timestamp() * 1000)), body)


def brevo_delivered(url: str, number: str, at: datetime, *, sender: str = "MAMARQUE") -> Sent:
    """Brevo tells that it delivered an SMS; it signs nothing, so the URL holds the secret."""
    event = {
        "id": 4_840_002,
        "to": _e164(number).removeprefix("+"),
        "messageId": secrets.randbelow(10**12),
        "msg_status": "delivered",
        "ts_event": int(at.timestamp()),
        "type": "marketing",
        "tag": sender,
    }
    return Sent(url, {"Content-Type": "application/json"}, json.dumps(event).encode())


def one_click(url: str) -> Sent:
    """What a mail client posts when somebody clicks on "unsubscribe": no cookie, no referrer, nothing but this."""
    headers = {"Content-Type": FORM, "User-Agent": "Mozilla/5.0 (one-click unsubscribe)"}
    return Sent(url, headers, b"List-Unsubscribe=One-Click")


def report_33700(
    url: str, secret: bytes, number: str, *, sender: str = "MAMARQUE", text: str = "Promo", at: datetime | None = None
) -> Sent:
    """A person's report of an SMS to 33700, as an aggregator could pass it on (``fr.33700.report/1``)."""
    now = at or datetime.now(UTC)
    id = f"rep_{uuid.uuid4().hex}"
    report = {
        "schema": "fr.33700.report/1",
        "type": "spam_report.received",
        "id": id,
        "timestamp": now.isoformat(timespec="seconds"),
        "source": {"relay": "aggregator", "name": "sandbox", "batch_id": now.date().isoformat(), "line": 1},
        "data": {
            "channel": "sms",
            "reported_at": now.isoformat(timespec="seconds"),
            "received_at": None,
            "reporter": {"msisdn": _e164(number), "msisdn_sha256": None, "operator": "20801"},
            "sender": {"kind": "oadc", "value": sender, "account_id": None},
            "message": {"id": None, "client_ref": None, "text": text, "url": None},
            "count": 1,
            "category": "unsolicited",
            "operator_decision": "none",
        },
    }
    body = json.dumps(report, separators=(",", ":"), ensure_ascii=False).encode()
    headers = sign_standard_webhook(secret, f"msg_{id}", now, body)
    return Sent(url, {"Content-Type": "application/json", **headers}, body)
