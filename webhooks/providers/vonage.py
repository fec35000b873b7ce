"""Vonage: replies and delivery, from the SMS API (GET, form or JSON) and the Messages API (JSON), and keys in calls.

The SMS API may be asked to sign its parameters (``sig``, by ``signature_method`` of the endpoint: md5hash, md5, sha1,
sha256 or sha512); the Messages API sends a token (HS256) that holds a digest of the body. In the SMS API ``msisdn`` is
the person, in replies and in reports; a long reply comes in parts, and the first is what is read. In the Messages API
it is ``from`` in a reply and ``to`` in a report. Anything but 200 is sent again for a day; a callback that has no
signature gets a 503, on which Vonage signs it and sends it again. The Voice API posts what an ``input`` action took, a
key (``dtmf``) or words (``speech``), signed like a message, and does not say which end of the call is the person: both
are closed, since our own line is nobody's. Vendor's pages: developer.vonage.com, "Inbound SMS", "Signing messages",
"Messages API webhooks", read on 2026-11-23; "Signed webhooks" (503) and "Voice API webhooks reference" ("Input") in
github.com/Nexmo/nexmo-developer, on 2026-11-27.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from contactable.errors import Malformed, NotSigned
from contactable.signing import Secret, check_age, check_equal, check_hmac, check_jwt, read_timestamp, sign_jwt
from contactable.webhooks.events import EVERYTHING, Event, Kind, On, Origin, Scope, ScopeKind, Trace
from contactable.webhooks.meaning import DELIVERED, IGNORED, INVALID, SENT, Meaning, fact_key, international, reply
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.refusals import PRESSED, SPOKEN
from contactable.webhooks.replies import read_reply
from contactable.webhooks.request import Request, Secrets, authenticate_by_secret

STATUS = Status.REAL
ANSWERS = Answers(stored=200, refused=401, not_signed=503, store_is_down=503)
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
PICTURES = ("image", "video", "audio", "file", "vcard", "sticker")  # no set: what comes may be of any type
CALLS = {
    **dict.fromkeys(("started", "ringing", "answered"), Trace.CALL_STARTED),
    **dict.fromkeys(("completed", "busy", "cancelled", "rejected", "timeout", "unanswered"), Trace.CALL_ENDED),
}
REFUSING_KEY = "9"  # `refusing_key` of the endpoint changes it
_METHODS = {"md5": "md5", "sha1": "sha1", "sha256": "sha256", "sha512": "sha512"}


def PROOF(request: Request) -> Proof:
    """Signed where a token or ``sig`` came, for ``authenticate`` then checked it; else somebody knew a secret."""
    return Proof.SIGNED if _token(request) or _sig(request) else Proof.PATH_SECRET


def authenticate(request: Request, secrets: Secrets) -> str:
    """Raise ``NotAuthentic`` unless the account's secret signed body or parameters, or another secret is right."""
    if _token(request) and request.method == "POST":
        return _check_token(request, secrets)
    if secrets.keys and not (_sig(request) or _token(request)):
        raise NotSigned("The callback is not signed: Vonage is asked to send it again.")
    if _sig(request) or _token(request):
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
    """Yield the event of a request, of a call one for each end; raise ``Malformed`` where it names nobody."""
    item = _parameters(request)
    if "uuid" in item:
        yield from _of_call(item, str(request.options.get("refusing_key", REFUSING_KEY)))
    else:
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
    to, text = _party(item, "to"), item.text("text", default="") or _said(item)
    scope = Scope(ScopeKind.SENDER, to) if to else EVERYTHING
    phone, has_picture = international(_party(item, "from")), item.raw("message_type") in PICTURES
    return reply(
        text, phone=phone, key=fact_key("vonage", id), at=at, scope=scope, message_id=id, with_picture=has_picture
    )


def _said(item: Section) -> str:
    """What a message without ``text`` says: the first version's content, a button's words, or those of a picture."""
    none = Section({})
    content = item.section("message", default=none).section("content", default=none)
    reply, button = item.section("reply", default=none), item.section("button", default=none)
    picture = item.section("image", "video", "file", default=none)
    said = content.text("text", default="") or reply.text("title", "id", default="")
    return said or button.text("text", "payload", default="") or picture.text("caption", default="")


def _of_call(item: Section, refusing_key: str) -> Iterator[Event]:
    id, at, pressed, heard = item.text("uuid"), _time(item, "timestamp"), _pressed(item), _heard(item)
    said = f"key {pressed}" if pressed else "speech" if heard else item.text("status", default="call")
    meaning = Meaning(Kind.IGNORED, origin=Origin.PROVIDER, trace=CALLS.get(said))
    if pressed:
        meaning = PRESSED if pressed == refusing_key else meaning
    elif any(read_reply(text).kind in ("certain", "probable") for text in heard):
        meaning = SPOKEN
    outward = item.text("direction", default="").lower() != "inbound"
    # Somebody who calls us was not called by us: such a call is no attempt.
    meaning = IGNORED if meaning.trace is Trace.CALL_ENDED and not outward else meaning
    for phone in _persons(item):
        key, number = fact_key("vonage", id, said, heard, phone), international(phone)
        yield meaning.event(On.VOICE, said, key=key, at=at, phone=number, message_id=id, text=" ".join(heard))


def _persons(item: Section) -> list[str]:
    """The person's end of a call; both where the direction is not told."""
    ends = {"outbound": ("to",), "inbound": ("from",)}.get(item.text("direction", default="").lower(), ("to", "from"))
    return [phone for end in ends if (phone := _party(item, end))]


def _pressed(item: Section) -> str:
    """The keys: a text in the first version, inside an object since."""
    return _inside(item, "dtmf").text("digits", default="")


def _heard(item: Section) -> list[str]:
    results = _inside(item, "speech").items("results", default=[])
    return [
        Section(said, f"item {number}").text("text", default="")
        for number, said in enumerate(results)
        if isinstance(said, dict)
    ]


def _inside(item: Section, name: str) -> Section:
    found = item.raw(name)
    return Section(found) if isinstance(found, dict) else Section({"digits": found})


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
