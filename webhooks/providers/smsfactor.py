"""SMSFactor, and the houses that resell it (smsup.ch): STOP, replies and delivery by SMS. One JSON object a request.

Calls from 51.159.7.123 and 51.159.21.54, and signs nothing; where a webhook was made with a ``signature``, that text
comes back in the header ``X-SMSFactor-Signature`` (so an integrator compares it; the vendor says no more): name it in
the endpoint's ``headers``. The STOP webhook and the reply webhook have the same fields: the date of the first has an
offset, that of the second has none and is read as Paris time. What comes by the first is a STOP whatever its words.
There is no id, so keys are made of facts; ``last_message_id`` is our own ``gsmsmsid``. Missed calls can be looked up in
the console's request log. Vendor's pages: dev.smsfactor.com, "Webhooks"; doc.smsup.ch, "Replies", read on 2026-11-23;
"Create a webhook", "Stops", "Delivery reports", on 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from contactable.webhooks.events import Confidence, Event, Kind, On, Problem
from contactable.webhooks.meaning import (
    DELIVERED,
    IGNORED,
    INVALID,
    SENT,
    STOPPED,
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

DELIVERIES = {"1": SENT, "3": DELIVERED, "5": INVALID}
PROBABLY = replace(STOPPED, confidence=Confidence.PROBABLE)

_PARIS = ZoneInfo("Europe/Paris")

authenticate = authenticate_by_secret


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the one event of a request; raise ``Malformed`` where the body is no JSON."""
    yield from each(request.batch, lambda item: [_read(item)])


def _read(item: Section) -> Event:
    if "destination" in item:
        return _delivery(item)
    if "from" not in item:  # clicks and alerts on the balance name nobody who answers
        return IGNORED.event(On.SMS, "report", key=fact_key("smsfactor", sorted(item.values.items())), at=None)
    number, text, id = item.text("from"), item.text("message", default=""), item.text("last_message_id", default=None)
    # The date as sent: the same STOP by both webhooks is two events, and one opposition.
    key = fact_key("smsfactor", number, text, item.text("date", default=None), id)
    at = item.moment("date", zone=_PARIS, default=None)
    read = reply(text, phone=international(number), key=key, at=at, message_id=id)
    # SMSFactor has read a STOP already: words of which we would make something else do not undo that.
    is_stop = read.phone is not None and _has_offset(item.text("date", default=""))
    if is_stop and read.kind is not Kind.OPPOSITION:
        return PROBABLY.event(On.SMS, "stop", key=key, at=at, phone=read.phone, message_id=id, text=text)
    return read


def _has_offset(date: str) -> bool:
    try:
        return datetime.fromisoformat(date).tzinfo is not None
    except ValueError:
        return False


def _delivery(item: Section) -> Event:
    said, number, id = item.text("status"), item.text("destination"), item.text("message_id", default=None)
    key = fact_key("smsfactor", "status", said, number, id, item.text("campaign_id", default=None))
    at, phone = item.moment("date", zone=_PARIS, default=None), international(number)
    return DELIVERIES.get(said, IGNORED).event(On.SMS, f"status {said}", key=key, at=at, phone=phone, message_id=id)
