"""Resend: complaints, suppressions and bounces of e-mail, and contacts that unsubscribe. One JSON object a request.

Signs as Standard Webhooks do, with headers called ``svix-…``; ``svix-id`` stays the same when it sends again, the time
is fresh. An event names everyone in ``to`` and not whom it concerns: with several it is kept as nobody's and shown. A
contact that becomes ``unsubscribed`` may have been made so by our own push, and ``false`` by an import: such a release
is for a person to judge. A refusal for an address on the suppression list comes as ``email.suppressed`` or as a bounce;
unless its message speaks of hard bounces, it does not say whether a bounce or a complaint put it there. The list tells
of itself too: ``suppression.added``, whose ``origin`` is ``bounce``, ``complaint`` or ``manual``, and
``suppression.removed``, which is somebody in the console or the API and releases nobody by itself. Tries again after 5
seconds, 5 and 30 minutes, 2, 5, 10 and 10 hours. Vendor's page: resend.com/docs, "Webhooks", "Event types", read on
2026-11-23, "suppression.added", "suppression.removed", "email.bounced" on 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from contactable.signing import check_standard_webhook, sign_standard_webhook
from contactable.webhooks.blocking import at
from contactable.webhooks.events import Confidence, Event, Kind, On, Origin, Problem, Trace
from contactable.webhooks.meaning import (
    COMPLAINED,
    DELIVERED,
    ECHO_OF_BOUNCE,
    HARD_BOUNCED,
    IGNORED,
    SENT,
    UNSUBSCRIBED,
    Meaning,
    each,
    fact_key,
)
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.registrations import Registrations, get, is_not, listed
from contactable.webhooks.request import Request, Secrets

STATUS = Status.REAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.SIGNED

SUPPRESSED = Meaning(Kind.OPPOSITION, "suppressed", Origin.ECHO, Confidence.PROBABLE)
ADDED_FOR = {  # origin of an entry of the suppression list -> what it is to us
    "bounce": HARD_BOUNCED,
    "complaint": COMPLAINED,
    "manual": Meaning(Kind.OPPOSITION, "blacklist", Origin.ADMIN),
}
REMOVED = Meaning(Kind.RELEASE, "blacklist_removed", Origin.ADMIN, Confidence.REVIEW)
MEANINGS = {
    "email.complained": COMPLAINED,
    "email.suppressed": SUPPRESSED,
    "email.sent": SENT,
    "email.delivered": DELIVERED,
    "suppression.removed": REMOVED,
    "contact.deleted": Meaning(Kind.IGNORED, origin=Origin.UNKNOWN, trace=Trace.CONTACT_DELETED),
}
SUBSCRIBED = Meaning(Kind.RELEASE, "subscribe", Origin.UNKNOWN, Confidence.REVIEW)


def authenticate(request: Request, secrets: Secrets) -> str:
    """Raise ``NotAuthentic`` unless the webhook's secret signed the body within five minutes."""
    return check_standard_webhook(secrets.keys, request.lower_headers, request.raw, request.received_at, prefix="svix")


def sign(request: Request, secrets: Secrets) -> Request:
    """The request as Resend would send it."""
    key = fact_key("resend", request.raw.hex())
    headers = sign_standard_webhook(secrets.keys[0].value, f"msg_{key}", request.received_at, request.raw)
    return request.with_headers({name.replace("webhook", "svix"): value for name, value in headers.items()})


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the one event of a request; raise ``Malformed`` where the body is no JSON."""
    yield from each(request.batch, lambda item: [_read(item, request.header("svix-id"))])


def _read(item: Section, delivery: str) -> Event:
    said, data = item.text("type"), item.section("data", default=Section({}))
    people = _people(data)
    meaning = _meaning(said, data)
    # Naming all of them would silence people who did nothing; naming nobody asks an operator.
    if len(people) > 1 and meaning.kind is not Kind.IGNORED:
        meaning = replace(meaning, confidence=Confidence.REVIEW)
    id, time = data.text("email_id", "id", default=None), item.text("created_at", default=None)
    # The header's id stays with a delivery through all its retries; a body that was captured comes without.
    return meaning.event(
        On.EMAIL,
        said,
        key=delivery or fact_key("resend", said, *people, id, time),
        at=item.moment("created_at", default=None),
        email=people[0] if len(people) == 1 else None,
        message_id=data.text("email_id", default=None),
    )


def _people(data: Section) -> list[str]:
    """The contact's address, or everyone the mail went to."""
    contact, listed = data.text("email", default=None), data.raw("to")
    to = listed if isinstance(listed, list) else [listed] if listed else []
    return [contact] if contact else [Section({"to": address}).text("to") for address in to]


def _meaning(said: str, data: Section) -> Meaning:
    if said in ("contact.updated", "contact.created") and "unsubscribed" in data:
        unsubscribed = data.flag("unsubscribed")
        return replace(UNSUBSCRIBED, origin=Origin.UNKNOWN) if unsubscribed else _subscribed(said)
    if said == "email.bounced":
        return _bounced(data.section("bounce", default=Section({})))
    if said == "suppression.added":
        return ADDED_FOR.get(data.text("origin", default=""), SUPPRESSED)
    return MEANINGS.get(said, IGNORED)


def _subscribed(said: str) -> Meaning:
    return SUBSCRIBED if said == "contact.updated" else IGNORED


def _bounced(bounce: Section) -> Meaning:
    kind = bounce.text("type", default="")
    cause = " ".join(bounce.text(name, default="") for name in ("subType", "message")).lower()
    # It was never sent, so nothing bounced now: the list repeats something older.
    if "suppress" in cause:
        return ECHO_OF_BOUNCE if "hard bounce" in cause else SUPPRESSED
    return HARD_BOUNCED if kind.lower() == "permanent" else IGNORED


REGISTRATIONS = Registrations(
    url=at("https://api.resend.com"),
    headers=lambda secrets: {"Authorization": f"Bearer {secrets.of_api('key')}"},
    needs=("key",),
    orders=get("/webhooks"),
    read=listed("data", url=("endpoint",), active=is_not("disabled", "status")),
    suspends=True,
    says="`status` of each webhook; the key needs full access",
    page="resend.com/docs, List webhooks",
)
