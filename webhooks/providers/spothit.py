"""Spot-Hit: STOP by SMS, and the fate of SMS and e-mails. One form or query a push.

Signs nothing: put a secret into the URL. A STOP push has ``id``, ``numero``, ``date_envoi`` and ``source_id``; a push
with ``statut`` is a report: 1 delivered, 4 failed, and for e-mail 6 marked as spam, 7 unsubscribed. Whether
``date_envoi`` is the person's SMS or ours is not told, so it dates nothing: ``date_update`` does, or the arrival.
Vendor's table as quoted by integrators, read on 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterator

from contactable.errors import Malformed
from contactable.webhooks.events import Event, On
from contactable.webhooks.meaning import (
    COMPLAINED,
    DELIVERED,
    HARD_BOUNCED,
    IGNORED,
    INVALID,
    STOPPED,
    UNSUBSCRIBED,
    fact_key,
    international,
    reply,
)
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.request import Request, authenticate_by_secret

__all__ = ["ANSWERS", "METHODS", "PROOF", "STATUS", "authenticate", "parse"]

STATUS = Status.DOCUMENTED
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET
METHODS = ("GET", "POST")

REPORTS = {  # channel, statut -> what it is to us
    (On.EMAIL, "1"): DELIVERED,
    (On.EMAIL, "4"): HARD_BOUNCED,
    (On.EMAIL, "6"): COMPLAINED,
    (On.EMAIL, "7"): UNSUBSCRIBED,
    (On.SMS, "1"): DELIVERED,
    (On.SMS, "4"): INVALID,
}

authenticate = authenticate_by_secret


def parse(request: Request) -> Iterator[Event]:
    """Yield the one event of a push; raise ``Malformed`` where a field is missing."""
    fields = request.sent_fields
    yield _report(fields) if "statut" in fields else _answer(fields)


def _answer(fields: Section) -> Event:
    """A STOP; where the push carries a text, the text decides."""
    number, source = fields.text("numero"), fields.text("source_id", default=None)
    key = fact_key("spothit", fields.text("id", default=None), number, fields.text("date_envoi", default=None))
    phone, text = international(number), fields.text("message", "texte", default="")
    if text:
        return reply(text, phone=phone, key=key, at=None, campaign=source)
    return STOPPED.event(On.SMS, "stop", key=key, at=None, phone=phone, campaign=source)


def _report(fields: Section) -> Event:
    email, number = fields.text("email", default=None), fields.text("numero", default=None)
    # A report of nobody is kept for a look instead of counting for somebody.
    if not (email or number):
        raise Malformed("The report names neither email nor numero.")
    on, said, id = On.EMAIL if email else On.SMS, fields.text("statut"), fields.text("id_message", default=None)
    return REPORTS.get((on, said), IGNORED).event(
        on,
        f"statut {said}",
        key=fact_key("spothit", fields.text("id_accuse", default=None), said, email or number, id),
        at=fields.epoch("date_update", default=None),
        email=email,
        phone=None if email else international(number or ""),
        campaign=id,
        message_id=id,
    )
