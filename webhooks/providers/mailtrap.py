"""Mailtrap: unsubscriptions, complaints, bounces and refusals of e-mail. JSON, ``events`` holds a batch.

Header ``Mailtrap-Signature``: hexadecimal HMAC-SHA256 of the raw body under the webhook's signing secret, without a
time; ``event_id`` counts once. An endpoint with that secret refuses what is not signed by it; an older one has basic
authentication in the URL. ``reject`` repeats an older act when its reason names a suppression, and what for;
``suspension`` is about the sender's own account. ``bounce`` of category ``spam`` is a refusal of policy and says
nothing of the address; a bounce that may pass is called ``soft bounce``, with a space. Vendor's page: docs.mailtrap.io,
"Webhooks", read on 2026-11-23; the signature confirmed on 2026-11-27 in the vendor's SDKs (mailtrap/mailtrap-ruby, pull
request 110, and the one for Node) and in anymail/django-anymail.
"""

from __future__ import annotations

from collections.abc import Iterator

from contactable.signing import check_hmac, sign_hmac
from contactable.webhooks.envelopes import items_in
from contactable.webhooks.events import Event, On, Problem
from contactable.webhooks.meaning import (
    COMPLAINED,
    DELIVERED,
    ECHO_OF_BOUNCE,
    ECHO_OF_COMPLAINT,
    ECHO_OF_UNSUBSCRIBE,
    HARD_BOUNCED,
    IGNORED,
    UNSUBSCRIBED,
    Meaning,
    each,
    fact_key,
)
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.request import Request, Secrets, authenticate_by_secret

STATUS = Status.REAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)

HEADER = "Mailtrap-Signature"

MEANINGS = {"unsubscribe": UNSUBSCRIBED, "spam": COMPLAINED, "delivery": DELIVERED}
SUPPRESSED_FOR = (  # part of the reason of `reject` -> of what it is the echo
    ("unsub", ECHO_OF_UNSUBSCRIBE),
    ("spam", ECHO_OF_COMPLAINT),
    ("complain", ECHO_OF_COMPLAINT),
    ("bounce", ECHO_OF_BOUNCE),
)


def PROOF(request: Request) -> Proof:
    """Signed where a signature came; the receiver asks besides whether the endpoint had a secret to check it."""
    return Proof.SIGNED if request.header(HEADER) else Proof.PATH_SECRET


def authenticate(request: Request, secrets: Secrets) -> str:
    """Raise ``NotAuthentic`` unless the webhook's secret signed the body, or, without one, the URL's own is right."""
    # Every webhook is signed, so a signature that the endpoint has no secret for is no reason to refuse.
    if not secrets.keys:
        return authenticate_by_secret(request, secrets)
    return check_hmac("sha256", secrets.keys, request.raw, hexadecimal=request.header(HEADER))


def sign(request: Request, secrets: Secrets) -> Request:
    """The request as Mailtrap would send it."""
    if not secrets.keys:
        return request
    return request.with_headers({HEADER: sign_hmac("sha256", secrets.keys[0].value, request.raw).hex()})


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the events of a request; raise ``Malformed`` where the body is no JSON."""
    yield from each(items_in(request.document, "events"), lambda item: [_read(item)])


def _read(item: Section) -> Event:
    said, id, email = item.text("event"), item.text("event_id", default=None), item.text("email", default=None)
    message_id, time = item.text("message_id", default=None), item.text("timestamp", default=None)
    return _meaning(said, item).event(
        On.EMAIL,
        said,
        key=id or fact_key("mailtrap", said, email, message_id, time),
        at=item.epoch("timestamp", default=None),
        email=email,
        message_id=message_id,
        campaign=item.text("category", default=None),
    )


def _meaning(said: str, item: Section) -> Meaning:
    if said == "bounce":
        return HARD_BOUNCED if item.text("bounce_category", default="hard") == "hard" else IGNORED
    if said == "reject":
        reason = item.text("reason", default="").lower()
        # "spam" alone is what a filter thought of the message.
        causes = SUPPRESSED_FOR if "suppress" in reason else ()
        return next((meaning for part, meaning in causes if part in reason), IGNORED)
    return MEANINGS.get(said, IGNORED)
