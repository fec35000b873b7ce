"""Mailtrap: unsubscriptions, complaints, bounces and refusals of e-mail. JSON, ``events`` holds a batch.

Basic authentication in the URL (a signature of a later date could not be read up). ``reject`` repeats an older act when
its reason names a suppression, and what for; ``suspension`` is about the sender's own account. ``bounce`` of category
``spam`` is a refusal of policy and says nothing of the address; a bounce that may pass is called ``soft bounce``, with
a space. Vendor's page: docs.mailtrap.io, "Webhooks", read on 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterator

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
from contactable.webhooks.request import Request, authenticate_by_secret

__all__ = ["ANSWERS", "PROOF", "STATUS", "authenticate", "parse"]

STATUS = Status.REAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET

MEANINGS = {"unsubscribe": UNSUBSCRIBED, "spam": COMPLAINED, "delivery": DELIVERED}
SUPPRESSED_FOR = (  # part of the reason of `reject` -> of what it is the echo
    ("unsub", ECHO_OF_UNSUBSCRIBE),
    ("spam", ECHO_OF_COMPLAINT),
    ("complain", ECHO_OF_COMPLAINT),
    ("bounce", ECHO_OF_BOUNCE),
)

authenticate = authenticate_by_secret


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
