"""Primotexto: its lists of STOPs and of dead numbers, read by polling. No push was found.

``GET /v2/unsubscribers/default/contacts`` lists those who said STOP, ``…/bounces/default/contacts`` the numbers that
are not in service; the path that was read tells the two apart. An entry has an ``identifier`` (``+336…``), its
``history`` (a ``date`` in milliseconds and a ``campaignId`` for each time), and ``deleted`` once somebody took it off:
that takes back nobody's STOP. Vendor's page: primotexto.com/api, "Listes noires du compte", read on 2026-11-24; its own
client, github.com/sarbacane-sdk/java (``SBSmsAccountUnsubscribers``, ``SBSmsBlacklistHistory``), on 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from contactable.webhooks.events import Event, On, Problem
from contactable.webhooks.meaning import INVALID, STOPPED, Meaning, each, fact_key
from contactable.webhooks.provider import Answers, Proof, Question, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.request import Request, Secrets, authenticate_by_secret

__all__ = ["ANSWERS", "PROOF", "STATUS", "authenticate", "parse", "questions"]

STATUS = Status.DOCUMENTED
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET

API = "https://api.primotexto.com/v2"
LISTS = ("contacts", "data", "results")
TIMES = ("creationDate", "createdAt")
BEFORE = datetime(1970, 1, 1, tzinfo=UTC)

authenticate = authenticate_by_secret


def questions(secrets: Secrets, now: datetime) -> Iterator[Question]:
    """The list of those who said STOP, and that of dead numbers."""
    headers = {"X-Primotexto-ApiKey": secrets.of_api("key")}
    yield from (Question(f"{API}/{name}/default/contacts", headers) for name in ("unsubscribers", "bounces"))


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the entries of a list; raise ``Malformed`` where the body is no JSON."""
    # Entries of both lists look alike; only the path that was read tells them apart.
    meaning = INVALID if "/bounces/" in urlsplit(request.url).path else STOPPED
    listed = request.json.items(*LISTS, default=None) if isinstance(request.document, dict) else None
    yield from each(request.batch if listed is None else listed, lambda item: [_entry(item, meaning)])


def _entry(item: Section, meaning: Meaning) -> Event:
    number, id, last = item.text("identifier", "number"), item.text("id", default=None), _last(item)
    at = last.epoch("date", *TIMES, default=None) or last.moment("date", *TIMES, default=None)
    # A later STOP is another act: who came back in between has refused again.
    key = fact_key("primotexto", number, id, meaning.reason, *filter(None, [last.text("date", default=None)]))
    return meaning.event(On.SMS, "entry", key=key, at=at, phone=number, campaign=last.text("campaignId", default=None))


def _last(item: Section) -> Section:
    """The last time that the number came onto the list; the entry itself where it tells no history."""
    told = (Section.of(time, "history") for time in item.items("history", default=[]))
    return max(told, key=lambda time: time.epoch("date", default=None) or BEFORE, default=item)
