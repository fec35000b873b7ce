"""OVHcloud: STOP by SMS. A bell rather than a message: its list is the truth, and is read by polling.

``stopCallBack`` calls a URL when somebody replies STOP, and the parameters are documented nowhere: usual names are
tried, and where none fits, an opposition of nobody is kept for review. Replies (``cgiUrl``) are as little documented.
Delivery reports name an ``id`` and ``ptt`` (23: wrong or barred number), never the number. What is certain is
``GET /sms/{serviceName}/blacklists``, which lists numbers; its entries and those of ``/incoming`` are read as well.
Numbers are ``0033…``. Signs nothing. Vendor's pages: api.ovh.com (``/sms``), help.ovhcloud.com, "SMS", read on
2026-11-23.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from contactable.webhooks.events import Confidence, Event, On, Problem
from contactable.webhooks.meaning import DELIVERED, IGNORED, INVALID, STOPPED, each, fact_key, reply
from contactable.webhooks.provider import Answers, Proof, Question, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.request import Request, Secrets, authenticate_by_secret

__all__ = ["ANSWERS", "METHODS", "PROOF", "STATUS", "authenticate", "parse", "questions"]

STATUS = Status.EXPERIMENTAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET
METHODS = ("GET", "POST")

API = "https://eu.api.ovh.com/1.0"
DELIVERIES = {"1": DELIVERED, "23": INVALID}
NUMBER = ("number", "sender", "senderNumber", "from", "receiver")
TEXT = ("message", "text", "body")
KNOWN_TIMES = ("dateCreation", "creationDatetime")  # of the API
TIME = (
    *KNOWN_TIMES,
    "date",
)  # of a callback nobody knows what its date is: it tells two calls apart, and dates nothing

_PARIS = ZoneInfo("Europe/Paris")

authenticate = authenticate_by_secret


def questions(secrets: Secrets, now: datetime) -> Iterator[Question]:
    """The black list of each of ``services`` (the names of SMS accounts), signed as OVH wants it."""
    for service in secrets.options.get("services", ()):
        yield _signed(f"{API}/sms/{quote(str(service))}/blacklists", secrets, str(int(now.timestamp())))


def _signed(url: str, secrets: Secrets, timestamp: str) -> Question:
    application, consumer = secrets.of_api("application_key"), secrets.of_api("consumer_key")
    signed = "+".join((secrets.of_api("application_secret"), consumer, "GET", url, "", timestamp))
    signature = f"$1${hashlib.sha1(signed.encode()).hexdigest()}"  # noqa: S324, the scheme that OVH documents
    return Question(
        url,
        {
            "X-Ovh-Application": application,
            "X-Ovh-Consumer": consumer,
            "X-Ovh-Timestamp": timestamp,
            "X-Ovh-Signature": signature,
        },
    )


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield what a callback says, or the entries of a polled list; raise ``Malformed`` where it cannot be read."""
    if request.is_json:
        # The list itself is numbers; an entry read alone is an object.
        listed = [{"number": entry} if isinstance(entry, str) else entry for entry in request.batch]
        yield from each(listed, lambda item: [_stop(item)])
    elif "ptt" in request.sent_fields:
        yield _delivery(request.sent_fields)
    # A call with no parameter at all is somebody trying the address.
    elif request.sent_fields.values:
        yield _stop(request.sent_fields)


def _stop(fields: Section) -> Event:
    number, text = fields.text(*NUMBER, default=None), fields.text(*TEXT, default=None)
    time, id = fields.text(*TIME, default=None), fields.text("id", default=None)
    key, at = fact_key("ovh", number, text, time, id), fields.moment(*KNOWN_TIMES, zone=_PARIS, default=None)
    if number and text:
        return reply(text, phone=number, key=key, at=at, message_id=id)
    meaning = STOPPED if number else replace(STOPPED, confidence=Confidence.REVIEW)
    return meaning.event(On.SMS, "stop", key=key, at=at, phone=number, message_id=id)


def _delivery(fields: Section) -> Event:
    said, id = fields.text("ptt"), fields.text("id", default=None)
    key = fact_key("ovh", "ptt", said, id, fields.text("date", default=None))
    at = fields.moment("date", zone=_PARIS, default=None)
    return DELIVERIES.get(said, IGNORED).event(On.SMS, f"ptt {said}", key=key, at=at, message_id=id)
