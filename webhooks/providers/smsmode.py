"""smsmode: replies and delivery by SMS (HTTP API). One GET a notification, everything in the query.

Signs nothing. In a reply ``emetteur`` is the person and ``numero`` the short code, which may change at will; times are
``ddMMyyyy-HHmmss`` in Paris time; texts may be in an old encoding. A delivery report with status 3999 is a number that
smsmode has black-listed for an older STOP, 3998 one that is invalid. smsmode itself confirms the unsubscription by one
SMS, which is compulsory there. The JSON of its REST webhooks (version 3) was not found. Vendor's page:
smsmode.com, "API HTTP" (PDF), read on 2026-11-23; the codes and field names of its reports (``statut``, 3998, 3999) in
github.com/webeweb/smsmode-library, on 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from contactable.webhooks.events import Event, On, Origin
from contactable.webhooks.meaning import DELIVERED, IGNORED, INVALID, SENT, STOPPED, fact_key, international, reply
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.request import Request, authenticate_by_secret

__all__ = ["ANSWERS", "METHODS", "PROOF", "STATUS", "authenticate", "parse"]

STATUS = Status.DOCUMENTED
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET
METHODS = ("GET", "POST")

DELIVERIES = {"0": SENT, "11": DELIVERED, "3998": INVALID, "3999": replace(STOPPED, origin=Origin.ECHO)}

_TIME = "%d%m%Y-%H%M%S"
_PARIS = ZoneInfo("Europe/Paris")

authenticate = authenticate_by_secret


def parse(request: Request) -> Iterator[Event]:
    """Yield the one event of a notification; raise ``Malformed`` where a field is missing."""
    fields = request.sent_fields
    yield _reply(fields) if "emetteur" in fields else _delivery(fields)


def _reply(fields: Section) -> Event:
    number, text = fields.text("emetteur"), fields.text("message", default="")
    time, id = fields.text("date_reception", default=None), fields.text("smsID", default=None)
    return reply(
        text,
        phone=international(number),
        # responseID is missing in older accounts.
        key=fields.text("responseID", default="") or fact_key("smsmode", number, text, time, id),
        at=fields.moment("date_reception", zone=_PARIS, format=_TIME, default=None),
        message_id=id,
        campaign=fields.text("refClient", default=None),
    )


def _delivery(fields: Section) -> Event:
    said, id = fields.text("status", "statut"), fields.text("smsID", default=None)
    number = fields.text("numero", default="")
    return DELIVERIES.get(said, IGNORED).event(
        On.SMS,
        f"status {said}",
        key=fact_key("smsmode", said, number, id),
        at=fields.moment("date_reception", zone=_PARIS, format=_TIME, default=None),
        phone=international(number) or None,
        message_id=id,
        campaign=fields.text("refClient", default=None),
    )
