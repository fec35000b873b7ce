"""Vonage: replies and delivery, from the SMS API (GET, form or JSON) and the Messages API (JSON).

The SMS API may be asked to sign its parameters (``sig``, by ``signature_method`` of the endpoint: md5hash, md5, sha1,
sha256 or sha512); the Messages API sends a token (HS256) that holds a digest of the body. In the SMS API ``msisdn`` is
the person, in replies and in reports; a long reply comes in parts, and the first is what is read. In the Messages API
it is ``from`` in a reply and ``to`` in a report. Anything but 200 is sent again for a day. Vendor's pages:
developer.vonage.com, "Inbound SMS", "Signing messages", "Messages API webhooks", read on 2026-11-23.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from contactable.errors import Malformed
from contactable.signing import Secret, check_age, check_equal, check_hmac, check_jwt, read_timestamp, sign_jwt
from contactable.webhooks.events import EVERYTHING, Event, Kind, On, Origin, Scope, ScopeKind
from contactable.webhooks.meaning import DELIVERED, IGNORED, INVALID, SENT, Meaning, fact_key, international, reply
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.request import Request, Secrets, authenticate_by_secret

STATUS = Status.REAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
METHODS = ("GET", "POST")

STATUSES = {  # of both APIs
    "submitted": SENT,
    "accepted": SENT,
    "delivered": DELIVERED,
    "read": DELIVERED,
    "rejected": INVALID,
    "undeliverable": INVALID,
}
LASTING_ERRORS = {"3", "9"}  # of the SMS API: absent for good, illegal number
LATER_PART = Meaning(Kind.IGNORED, "later_part", Origin.RECIPIENT)
_METHODS = {"md5": "md5", "sha1": "sha1", "sha256": "sha256", "sha512": "sha512"}


def PROOF(request: Request) -> Proof:
    """Signed where a token or ``sig`` came, for ``authenticate`` then checked it; else somebody knew a secret."""
    return Proof.SIGNED if _token(request) or _sig(request) else Proof.PATH_SECRET


def authenticate(request: Request, secrets: Secrets) -> str:
    """Raise ``NotAuthentic`` unless the account's secret signed body or parameters, or another secret is right."""
    if _token(request) and request.method == "POST":
        return _check_token(request, secrets)
    if _sig(request) or _token(request) or secrets.keys:
        return _check_parameters(_parameters(request), secrets)
    return authenticate_by_secret(request, secrets)


def sign(request: Request, secrets: Secrets) -> Request:
    """The request as the Messages API would send it."""
    if not secrets.keys:
        return request
    issued, digest = int(request.received_at.timestamp()), hashlib.sha256(request.raw).hexdigest()
    token = sign_jwt(secrets.keys[0].value, {"iat": issued, "iss": "Vonage", "jti": digest, "payload_hash": digest})
    return request.with_headers({"Authorization": f"Bearer {token}"})


def parse(request: Request) -> Iterator[Event]:
    """Yield the one event of a request; raise ``Malformed`` where it names nobody."""
    item = _parameters(request)
    yield _of_messages(item) if "message_uuid" in item else _of_sms(item)


def _parameters(request: Request) -> Section:
    if request.method == "GET" and not request.raw:
        return request.query
    return request.json if request.is_json else request.form


def _token(request: Request) -> str:
    scheme, _, token = request.header("Authorization").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.count(".") == 2 else ""


def _sig(request: Request) -> str:
    try:
        return _parameters(request).text("sig", default="")
    except Malformed:
        return ""


def _check_token(request: Request, secrets: Secrets) -> str:
    id, claims = check_jwt(secrets.keys, _token(request), "HS256")
    check_age(read_timestamp(str(claims.get("iat", ""))), request.received_at)
    digest = Secret("payload_hash", hashlib.sha256(request.raw).hexdigest().encode())
    check_equal([digest], str(claims.get("payload_hash", "")), "token (payload_hash)")
    return id


def _check_parameters(parameters: Section, secrets: Secrets) -> str:
    given, method = parameters.text("sig", default=""), str(secrets.options.get("signature_method", "md5hash"))
    message = signed_parameters(parameters.values)
    if method in _METHODS:
        return check_hmac(_METHODS[method], secrets.keys, message, hexadecimal=given)
    # Vonage's default, until the account asks for another; the secret stands behind the message.
    digests = [Secret(key.id, hashlib.md5(message + key.value).hexdigest().encode()) for key in secrets.keys]  # noqa: S324
    return check_equal(digests, given.lower(), "sig")


def signed_parameters(values: Mapping[str, Any]) -> bytes:
    """What ``sig`` is made over: the other parameters by name, "&" and "=" in values replaced."""
    pairs = sorted((name, str(value)) for name, value in values.items() if name != "sig")
    text = "".join(f"&{name}={value.replace('&', '_').replace('=', '_')}" for name, value in pairs)
    return text.encode("utf-8", "surrogatepass")


def _of_sms(item: Section) -> Event:
    id, phone = item.text("messageId", "message-id", default=None), international(item.text("msisdn"))
    to, at = item.text("to", default=""), _time(item, "message-timestamp", "message_timestamp")
    if "status" in item:
        return _report(item, phone, id, at, "err-code")
    part, scope = item.text("concat-part", default="1"), Scope(ScopeKind.SENDER, to) if to else EVERYTHING
    key = fact_key("vonage", id) if id else fact_key("vonage", phone, to, item.text("text", default=""), at)
    if part != "1":
        return LATER_PART.event(On.SMS, "reply", key=key, at=at, phone=phone, message_id=id)
    text = item.text("text", "keyword", default="")
    return reply(text, phone=phone, key=key, at=at, scope=scope, message_id=id)


def _of_messages(item: Section) -> Event:
    id, at = item.text("message_uuid"), _time(item, "timestamp")
    if "status" in item:
        return _report(item, international(_party(item, "to")), id, at, "")
    to, text = _party(item, "to"), item.text("text", default="")
    content = item.section("message", default=Section({})).section("content", default=Section({}))
    text = text or content.text("text", default="")
    scope = Scope(ScopeKind.SENDER, to) if to else EVERYTHING
    key = fact_key("vonage", id)
    return reply(text, phone=international(_party(item, "from")), key=key, at=at, scope=scope, message_id=id)


def _report(item: Section, phone: str, id: str | None, at: datetime | None, code: str) -> Event:
    said = item.text("status")
    meaning = STATUSES.get(said, IGNORED)
    if code and meaning not in (SENT, DELIVERED):  # the SMS API tells by a code whether a failure lasts
        meaning = INVALID if item.text(code, default="") in LASTING_ERRORS else IGNORED
    key = fact_key("vonage", id, said)
    return meaning.event(On.SMS, said, key=key, at=at, phone=phone or None, message_id=id)


def _party(item: Section, name: str) -> str:
    """A number that is flat, or inside an object in the first version of the Messages API."""
    if isinstance(item.raw(name), dict):
        return item.section(name).text("number", "id", default="")
    return item.text(name, default="")


def _time(item: Section, *names: str) -> datetime | None:
    return item.moment(*names, zone=UTC, default=None)
