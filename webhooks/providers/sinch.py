"""Sinch: replies, opt-outs and delivery, from the SMS API (XMS) and the Conversation API. One JSON object a request.

The Conversation API signs body, nonce and time; the Numbers API the body alone; the SMS API signs nothing and takes
basic authentication, OAuth 2 or a client's certificate. It sends again after 5 s, doubling up to 22 h 45, and gives up
on any 4xx but 429; whether with a fresh time is not documented, so age refuses nothing. Numbers come with or without
"+". An opt-in or opt-out answers a registration, which an application of the company may have made. Vendor's pages:
developers.sinch.com, "SMS webhooks", "Conversation API callbacks", read on 2026-11-23; ``OptInNotification`` in the
reference of its Node.js kit, and github.com/sinch/sinch-sdk-java, ``DeliveryReportErrorCode``, on 2026-11-27.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace

from contactable.signing import check_hmac, sign_hmac
from contactable.webhooks.events import (
    EVERYTHING,
    Confidence,
    Event,
    Kind,
    On,
    Origin,
    Problem,
    Scope,
    ScopeKind,
    Trace,
)
from contactable.webhooks.meaning import (
    DELIVERED,
    IGNORED,
    INVALID,
    SENT,
    STARTED,
    STOPPED,
    Meaning,
    each,
    fact_key,
    international,
    reply,
)
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.request import Request, Secrets, authenticate_by_secret

STATUS = Status.DOCUMENTED
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)

HEADER, NUMBERS_HEADER = "x-sinch-webhook-signature", "X-Sinch-Signature"

REPLIES = {"mo_text", "mo_binary", "mo_media"}
REPORTS = {"recipient_delivery_report_sms", "recipient_delivery_report_mms"}
CODES = {"0": DELIVERED, "400": SENT, "401": SENT, "402": INVALID}  # 402: no route, and none by trying again
# Both answer a registration by API as well, and do not say whose it was: what may be the company's releases nobody.
CHOICES = {
    "opt_out_notification": replace(STOPPED, origin=Origin.UNKNOWN),
    "opt_in_notification": replace(STARTED, origin=Origin.UNKNOWN, confidence=Confidence.REVIEW),
}
CONTENTS = ("text_message", "media_card_message", "choice_response_message")  # of a reply in a conversation
CHANGED = Meaning(Kind.IGNORED, origin=Origin.UNKNOWN, trace=Trace.CONTACT_CHANGED)


def PROOF(request: Request) -> Proof:
    """Signed where a signature came, for ``authenticate`` then checked it; else somebody knew a secret."""
    return Proof.SIGNED if request.header(HEADER) or request.header(NUMBERS_HEADER) else Proof.PATH_SECRET


def authenticate(request: Request, secrets: Secrets) -> str:
    """Raise ``NotAuthentic`` unless the project's secret signed, or where nothing is signed another is right."""
    if request.header(HEADER):
        return check_hmac("sha256", secrets.keys, _signed(request), base64=request.header(HEADER))
    # Where a secret is configured, what is not signed is refused: no way down to a weaker scheme.
    if request.header(NUMBERS_HEADER) or secrets.keys:
        return check_hmac("sha1", secrets.keys, request.raw, hexadecimal=request.header(NUMBERS_HEADER))
    return authenticate_by_secret(request, secrets)


def sign(request: Request, secrets: Secrets) -> Request:
    """The request as the Conversation API would send it; the SMS API signs nothing."""
    if not secrets.keys:
        return request
    # A nonce that stays the same keeps tests and trials repeatable; Sinch draws one for each attempt.
    time = {f"{HEADER}-timestamp": str(int(request.received_at.timestamp())), f"{HEADER}-nonce": "01FIXED"}
    timed = request.with_headers({**time, f"{HEADER}-algorithm": "HmacSHA256"})
    mac = sign_hmac("sha256", secrets.keys[0].value, _signed(timed))
    return timed.with_headers({HEADER: base64.b64encode(mac).decode()})


def _signed(request: Request) -> bytes:
    nonce, timestamp = request.header(f"{HEADER}-nonce"), request.header(f"{HEADER}-timestamp")
    return request.raw + f".{nonce}.{timestamp}".encode("utf-8", "surrogatepass")


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the one event of a request; raise ``Malformed`` where the body is no JSON."""
    yield from each(request.batch, lambda item: [_sms(item) if "type" in item else _conversation(item)])


def _sms(item: Section) -> Event:
    said = item.text("type")
    if said in REPLIES:
        to, body = item.text("to", default=""), item.raw("body")
        # Of an MMS the body is an object: its words, or else its subject.
        text = Section.of(body).text("message", "subject", default="") if isinstance(body, dict) else None
        return reply(
            item.text("body", default="") if text is None else text,
            phone=international(item.text("from")),
            key=fact_key("sinch", item.text("id")),
            at=item.moment("received_at", "sent_at", default=None),
            scope=_sender(to),
            message_id=item.text("id"),
            with_picture=text is not None,
        )
    id, to = item.text("batch_id", "id", default=None), item.text("recipient", default="")
    code, at = item.text("code", default=""), item.moment("at", default=None)
    meaning = CODES.get(code, IGNORED) if said in REPORTS else IGNORED
    key, phone = fact_key("sinch", said, id, to, code), international(to) or None
    return meaning.event(On.SMS, said, key=key, at=at, phone=phone, message_id=id)


def _conversation(item: Section) -> Event:
    at = item.moment("event_time", "accepted_time", default=None)
    if "message" in item:
        return _message(item.section("message"), item.text("app_id", default=""))
    said = next((name for name in CHOICES if name in item), None)
    if said is not None:
        return _choice(said, item.section(said), item)
    # Every other callback of the project, under the name of the one section that it has.
    known = next((name for name in item.values if name.endswith(("_notification", "_report", "_event"))), "event")
    meaning = CHANGED if known.startswith("contact_") else IGNORED
    time = item.text("event_time", "accepted_time", "timestamp", "eventId", default=None)
    return meaning.event(On.SMS, known, key=fact_key("sinch", known, time), at=at)


def _message(message: Section, app: str) -> Event:
    said = message.section("contact_message", default=Section({}))
    text, picture, choice = (said.section(name, default=Section({})) for name in CONTENTS)
    identity = message.section("channel_identity", default=Section({}))
    return reply(
        # What the company put behind a button is all that is told of it.
        text.text("text", default="")
        or picture.text("caption", default="")
        or choice.text("postback_data", default=""),
        phone=international(identity.text("identity")),
        key=fact_key("sinch", message.text("id")),
        at=message.moment("accept_time", default=None),
        scope=_sender(message.text("sender_id", default="") or app),
        message_id=message.text("id"),
        with_picture="media_card_message" in said or "media_message" in said,
    )


def _sender(id: str) -> Scope:
    return Scope(ScopeKind.SENDER, id) if id else EVERYTHING


def _choice(said: str, choice: Section, item: Section) -> Event:
    """Somebody opted out or in, by the keyword that the project offers; a choice that failed changed nothing."""
    phone, done = choice.text("identity", default=None), choice.text("status", default="").endswith("_SUCCEEDED")
    time = item.text("event_time", "accepted_time", default=None)
    return (CHOICES[said] if done else IGNORED).event(
        On.SMS,
        said,
        key=fact_key("sinch", said, choice.text("request_id", default=None), phone, time),
        at=item.moment("event_time", "accepted_time", default=None),
        phone=international(phone) if phone else None,
    )
