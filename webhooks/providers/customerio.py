"""Customer.io: unsubscriptions, topics, complaints and bounces. One JSON object a request.

Signs ``v0:time:body``. Holds its whole queue behind an event that is answered with an error, for up to seven days, and
waits four seconds: everything authentic is taken. Whether a retry has a fresh time is not documented, so age refuses
nothing and ``event_id`` counts once. A customer that is ``unsubscribed`` gets nothing more from Customer.io; we read it
as e-mail, which is where its link is. Preferences come as JSON inside a text, one truth a topic, and one a channel
(``channels``: ``email``, ``sms``). In ``cio_subscription_preferences_changed`` the schema calls the object's type
``object_type_type``. A reply by SMS comes without its text: take STOP from the SMS carrier. Vendor's page:
docs.customer.io, "Reporting webhooks", read 2026-11-23; ``channels`` by the code of two integrations, read on
2026-11-27.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from contactable.errors import Malformed
from contactable.signing import check_hmac, sign_hmac
from contactable.webhooks.blocking import at
from contactable.webhooks.events import Confidence, Event, Kind, On, Problem, Scope, ScopeKind
from contactable.webhooks.meaning import (
    COMPLAINED,
    DELIVERED,
    HARD_BOUNCED,
    IGNORED,
    INVALID,
    SENT,
    STOPPED,
    SUPPRESSED,
    UNSUBSCRIBED,
    Meaning,
    each,
    fact_key,
)
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section, read_json
from contactable.webhooks.registrations import Registrations, get, is_not, listed
from contactable.webhooks.request import Request, Secrets

STATUS = Status.DOCUMENTED
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.SIGNED

SUBSCRIBED = Meaning(Kind.RELEASE, "subscribe", confidence=Confidence.REVIEW)  # an import or the API does it too
LEFT_TOPIC = Meaning(Kind.OPPOSITION, "group_unsubscribe")
JOINED_TOPIC = Meaning(Kind.RELEASE, "group_resubscribe", confidence=Confidence.REVIEW)
MEANINGS = {  # kind of object, metric -> what it is to us
    ("customer", "unsubscribed"): UNSUBSCRIBED,
    ("customer", "subscribed"): SUBSCRIBED,
    ("email", "unsubscribed"): UNSUBSCRIBED,
    ("email", "spammed"): COMPLAINED,
    ("email", "bounced"): HARD_BOUNCED,
    ("email", "dropped"): SUPPRESSED,
    ("email", "sent"): SENT,
    ("email", "delivered"): DELIVERED,
    ("sms", "unsubscribed"): STOPPED,
    ("sms", "bounced"): INVALID,
    ("sms", "sent"): SENT,
    ("sms", "delivered"): DELIVERED,
}


CHANNELS = {  # of the preferences -> ours, and what it is that one is off; push and in-app messages are none of ours
    "email": (On.EMAIL, UNSUBSCRIBED),
    "sms": (On.SMS, STOPPED),
    "whatsapp": (On.SMS, STOPPED),
}


def authenticate(request: Request, secrets: Secrets) -> str:
    """Raise ``NotAuthentic`` unless the workspace's key signed time and body."""
    return check_hmac("sha256", secrets.keys, _signed(request), hexadecimal=request.header("X-CIO-Signature"))


def sign(request: Request, secrets: Secrets) -> Request:
    """The request as Customer.io would send it."""
    timed = request.with_headers({"X-CIO-Timestamp": str(int(request.received_at.timestamp()))})
    return timed.with_headers({"X-CIO-Signature": sign_hmac("sha256", secrets.keys[0].value, _signed(timed)).hex()})


def _signed(request: Request) -> bytes:
    return f"v0:{request.header('X-CIO-Timestamp')}:".encode("utf-8", "surrogatepass") + request.raw


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the events of a request, one a topic where preferences changed; raise ``Malformed`` where it is no JSON."""
    yield from each(request.batch, _read)


def _read(item: Section) -> Iterator[Event]:
    said, data = item.text("metric"), item.section("data", default=Section({}))
    what, at = item.text("object_type", "object_type_type", default=""), item.epoch("timestamp", default=None)
    if said == "cio_subscription_preferences_changed":
        yield from _chosen(item, data, at)
        return
    on = On.SMS if what == "sms" else On.EMAIL
    email, phone = (None, data.text("recipient", default=None)) if on is On.SMS else (_email(data), None)
    yield MEANINGS.get((what, said), IGNORED).event(
        on,
        said,
        key=_key(item, said, email or phone),
        at=at,
        email=email,
        phone=phone,
        message_id=data.text("delivery_id", default=None),
        campaign=data.text("campaign_id", "broadcast_id", "newsletter_id", default=None),
    )


def _chosen(item: Section, data: Section, at: datetime | None) -> Iterator[Event]:
    content = data.raw("content")
    chosen = Section.of(read_json(content.encode("utf-8", "replace")) if isinstance(content, str) else content)
    topics, channels = (chosen.section(name, default=Section({})) for name in ("topics", "channels"))
    if not topics.values and not channels.values:
        raise Malformed("content names no topic and no channel.")
    # A topic that is null was not chosen; the rest of the choice counts all the same.
    for topic in filter(topics.__contains__, topics.values):
        meaning = JOINED_TOPIC if topics.flag(topic) else LEFT_TOPIC
        key, scope = _key(item, "topic", topic), Scope(ScopeKind.SUBSCRIPTION, topic)
        yield meaning.event(On.EMAIL, "topic", key=key, at=at, email=_email(data), scope=scope)
    for channel in filter(channels.__contains__, channels.values):
        on, left = CHANNELS.get(channel, (On.EMAIL, IGNORED))
        meaning = left if left is IGNORED or not channels.flag(channel) else SUBSCRIBED
        yield meaning.event(on, f"channel {channel}", key=_key(item, "channel", channel), at=at, email=_email(data))


def _email(data: Section) -> str | None:
    identifiers = data.section("identifiers", default=Section({})).text("email", default=None)
    recipient = data.text("email_address", "recipient", default=None)
    found = recipient or identifiers or data.text("customer_id", default=None)
    return found if found and "@" in found else None  # a customer's id may be an address, and may be anything


def _key(item: Section, said: str, *facts: str | None) -> str:
    id = item.text("event_id", default=None)
    return (
        fact_key("customerio", id, said, *facts) if id else fact_key("customerio", said, *facts, item.raw("timestamp"))
    )


REGISTRATIONS = Registrations(
    url=at("https://api.customer.io/v1"),
    headers=lambda secrets: {"Authorization": f"Bearer {secrets.of_api('key')}"},
    needs=("key",),
    orders=get("/reporting_webhooks"),
    read=listed("reporting_webhooks", url=("endpoint",), active=is_not(True, "disabled")),
    suspends=True,
    says="`disabled` of each reporting webhook; `api_url` for the region EU",
    page="docs.customer.io, App API, List reporting webhooks",
)
