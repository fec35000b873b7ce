"""Ringover: a refusal spoken in a call, as a tag or a comment of the agent. One JSON object a request.

The header ``x-ringover-webhook-signature`` holds a token (HS512) under the webhook's key, or the key itself, or the key
comes as a bearer in base64; none of them covers the body; a token that claims a lifetime is held to it. The events that
carry tags name a call and no number: the number is in ``hangup`` or ``answered`` of the same ``call_id``, kept as
``message_id``. Some payloads spell ``ressource``. Vendor's kit: github.com/ringover/ringover-webhooks-php, read on
2026-11-23 and 27.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from contactable.errors import NotAuthentic
from contactable.signing import WINDOW, Secret, check_equal, check_jwt, read_timestamp, sign_jwt
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
        id, claims = check_jwt(secrets.keys, given, "HS512")
        _check_lifetime(claims, request.received_at)
        return id
    if given:
        return check_equal(secrets.keys, given, "header")
    # The bearer form encodes the key, so ours is encoded to be compared.
    encoded = [Secret(key.id, base64.b64encode(key.value)) for key in secrets.keys]
    return check_equal(encoded, request.header("authorization").removeprefix("Bearer "), "bearer token")


def _check_lifetime(claims: Mapping[str, Any], received_at: datetime) -> None:
    """The vendor's kit refuses a token that has run out, or is not yet good; what is not claimed is not asked."""
    times = {
        name: read_timestamp(str(claims[name]).partition(".")[0]) for name in ("exp", "nbf", "iat") if name in claims
    }
    begins = [times[name] for name in ("nbf", "iat") if name in times]
    if times.get("exp", received_at) + WINDOW < received_at or any(at > received_at + WINDOW for at in begins):
        raise NotAuthentic("The token has run out or is not yet good: a replay, or a clock that is wrong.")


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
    resource = body.text("resource", "ressource", default=None)
    key = fact_key("ringover", id, meaning.reason or said, None if refusal else resource)
    on = refused_on(*noted) if refusal else On.VOICE
    yield meaning.event(on, said, key=key, at=at, phone=_number(call), message_id=id)


def _number(call: Section) -> str | None:
    """The person's number: the one called on a call that we made, the caller's on one that we took; else None."""
    # Without a direction the number may be our own line: the refusal then waits for another event of the call.
    end = "to_number" if _is_outward(call) else "from_number" if _direction(call) in ("in", "inbound") else ""
    number = call.text(end, default=None) if end else None
    return international(number) if number else None


def _is_outward(call: Section) -> bool:
    return _direction(call) in ("out", "outbound")


def _direction(call: Section) -> str:
    return call.text("direction", default="").lower()


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
