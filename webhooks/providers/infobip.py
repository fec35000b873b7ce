"""Infobip: replies and delivery by SMS, unsubscriptions and complaints by e-mail, its blocklist. A batch of JSON.

What protects a subscription is chosen in its settings: a token, basic authentication, or a signature (HMAC, with a
secret and one of six algorithms) of which no page names the header; the first two are supported. STOP is read in
``text``, for ``cleanText`` has lost its keyword; a newer shape has a list of ``message`` parts. A name in place of a
number is no person. An e-mail event has no time of its own: ``sendDateTime`` (milliseconds) is when the mail was sent,
so the arrival counts. An event of the blocklist (``BLOCK``, ``UNBLOCK``) says how it came: the person answered with a
keyword (``MO``) or opened a link (``URL_OPT_OUT``), or a flow of the company's did it (``CAMPAIGN``); its channel may
be missing. Vendor's pages: infobip.com/docs/api, "Receive inbound SMS", "SMS delivery reports", "Email tracking", read
on 2026-11-23; github.com/infobip/infobip-api-python-client, ``EmailWebhookTrackReport``, and the vendor's OpenAPI
(``receive-blocklist-event``, ``HmacCredentials``), on 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from contactable.webhooks.envelopes import items_in
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
)
from contactable.webhooks.meaning import (
    COMPLAINED,
    DELIVERED,
    HARD_BOUNCED,
    IGNORED,
    INVALID,
    SENT,
    STARTED,
    STOPPED,
    UNSUBSCRIBED,
    Meaning,
    each,
    fact_key,
    international,
    is_persons_number,
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
BY_A_FLOW = Meaning(Kind.OPPOSITION, "blocklist", Origin.PROVIDER)
BLOCKED = {"MO": STOPPED, "URL_OPT_OUT": UNSUBSCRIBED}
UNBLOCKED = {"MO": STARTED}
TAKEN_OFF = Meaning(Kind.RELEASE, "unblocked", Origin.PROVIDER, Confidence.REVIEW)
CHANNELS = {"EMAIL": On.EMAIL, "VOICE_OUTBOUND_TTS": On.VOICE}  # any other carries messages to a number
PUSH = "NEW_PUSH_NOTIF"  # to an application: no channel of ours

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
    if "content" in item and item.text("event", default="") in ("BLOCK", "UNBLOCK"):
        return _listed(item, item.section("content"))
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


def _listed(item: Section, content: Section) -> Event:
    said, how, who = item.text("event"), content.text("sourceType", default=""), content.text("destination")
    channel, sender = content.text("channel", default=""), content.text("sender", default="")
    meaning = BLOCKED.get(how, BY_A_FLOW) if said == "BLOCK" else UNBLOCKED.get(how, TAKEN_OFF)
    is_mail = "@" in who
    id, time = item.text("messageId", default=None), item.text("receivedAt", default=None)
    return (IGNORED if channel == PUSH else meaning).event(
        CHANNELS.get(channel, On.EMAIL if is_mail else On.SMS),
        said,
        key=fact_key("infobip", said, id or time, who),
        at=item.moment("receivedAt", default=None),
        email=who if is_mail else None,
        phone=international(who) if is_persons_number(who) else None,
        # A sender of mails is one address among many of the company's, where no other mail is bound to one either.
        scope=Scope(ScopeKind.SENDER, sender) if sender and not is_mail else EVERYTHING,
        message_id=id,
        campaign=content.section("campaignReference", default=Section({})).text("campaign", default=None),
    )


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
