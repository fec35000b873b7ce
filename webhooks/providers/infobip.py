"""Infobip: replies and delivery by SMS, unsubscriptions and complaints by e-mail. JSON, ``results`` holds a batch.

What protects a subscription is chosen in its settings: a token, basic authentication, or a signature whose header could
not be read up; the first two are supported. STOP is read in ``text``, for ``cleanText`` has lost its keyword; a newer
shape has a list of ``message`` parts. A name in place of a number is no person. An e-mail event has no time of its own:
``sendDateTime`` (milliseconds) is when the mail was sent, so the arrival counts. The body of a blocklist event was not
found. Vendor's pages: infobip.com/docs/api, "Receive inbound SMS", "SMS delivery reports", "Email tracking", read on
2026-11-23; github.com/infobip/infobip-api-python-client, ``EmailWebhookTrackReport``, on 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from contactable.webhooks.envelopes import items_in
from contactable.webhooks.events import EVERYTHING, Event, On, Origin, Problem, Scope, ScopeKind
from contactable.webhooks.meaning import (
    COMPLAINED,
    DELIVERED,
    HARD_BOUNCED,
    IGNORED,
    INVALID,
    SENT,
    STOPPED,
    UNSUBSCRIBED,
    Meaning,
    each,
    fact_key,
    international,
    reply,
)
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.request import Request, authenticate_by_secret

__all__ = ["ANSWERS", "PROOF", "STATUS", "authenticate", "parse"]

STATUS = Status.DOCUMENTED
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET

MAIL = {
    "UNSUBSCRIBED": UNSUBSCRIBED,
    "COMPLAINED": COMPLAINED,
    "SENT": SENT,
    "DELIVERED": DELIVERED,
}
ECHO_OF_STOP = replace(STOPPED, origin=Origin.ECHO)

authenticate = authenticate_by_secret


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the events of a request; raise ``Malformed`` where the body is no JSON."""
    yield from each(items_in(request.document, "results"), lambda item: [_read(item)])


def _read(item: Section) -> Event:
    # Three kinds of notice come to one URL and name themselves by nothing but their fields.
    if "notificationType" in item:
        return _mail(item)
    if "status" in item:
        return _delivery(item)
    return _reply(item)


def _reply(item: Section) -> Event:
    id, phone, to = item.text("messageId", default=None), item.text("from", "sender"), item.text("to", default="")
    text, time = _text(item), item.text("receivedAt", default=None)
    return reply(
        text,
        phone=international(phone),
        key=fact_key("infobip", id) if id else fact_key("infobip", phone, to, text, time),
        at=item.moment("receivedAt", default=None),
        scope=Scope(ScopeKind.SENDER, to) if to else EVERYTHING,
        message_id=id,
        campaign=item.text("callbackData", default=None),
    )


def _text(item: Section) -> str:
    found = item.raw("text", "message")
    parts = found if isinstance(found, list) else [found or ""]
    # Whatever the shape, a text that is not found would be a STOP that is lost.
    values = (Section.of(part) if isinstance(part, dict) else Section({"text": part}) for part in parts)
    return " ".join(filter(None, (value.text("value", "text", default="") for value in values)))


def _delivery(item: Section) -> Event:
    status, error = item.section("status"), item.section("error", default=Section({}))
    said, id, to = status.text("groupName", "name"), item.text("messageId", default=None), item.text("to", default=None)
    return _delivery_meaning(said, error).event(
        On.EMAIL if to and "@" in to else On.SMS,
        said,
        key=fact_key("infobip", id, said, to),
        at=item.moment("doneAt", "sentAt", default=None),
        email=to if to and "@" in to else None,
        phone=international(to) if to and "@" not in to else None,
        message_id=id,
    )


def _delivery_meaning(said: str, error: Section) -> Meaning:
    # Infobip's own list of numbers that said STOP: the refusal repeats what it was told before us.
    if "BLACKLIST" in error.text("name", default="").upper():
        return ECHO_OF_STOP
    if error.flag("permanent", default=False) and said.upper() in ("UNDELIVERABLE", "REJECTED"):
        return INVALID
    return {"DELIVERED": DELIVERED, "PENDING": SENT}.get(said.upper(), IGNORED)


def _mail(item: Section) -> Event:
    # The same message may be opened, then unsubscribed from: the kind of notice belongs to the key.
    said, email = item.text("notificationType"), item.text("recipient", "to", default=None)
    id, time = item.text("messageId", default=None), item.text("sendDateTime", default=None)
    bounced = said == "BOUNCED" and item.flag("permanent", default=False)
    return (HARD_BOUNCED if bounced else MAIL.get(said, IGNORED)).event(
        On.EMAIL,
        said,
        key=fact_key("infobip", said, email and email.lower(), id, time),
        at=None,  # `sendDateTime` is when the mail was sent: what was agreed to since would seem to follow the refusal
        email=email,
        message_id=id,
        campaign=item.text("bulkId", default=None),
    )
