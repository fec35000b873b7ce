"""Amazon SES through SNS: complaints, bounces, and choices of a contact list, by e-mail. One notification a request.

The body is JSON sent as ``text/plain``, and ``Message`` is JSON inside a text. SNS signs some fields of the envelope
(RSA, SHA-1 in version 1, SHA-256 in version 2) with a certificate whose address stands in the body. A signature proves
some account of AWS and not which: the endpoint's ``topics`` say which topics are ours, and an endpoint without them
accepts nobody. "Raw message delivery" is not signed and therefore refused. A new topic first sends a
``SubscriptionConfirmation``, whose address an administrator opens once (``contactable inbox confirm``); one that is
taken away, an ``UnsubscribeConfirmation``, whose address brings it back. A complaint lists all who may have complained,
when one message went to several. A choice of a contact list names the person as the one ``destination`` of the mail.
Vendor's pages: docs.aws.amazon.com, "Verifying the signatures of Amazon SNS messages", "Contents of event data that
Amazon SES publishes to Amazon SNS", read on 2026-11-23; the shape of choices confirmed on 2026-11-27 in public code,
the hosts of the European Sovereign Cloud in aws/aws-sdk-net.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from contactable.errors import Malformed, NotAuthentic
from contactable.webhooks.amazon import certificate, check_signature, is_amazon_url
from contactable.webhooks.events import Confidence, Event, Kind, On, Origin, Problem, Scope, ScopeKind
from contactable.webhooks.meaning import (
    COMPLAINED,
    DELIVERED,
    ECHO_OF_BOUNCE,
    ECHO_OF_UNSUBSCRIBE,
    FEEDBACK,
    HARD_BOUNCED,
    IGNORED,
    SENT,
    UNSUBSCRIBED,
    Meaning,
    each,
    fact_key,
)
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section, read_json
from contactable.webhooks.request import Request, Secrets

STATUS = Status.REAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.SIGNED

BOUNCED_FOR = {
    "UnsubscribedRecipient": ECHO_OF_UNSUBSCRIBE,
    "Suppressed": ECHO_OF_BOUNCE,
    "OnAccountSuppressionList": ECHO_OF_BOUNCE,
}
SUPPRESSED = Meaning(Kind.OPPOSITION, "complaint", Origin.ECHO)
LEFT_TOPIC = Meaning(Kind.OPPOSITION, "group_unsubscribe")
JOINED_TOPIC = Meaning(Kind.RELEASE, "group_resubscribe")
RESUBSCRIBED = Meaning(Kind.RELEASE, "subscribe")

CONFIRMED_AT = {"SubscriptionConfirmation", "UnsubscribeConfirmation"}  # the second: nothing comes any more
SIGNED_FIELDS = ("Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


def authenticate(request: Request, secrets: Secrets) -> None:
    """Raise ``NotAuthentic`` unless one of the endpoint's topics sent this, and Amazon signed it.

    The certificate comes from ``secrets.options["certificates"]``, a function of its address; without, from Amazon.
    """
    # The topic first: it costs nothing, and a stranger's message never makes us fetch a certificate.
    envelope = request.json
    topics, topic = secrets.options.get("topics", ()), envelope.text("TopicArn", default="")
    if topic not in ([topics] if isinstance(topics, str) else topics):
        raise NotAuthentic("The topic is not one of the endpoint's: name its ARN in `topics`.")
    fetch: Callable[[str], bytes] = secrets.options.get("certificates", certificate)
    algorithm = {"1": "sha1", "2": "sha256"}.get(envelope.text("SignatureVersion", default=""))
    try:
        signature = base64.b64decode(envelope.text("Signature", default=""), validate=True)
    except ValueError:
        raise NotAuthentic("The signature is not base64.") from None
    url = envelope.text("SigningCertURL", default="")
    check_signature(signed_text(envelope), signature, algorithm, url, fetch, request.received_at, topic)


def signed_text(envelope: Section) -> bytes:
    """What SNS signs: name and value of the fields that are there, each on a line of its own."""
    values = ((name, envelope.values.get(name)) for name in SIGNED_FIELDS)
    lines = (f"{name}\n{value}\n" for name, value in values if value is not None)
    return "".join(lines).encode("utf-8", "surrogatepass")


def confirmation_url(request: Request) -> str | None:
    """The address that confirms a topic, or confirms it again, if an authentic request has one and it is Amazon's."""
    envelope = request.json
    url, topic = envelope.text("SubscribeURL", default=""), envelope.text("TopicArn", default="")
    return url if envelope.text("Type", default="") in CONFIRMED_AT and is_amazon_url(url, topic) else None


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the events of a notification, or of a bare SES event; raise ``Malformed`` where the body is no JSON."""
    yield from each(request.batch, _read)


def _read(item: Section) -> Iterator[Event]:
    # SNS repeats its id in every retry; an event that was captured without its envelope has none.
    delivery, content = item.text("MessageId", default=""), item.raw("Message")
    if "eventType" in item or "notificationType" in item:
        yield from _events(item, delivery)
    elif item.text("Type", default="Notification") != "Notification":
        yield IGNORED.event(On.EMAIL, item.text("Type"), key=fact_key("sns", delivery), at=_sent(item))
    elif isinstance(content, str) and content.lstrip().startswith("{"):
        yield from _events(Section.of(read_json(content.encode("utf-8", "replace")), "Message"), delivery)
    elif isinstance(content, str):  # "Successfully validated SNS topic …"
        yield IGNORED.event(On.EMAIL, "message", key=fact_key("sns", delivery), at=_sent(item))
    else:
        raise Malformed("The body is neither a notification of SNS nor an event of SES.")


def _sent(item: Section) -> datetime | None:
    return item.moment("Timestamp", default=None)


def _events(event: Section, delivery: str) -> Iterator[Event]:
    said, mail = event.text("eventType", "notificationType"), event.section("mail", default=Section({}))
    id = mail.text("messageId", default=None)
    told = event.section(said[:1].lower() + said[1:], default=Section({}))
    at = told.moment("timestamp", default=None) or mail.moment("timestamp", default=None)
    for email, meaning, scope in _acts(said, told, mail):
        key = fact_key("ses", delivery or id, said, email and email.lower(), scope.id, meaning.reason)
        yield meaning.event(On.EMAIL, said, key=key, at=at, email=email, scope=scope, message_id=id)


_Act = tuple[str | None, Meaning, Scope]


def _acts(said: str, told: Section, mail: Section) -> Iterator[_Act]:
    everything = Scope()
    if said == "Complaint":
        yield from ((email, meaning, everything) for email, meaning in _complaints(told))
    elif said == "Bounce":
        people = _addresses(told.items("bouncedRecipients", default=[])) or [None]
        yield from ((email, _bounce(told), everything) for email in people)
    elif said == "Subscription":
        yield from ((_only(mail), meaning, scope) for meaning, scope in _choices(told))
    else:
        yield _only(mail), {"Send": SENT, "Delivery": DELIVERED}.get(said, IGNORED), everything


def _complaints(told: Section) -> Iterator[tuple[str | None, Meaning]]:
    people = _addresses(told.items("complainedRecipients", default=[])) or [None]
    meaning = FEEDBACK.get(told.text("complaintFeedbackType", default="abuse"), COMPLAINED)
    if told.text("complaintSubType", default="") == "OnAccountSuppressionList":
        meaning = SUPPRESSED
    elif len(people) > 1 and meaning is COMPLAINED:
        meaning = replace(meaning, confidence=Confidence.PROBABLE)  # one of them did
    yield from ((email, meaning) for email in people)


def _bounce(told: Section) -> Meaning:
    known = BOUNCED_FOR.get(told.text("bounceSubType", default=""))
    return known or (HARD_BOUNCED if told.text("bounceType", default="") == "Permanent" else IGNORED)


def _choices(told: Section) -> Iterator[tuple[Meaning, Scope]]:
    """What changed between the old and the new preferences of a contact list; without change, one ignored event."""
    new, old = (told.section(name, default=Section({})) for name in ("newTopicPreferences", "oldTopicPreferences"))
    everything, before = new.flag("unsubscribeAll", default=False), old.flag("unsubscribeAll", default=False)
    topics, formerly = _topics(new), _topics(old)
    # A topic that did not change was nobody's choice now, and repeating it would renew an old one.
    changed = {topic: status for topic, status in topics.items() if formerly.get(topic) != status}
    if everything:
        yield UNSUBSCRIBED, Scope()
    elif before:
        yield RESUBSCRIBED, Scope()
    for topic, status in changed.items():
        yield (JOINED_TOPIC if status == "OptIn" else LEFT_TOPIC), Scope(ScopeKind.SUBSCRIPTION, topic)
    if not (everything or before or changed):
        yield IGNORED, Scope()


def _topics(preferences: Section) -> dict[str, str]:
    listed = preferences.items("topicSubscriptionStatus", "topicDefaultSubscriptionStatus", default=[])
    topics = [Section.of(topic, "topic") for topic in listed]
    return {topic.text("topicName"): topic.text("subscriptionStatus") for topic in topics}


def _addresses(recipients: list[Any]) -> list[str | None]:
    return [Section.of(one, "recipient").text("emailAddress") for one in recipients]


def _only(mail: Section) -> str | None:
    """The one address that a mail went to; None where it went to several."""
    people = mail.items("destination", default=[])
    return Section({"to": people[0]}).text("to") if len(people) == 1 else None
