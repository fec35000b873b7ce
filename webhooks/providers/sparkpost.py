"""SparkPost: unsubscriptions, complaints and bounces of e-mail. A JSON array a request; ``{"msys": {}}`` is a ping.

Basic authentication, or a bearer token that it fetches; nothing is signed. Only 200 counts; twelve tries in eight
hours, then the event is lost. ``link_unsubscribe`` is a click on a tracked link, which a scanner may have followed.
Bounces have classes: 10 and 30 are about the address, 90 is a request to unsubscribe by answer, 80 one to subscribe. A
message that was not even made because the address is ``suppressed`` does not say why it is: kept for a person to judge.
``fbtype`` of a complaint is the type of the mailbox provider's report: "not-spam" complains of nothing.
``relay_message`` is mail that came in and has no ``type``. Vendor's pages: support.sparkpost.com, "Webhook event
reference", "Bounce classification codes", read on 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from contactable.webhooks.blocking import Blocklist, Order, Person, Steps, at, must, value_at
from contactable.webhooks.events import Confidence, Event, Kind, On, Origin, Problem
from contactable.webhooks.meaning import (
    DELIVERED,
    DOUBTFUL,
    FEEDBACK,
    HARD_BOUNCED,
    IGNORED,
    SENT,
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

MEANINGS = {
    "list_unsubscribe": UNSUBSCRIBED,
    "link_unsubscribe": replace(UNSUBSCRIBED, origin=Origin.LINK_CLICK),
    "injection": SENT,
    "delivery": DELIVERED,
}
REJECTIONS = {"generation_rejection", "policy_rejection"}
BOUNCE_CLASSES = {
    "10": HARD_BOUNCED,
    "30": HARD_BOUNCED,
    "80": Meaning(Kind.RELEASE, "subscribe", confidence=Confidence.REVIEW),
    "90": UNSUBSCRIBED,
}
UNDETERMINED = {"", "1"}  # of a bounce that came back later: lasting, unless a class says otherwise
PING = Meaning(Kind.IGNORED, "ping", Origin.PROVIDER)

authenticate = authenticate_by_secret


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the events of a request; raise ``Malformed`` where the body is no JSON."""
    yield from each(request.batch, lambda item: [_read(item)])


def _read(item: Section) -> Event:
    envelope = Section(item.values["msys"], "msys") if isinstance(item.values.get("msys"), dict) else item
    if not envelope.values:
        return PING.event(On.EMAIL, "ping", key=fact_key("sparkpost", "ping"), at=None)
    name, data = ("", envelope) if "type" in envelope else _only(envelope)
    # `raw_rcpt_to` keeps the case in which we wrote the address; `rcpt_to` is lower-cased by the server.
    said, id = data.text("type", default=name), data.text("event_id", default=None)
    email = data.text("raw_rcpt_to", "rcpt_to", default=None)
    message_id, time = data.text("message_id", "transmission_id", default=None), data.raw("timestamp")
    return _meaning(said, data).event(
        On.EMAIL,
        said,
        key=id or fact_key("sparkpost", said, email, message_id, time),
        at=data.epoch("timestamp", default=None),
        email=email,
        message_id=message_id,
        campaign=data.text("campaign_id", default=None),
    )


def _only(envelope: Section) -> tuple[str, Section]:
    """The class of an event (``message_event``, ``unsubscribe_event`` …) and the event inside."""
    name = next(iter(envelope.values))
    return name, envelope.section(name)


def _meaning(said: str, data: Section) -> Meaning:
    bounce_class = data.text("bounce_class", default="")
    if said == "out_of_band" and bounce_class in UNDETERMINED:
        return HARD_BOUNCED
    if said in ("bounce", "out_of_band"):
        return BOUNCE_CLASSES.get(bounce_class, IGNORED)
    if said in REJECTIONS:
        return SUPPRESSED if "suppress" in data.text("raw_reason", "reason", default="").lower() else IGNORED
    if said == "spam_complaint":
        return FEEDBACK.get(data.text("fbtype", default="abuse").lower(), DOUBTFUL)
    return MEANINGS.get(said, IGNORED)


def block(person: Person, secrets: Secrets) -> Steps:
    """Put an address on the suppression list, for mail that is not transactional."""
    recipient = {"recipient": person.text, "type": "non_transactional"}
    done = yield Order("PUT", "/suppression-list", {"recipients": [recipient]})
    must(value_at(done, "results", "message") is not None, "the answer does not say so")


BLOCKLIST = Blocklist(
    channels=("email",),
    url=at("https://api.sparkpost.com/api/v1"),
    headers=lambda secrets: {"Authorization": secrets.of_api("key")},
    block=block,
    most=10,
    seconds=1,
    needs=("key",),
    says="the suppression list, type `non_transactional`; transactional mail goes on",
    page="developers.sparkpost.com, Suppression list",
)

REGISTRATIONS = Registrations(
    url=BLOCKLIST.url,
    headers=BLOCKLIST.headers,
    needs=BLOCKLIST.needs,
    orders=get("/webhooks"),
    read=listed("results", url=("target",), active=is_not(False, "active")),
    suspends=True,
    says="`active` of each webhook; the key needs the right to read them",
    page="developers.sparkpost.com, Webhooks",
)
