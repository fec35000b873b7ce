"""SMSFactor, and the houses that resell it (smsup.ch): STOP and replies by SMS. One JSON object a request.

Signs nothing; calls from 51.159.7.123 and 51.159.21.54. The STOP webhook and the reply webhook have the same fields:
the date of the first has an offset, that of the second has none and is read as Paris time. There is no id, so keys are
made of facts; ``last_message_id`` is our own ``gsmsmsid``. Missed calls can be looked up in the console's request log.
Vendor's pages: dev.smsfactor.com, "Webhooks"; doc.smsup.ch, "Replies", read on 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from contactable.webhooks.events import Event, On, Problem
from contactable.webhooks.meaning import IGNORED, each, fact_key, international, reply
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.request import Request, authenticate_by_secret

__all__ = ["ANSWERS", "PROOF", "STATUS", "authenticate", "parse"]

STATUS = Status.DOCUMENTED
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET

_PARIS = ZoneInfo("Europe/Paris")

authenticate = authenticate_by_secret


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the one event of a request; raise ``Malformed`` where the body is no JSON."""
    yield from each(request.batch, lambda item: [_read(item)])


def _read(item: Section) -> Event:
    if "from" not in item:  # delivery reports, clicks and alerts on the balance name nobody who answers
        return IGNORED.event(On.SMS, "report", key=fact_key("smsfactor", sorted(item.values.items())), at=None)
    number, text, id = item.text("from"), item.text("message", default=""), item.text("last_message_id", default=None)
    # The date as sent: the same STOP by both webhooks is two events, and one opposition.
    key = fact_key("smsfactor", number, text, item.text("date", default=None), id)
    at = item.moment("date", zone=_PARIS, default=None)
    return reply(text, phone=international(number), key=key, at=at, message_id=id)
