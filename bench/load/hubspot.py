"""Requests as HubSpot makes and signs them, as they go over the wire; no two are alike."""

from __future__ import annotations

import json
import time
from itertools import count
from typing import Any

from contactable.sandbox.hubspot.webhooks import signed_headers

SECRET = "a-client-secret"
PUBLIC = "https://crm.example.com/hooks/hubspot"
_ids = count(1)


def signed(events: int) -> bytes:
    """One request over the wire: a batch of opt-outs of contacts never met before, signed as HubSpot signs."""
    now = int(time.time() * 1000)
    body = json.dumps([_event(next(_ids), now) for _ in range(events)], separators=(",", ":")).encode()
    return _wire(body, signed_headers(SECRET.encode(), PUBLIC, body, now))


def _event(id: int, now: int, contact: int | None = None) -> dict[str, Any]:
    return {
        "eventId": id,
        "subscriptionId": 1,
        "portalId": 1,
        "appId": 1,
        "occurredAt": now,
        "subscriptionType": "contact.propertyChange",
        "attemptNumber": 0,
        "objectId": contact or id,
        "propertyName": "hs_email_optout",
        "propertyValue": "true",
        "changeSource": "EMAIL_UNSUBSCRIBE",
        "sourceId": "x",
    }


def _wire(body: bytes, headers: dict[str, str]) -> bytes:
    lines = [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join(
        ["POST /hooks/hubspot HTTP/1.1", "Host: crm.example.com", *lines, f"Content-Length: {len(body)}"]
    )
    return head.encode() + b"\r\n\r\n" + body


def of_contact(id: int) -> bytes:
    """One signed request that tells of the opt-out of one contact."""
    now = int(time.time() * 1000)
    body = json.dumps([_event(next(_ids), now, id)], separators=(",", ":")).encode()
    return _wire(body, signed_headers(SECRET.encode(), PUBLIC, body, now))
