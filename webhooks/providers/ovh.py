"""OVHcloud: STOP by SMS. A bell rather than a message: its list is the truth, and is read by polling.

``stopCallBack`` calls a URL when somebody replies STOP, and the parameters are documented nowhere. A public client
(parti-renaissance/espace-adherent) was sent ``action=stop``, ``id``, ``date`` and ``receiver``: the person, for whom
the message was. Where it comes otherwise, usual names are tried, and where none holds a person's number, an opposition
of nobody is kept for review. Whatever came, the lists are read soon after. Replies (``cgiUrl``) are as little
documented. Delivery reports name an ``id`` and ``ptt`` (3 accepted by the operator, 4 delivered, 23 wrong or barred
number; 1 and 2 are tried again), never the number. What is certain is ``GET /sms/{serviceName}/blacklists``, which
lists numbers, and ``/incoming``, which lists the ids of replies, each read once: OVH takes fewer words for a STOP than
we do. Numbers are ``0033…``. Signs nothing. Vendor's pages: api.ovh.com (``/sms``), help.ovhcloud.com, "SMS", read on
2026-11-23; its schema of the API (``creationDatetime.from``) and github.com/ovh/docs, "Tout savoir sur les utilisateurs
SMS", on 2026-11-27.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from contactable.errors import Malformed
from contactable.webhooks.blocking import at
from contactable.webhooks.events import Confidence, Event, On, Problem
from contactable.webhooks.meaning import (
    DELIVERED,
    IGNORED,
    INVALID,
    SENT,
    STOPPED,
    each,
    fact_key,
    is_persons_number,
    reply,
)
from contactable.webhooks.provider import Answers, Proof, Question, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.request import Request, Secrets, authenticate_by_secret

__all__ = ["ANSWERS", "METHODS", "PROOF", "STATUS", "authenticate", "parse", "questions", "rings"]

STATUS = Status.EXPERIMENTAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET
METHODS = ("GET", "POST")

API = at("https://eu.api.ovh.com/1.0")
LATELY = timedelta(days=3)  # a reply is possible for two days
DELIVERIES = {"3": SENT, "4": DELIVERED, "23": INVALID}
RECEIVER = "receiver"
NUMBER = ("number", "sender", "senderNumber", "from", RECEIVER)
TEXT = ("message", "text", "body")
KNOWN_TIMES = ("dateCreation", "creationDatetime")  # of the API
TIME = (
    *KNOWN_TIMES,
    "date",
)  # of a callback nobody knows what its date is: it tells two calls apart, and dates nothing

_PARIS = ZoneInfo("Europe/Paris")

authenticate = authenticate_by_secret


def rings(request: Request) -> bool:
    """Whether somebody answered; a delivery report rings no bell."""
    return "ptt" not in request.sent_fields


def questions(secrets: Secrets, now: datetime) -> Generator[Question, Request | None, None]:
    """Black list and latest replies of each of ``services`` (the names of SMS accounts), signed as OVH wants it."""
    since, timestamp = quote((now - LATELY).isoformat(timespec="seconds"), safe=""), str(int(now.timestamp()))
    for service in secrets.options.get("services", ()):
        account = f"{API(secrets)}/sms/{quote(str(service))}"
        yield _signed(f"{account}/blacklists", secrets, timestamp)
        listed = yield _signed(f"{account}/incoming?creationDatetime.from={since}", secrets, timestamp)
        for id in _ids(listed):
            yield replace(_signed(f"{account}/incoming/{id}", secrets, timestamp), once=True)


def _ids(answer: Request | None) -> list[int]:
    try:
        return [id for id in answer.batch if type(id) is int] if answer else []
    except Malformed:
        return []


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
        if urlsplit(request.url).path.endswith("/incoming"):  # their ids alone: each is read by itself
            listed = [entry for entry in listed if type(entry) is not int]
        yield from each(listed, lambda item: [_stop(item)])
    elif "ptt" in request.sent_fields:
        yield _delivery(request.sent_fields)
    # A call with no parameter at all says no more than its bell does.
    elif request.sent_fields.values:
        yield _stop(request.sent_fields)


def _stop(fields: Section) -> Event:
    number, text = _persons_number(fields), fields.text(*TEXT, default=None)
    time, id = fields.text(*TIME, default=None), fields.text("id", default=None)
    key, when = fact_key("ovh", number, text, time, id), fields.moment(*KNOWN_TIMES, zone=_PARIS, default=None)
    if number and text:
        return reply(text, phone=number, key=key, at=when, message_id=id)
    meaning = STOPPED if number else replace(STOPPED, confidence=Confidence.REVIEW)
    return meaning.event(On.SMS, "stop", key=key, at=when, phone=number, message_id=id)


def _persons_number(fields: Section) -> str | None:
    """Who answered: of a STOP the one for whom the message was; the name of ours that sent it is no person's number."""
    names = (RECEIVER, *NUMBER) if fields.text("action", default="").lower() == "stop" else NUMBER
    given = (fields.text(name, default="") for name in names)
    return next(filter(is_persons_number, given), None)


def _delivery(fields: Section) -> Event:
    said, id = fields.text("ptt"), fields.text("id", default=None)
    key = fact_key("ovh", "ptt", said, id, fields.text("date", default=None))
    when = fields.moment("date", zone=_PARIS, default=None)
    return DELIVERIES.get(said, IGNORED).event(On.SMS, f"ptt {said}", key=key, at=when, message_id=id)
