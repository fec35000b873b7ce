"""Postmark: changes of subscription, complaints and bounces of e-mail. One JSON object a request.

Signs nothing: basic authentication in the URL, or a header of one's own. Since 2026 it tries a webhook when it is
saved, one request a kind that is ticked, and wants 200; it tries again after 5xx, 408 and 429 for about an hour, drops
what meets any other 4xx, and pauses a kind that keeps failing. Before, 403 made it stop: we never answer that. The
person is ``Email`` in bounces and complaints, ``Recipient`` elsewhere. A request to unsubscribe may come as a bounce of
type ``Unsubscribe``. A change of subscription binds its message stream; ``Origin`` tells the person's own act from the
sender's. ``SMTPApiError`` says that an address is suppressed and not why: kept for a person to judge. Times have up to
seven digits of a second. Vendor's pages: postmarkapp.com/developer, "Subscription change webhook", "Bounce webhook",
"Spam complaint webhook", read on 2026-11-23; trials and retries confirmed on 2026-11-27 in the vendor's own notes
(ActiveCampaign/postmark-skills, pull request 6).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from contactable.webhooks.blocking import Blocklist, Order, Person, Steps, at, must, value_at
from contactable.webhooks.events import EVERYTHING, Confidence, Event, Kind, On, Origin, Problem, Scope, ScopeKind
from contactable.webhooks.meaning import (
    COMPLAINED,
    DELIVERED,
    HARD_BOUNCED,
    IGNORED,
    INVALID,
    SUPPRESSED,
    UNSUBSCRIBED,
    Meaning,
    each,
    fact_key,
)
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.registrations import Registrations, get, is_not, listed
from contactable.webhooks.request import Request, Secrets, authenticate_by_secret

__all__ = ["ANSWERS", "BLOCKLIST", "PROOF", "REGISTRATIONS", "STATUS", "authenticate", "parse"]

STATUS = Status.REAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET

RESUBSCRIBED = Meaning(Kind.RELEASE, "resubscribe")
BOUNCES = {
    "HardBounce": HARD_BOUNCED,
    "BadEmailAddress": INVALID,
    "Unsubscribe": UNSUBSCRIBED,
    "SpamNotification": COMPLAINED,
    "SpamComplaint": COMPLAINED,
    "SMTPApiError": SUPPRESSED,
    "Subscribe": replace(RESUBSCRIBED, confidence=Confidence.REVIEW),  # an answer by mail, as Postmark reads it
}
SUPPRESSED_FOR = {"SpamComplaint": COMPLAINED, "HardBounce": HARD_BOUNCED}  # anything else was somebody's act
ORIGINS = {"Recipient": Origin.RECIPIENT, "Customer": Origin.API, "Admin": Origin.ADMIN}

authenticate = authenticate_by_secret


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the one event of a request; raise ``Malformed`` where the body is no JSON."""
    yield from each(request.batch, lambda item: [_read(item)])


def _read(item: Section) -> Event:
    record, email = item.text("RecordType"), item.text("Email", "Recipient", default=None)
    said = item.text("Type", default=record) if record == "Bounce" else record
    id, time = item.text("ID", "MessageID", default=None), ("ChangedAt", "BouncedAt", "DeliveredAt", "ReceivedAt")
    meaning = _meaning(said, record, item)
    return meaning.event(
        On.EMAIL,
        said,
        key=fact_key("postmark", record, said, email and email.lower(), id, item.text(*time, default=None)),
        at=item.moment(*time, default=None),
        email=email,
        scope=_scope(record, meaning, item),
        message_id=item.text("MessageID", default=None),
        campaign=item.text("Tag", default=None),
    )


def _meaning(said: str, record: str, item: Section) -> Meaning:
    if record == "Bounce":
        return BOUNCES.get(said, IGNORED)
    if record == "SubscriptionChange":
        return _change(item)
    return {"SpamComplaint": COMPLAINED, "Delivery": DELIVERED}.get(record, IGNORED)


def _change(item: Section) -> Meaning:
    origin = ORIGINS.get(item.text("Origin", default=""), Origin.UNKNOWN)
    if not item.flag("SuppressSending"):
        own = origin is Origin.RECIPIENT
        return replace(RESUBSCRIBED, origin=origin, confidence=Confidence.CERTAIN if own else Confidence.REVIEW)
    known = SUPPRESSED_FOR.get(item.text("SuppressionReason", default=""))
    return known or replace(UNSUBSCRIBED, origin=origin)


def _scope(record: str, meaning: Meaning, item: Section) -> Scope:
    stream = item.text("MessageStream", default="")
    # Who complains is through with the sender, and an address is bad in every stream.
    bound = record == "SubscriptionChange" and meaning.reason in (UNSUBSCRIBED.reason, RESUBSCRIBED.reason)
    return Scope(ScopeKind.SENDER, stream) if bound and stream else EVERYTHING


def block(person: Person, secrets: Secrets) -> Steps:
    """Suppress an address in each stream that carries prospecting (``streams``; by default ``broadcast``)."""
    for stream in secrets.options.get("streams", ("broadcast",)):
        body = {"Suppressions": [{"EmailAddress": person.text}]}
        done = yield Order("POST", f"/message-streams/{quote(str(stream), safe='')}/suppressions", body)
        # The request succeeds although the one address in it failed.
        must(value_at(done, "Suppressions", 0, "Status") == "Suppressed", "the address is not suppressed")


BLOCKLIST = Blocklist(
    channels=("email",),
    url=at("https://api.postmarkapp.com"),
    headers=lambda secrets: {"X-Postmark-Server-Token": secrets.of_api("key")},
    block=block,
    most=10,
    seconds=1,
    needs=("key",),
    says='suppressions of the streams that `streams` names (`["broadcast"]`); other streams go on',
    page="postmarkapp.com/developer, Suppressions API",
)

REGISTRATIONS = Registrations(
    url=BLOCKLIST.url,
    headers=BLOCKLIST.headers,
    needs=BLOCKLIST.needs,
    orders=get("/webhooks"),
    read=listed("Webhooks", url=("Url",), active=is_not(False, "Triggers", "SubscriptionChange", "Enabled")),
    suspends=True,
    says="whether a webhook is there whose trigger `SubscriptionChange` is on",
    page="postmarkapp.com/developer, Webhooks API",
)
