"""SMS Partner: its list of STOPs, read by polling, and delivery reports. No push of a STOP was found.

``GET /v1/stop-sms/list`` answers ``{"success", "data": [{"id", "phoneNumber", "createdAt"}]}``; times have no zone and
are read as Paris time. A delivery report is a GET with ``messageId`` and ``status`` and names no number. Signs nothing.
Vendor's page: docpartner.dev, "Liste des STOP", read on 2026-11-24.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from contactable.webhooks.blocking import Blocklist, Order, Person, Steps, at, must, value_at
from contactable.webhooks.events import Event, On, Problem
from contactable.webhooks.meaning import IGNORED, STOPPED, each, fact_key, reply
from contactable.webhooks.provider import Answers, Proof, Question, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.request import Request, Secrets, authenticate_by_secret

__all__ = ["ANSWERS", "BLOCKLIST", "METHODS", "PROOF", "STATUS", "authenticate", "parse", "questions"]

STATUS = Status.DOCUMENTED
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET
METHODS = ("GET", "POST")

API = at("https://api.smspartner.fr/v1")

_ADDED, _THERE_ALREADY = 200, 3  # codes of the API

_PARIS = ZoneInfo("Europe/Paris")

authenticate = authenticate_by_secret


def questions(secrets: Secrets, now: datetime) -> Iterator[Question]:
    """The list of those who said STOP; the API wants its key in the query."""
    key = urlencode({"apiKey": secrets.of_api("key")})
    yield Question(f"{API(secrets)}/stop-sms/list?{key}", holds_blocks=True)


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the entries of the list, or what a callback says; raise ``Malformed`` where neither can be read."""
    if request.is_json:
        listed = request.json.items("data", default=None) if isinstance(request.document, dict) else None
        yield from each(request.batch if listed is None else listed, lambda item: [_stop(item)])
    else:
        yield _callback(request.sent_fields)


def _stop(item: Section) -> Event:
    number, time = item.text("phoneNumber", "number", "phone"), item.text("createdAt", default=None)
    at = item.moment("createdAt", zone=_PARIS, default=None)
    key = fact_key("smspartner", number, item.text("id", default=None), time)
    return STOPPED.event(On.SMS, "stop", key=key, at=at, phone=number)


def _callback(fields: Section) -> Event:
    id, said = fields.text("messageId", default=None), fields.text("status", default="callback")
    number, text = fields.text("phoneNumber", "from", default=""), fields.text("message", "text", default="")
    key = fact_key("smspartner", id, said, number, text)
    if number and text:
        return reply(text, phone=number, key=key, at=None, message_id=id)
    return IGNORED.event(On.SMS, said, key=key, at=None, message_id=id)


def block(person: Person, secrets: Secrets) -> Steps:
    """Add a number to the stop list; one that is there already is as good."""
    body = {"apiKey": secrets.of_api("key"), "phoneNumber": person.text}
    added = yield Order("POST", "/stop-sms/add", body, expected=(400,))
    must(value_at(added, "code") in (_ADDED, _THERE_ALREADY), "the number is not on the list")


BLOCKLIST = Blocklist(
    channels=("sms",),
    url=API,
    headers=lambda secrets: {},
    block=block,
    most=5,
    seconds=1,
    needs=("key",),
    says="the stop list of the account",
    page="docpartner.dev, Add number to SMS stop list",
)
