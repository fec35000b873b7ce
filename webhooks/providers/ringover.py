"""Ringover: a refusal spoken in a call, as a tag or a comment of the agent. One JSON object a request.

The header ``x-ringover-webhook-signature`` holds a token (HS512) under the webhook's key, or the key itself, or the key
comes as a bearer in base64; none of them covers the body. The events that carry tags name a call and no number: the
number is in ``hangup`` or ``answered`` of the same ``call_id``, kept as ``message_id``. Some payloads spell
``ressource``. Vendor's kit: github.com/ringover/ringover-webhooks-php, read on 2026-11-23.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from contactable.signing import Secret, check_equal, check_jwt, sign_jwt
from contactable.webhooks.events import Event, Kind, On, Origin, Trace
from contactable.webhooks.meaning import Meaning, fact_key, international
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.refusals import refusal_in, refused_on
from contactable.webhooks.request import Request, Secrets

STATUS = Status.DOCUMENTED
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET

TRACES = {
    "ringing": Trace.CALL_STARTED,
    "answered": Trace.CALL_STARTED,
    "hangup": Trace.CALL_ENDED,
    "missed": Trace.CALL_ENDED,
    "voicemail": Trace.CALL_ENDED,
}


def authenticate(request: Request, secrets: Secrets) -> str:
    """Raise ``NotAuthentic`` unless the webhook's key made the token, or is the token."""
    given = request.header("x-ringover-webhook-signature")
    # Only a token has two dots; the plain key of older accounts has none.
    if given.count(".") == 2:
        return check_jwt(secrets.keys, given, "HS512")[0]
    if given:
        return check_equal(secrets.keys, given, "header")
    # The bearer form encodes the key, so ours is encoded to be compared.
    encoded = [Secret(key.id, base64.b64encode(key.value)) for key in secrets.keys]
    return check_equal(encoded, request.header("authorization").removeprefix("Bearer "), "bearer token")


def sign(request: Request, secrets: Secrets) -> Request:
    """The request as Ringover would send it, with a token."""
    return request.with_headers({"x-ringover-webhook-signature": sign_jwt(secrets.keys[0].value, {}, "HS512")})


def parse(request: Request) -> Iterator[Event]:
    """Yield the one event of a request; raise ``Malformed`` where a field is missing."""
    body = request.json
    said, call = body.text("event"), body.section("data")
    noted = _texts(call, "tags"), _texts(call, "comments"), request.options
    refusal = refusal_in(*noted)
    meaning = replace(refusal or Meaning(Kind.IGNORED, origin=Origin.PROVIDER), trace=_trace(call, said))
    id, at = call.text("call_id"), body.epoch("timestamp", default=None)
    # A call refuses once, however often its events repeat the list of tags.
    key = fact_key("ringover", id, meaning.reason or said, None if refusal else body.text("resource", "ressource"))
    on = refused_on(*noted) if refusal else On.VOICE
    yield meaning.event(on, said, key=key, at=at, phone=_number(call), message_id=id)


def _number(call: Section) -> str | None:
    """The person's number: the one called on a call that we made, the caller's otherwise; None where none is named."""
    number = call.text("to_number" if _is_outward(call) else "from_number", default=None)
    return international(number) if number else None


def _is_outward(call: Section) -> bool:
    return call.text("direction", default="").lower() in ("out", "outbound")


def _trace(call: Section, said: str) -> Trace | None:
    # Somebody who calls us was not called by us: such a call is no attempt, and breaks no opposition.
    trace = TRACES.get(said)
    return None if trace is Trace.CALL_ENDED and not _is_outward(call) else trace


def _texts(call: Section, name: str) -> list[str]:
    """The tags or comments: a text, a list of texts, or a list of objects with a name."""
    found = call.raw(name)
    return [text for item in (found if isinstance(found, list) else [found]) if (text := _text(item))]


def _text(item: Any) -> str:
    if isinstance(item, dict):
        return str(item.get("name") or item.get("content") or "")
    return item if isinstance(item, str) else ""
