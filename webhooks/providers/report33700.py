"""Reports to 33700: people who forwarded an SMS, an RCS message or a call as spam, told by an aggregator.

33700 publishes no feed: no webhook, API or file format was found (33700.fr and af2m.org, read on 2026-11-23). The
format below, ``fr.33700.report/1``, is ours and not af2m's; an aggregator, an operator or a mailbox rule can post it,
signed by Standard Webhooks, and the rows of a spreadsheet are read by the same code. With a number, a report is an
opposition of that person to ``sms`` (a reported call: to calls), whatever brand or campaign it names. Without a number
it is an incident of a sender and a campaign: it opposes nobody, is counted, and raises an alert.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import structs

from contactable.errors import Malformed
from contactable.signing import check_standard_webhook, sign_standard_webhook
from contactable.webhooks.events import Confidence, Event, Kind, On, Origin, Problem, Scope, ScopeKind
from contactable.webhooks.meaning import Meaning, each, fact_key, is_persons_number
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.request import Request, Secrets

STATUS = Status.DOCUMENTED
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.SIGNED

SCHEMA = "fr.33700.report/1"
CHANNELS = {"sms": On.SMS, "mms": On.SMS, "rcs": On.SMS, "voice": On.VOICE, "voix": On.VOICE, "vocal": On.VOICE}
REPORTED = Meaning(Kind.OPPOSITION, "spam_report_33700", Origin.COMPLAINT)
HASHED = replace(REPORTED, confidence=Confidence.REVIEW)  # somebody, but only the hash of the number was passed on
INCIDENT = Meaning(Kind.IGNORED, "incident_33700", Origin.COMPLAINT)

COLUMNS = {  # canonical column -> the names that spreadsheets use, without accents or case
    "id": ("id_signalement", "id"),
    "reported_at": ("date_signalement", "date", "reported_at"),
    "channel": ("canal", "channel"),
    "msisdn": ("numero_signalant", "msisdn", "mobile", "numero"),
    "sender": ("emetteur", "oadc", "sender", "expediteur"),
    "text": ("texte", "message", "text"),
    "message_id": ("id_message", "message_id"),
    "client_ref": ("ref_client", "client_ref"),
    "count": ("nb", "count"),
}
_PARIS = ZoneInfo("Europe/Paris")
_FRENCH_DATES = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y")


def authenticate(request: Request, secrets: Secrets) -> str:
    """Raise ``NotAuthentic`` unless one of the endpoint's secrets signed the body within five minutes."""
    return check_standard_webhook(secrets.keys, request.lower_headers, request.raw, request.received_at)


def sign(request: Request, secrets: Secrets) -> Request:
    """The request as a sender of reports would send it, at the moment of its arrival."""
    return request.with_headers(
        sign_standard_webhook(secrets.keys[0].value, "msg_report", request.received_at, request.raw)
    )


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield one event a report, a sole object or an array of them; raise ``Malformed`` where the body is no JSON."""
    yield from each(request.batch, lambda item: [_read(item)])


def _read(item: Section) -> Event:
    if item.text("schema") != SCHEMA:
        raise Malformed(f"schema is not {SCHEMA}.")
    data, source = item.section("data"), item.section("source", default=Section({}))
    id = item.text("id", default="") or f"{source.text('batch_id')}:{source.integer('line')}"
    reporter = data.section("reporter", default=Section({}))
    message = data.section("message", default=Section({}))
    event = _event(
        key=fact_key("report33700", id),
        channel=data.text("channel"),
        sender=data.section("sender").text("value"),
        number=reporter.text("msisdn", default=""),
        hashed=reporter.text("msisdn_sha256", default=""),
        at=data.moment("reported_at", "received_at", default=None) or item.moment("timestamp", default=None),
    )
    # A report that counts nothing and names nobody says nothing.
    if not event.phone and "msisdn_sha256" not in reporter and "count" not in data:
        raise Malformed("A report names its reporter or a count.")
    campaign, text = message.text("client_ref", default=None), message.text("text", default=None)
    return structs.replace(event, campaign=campaign, text=text and text[:160], count=_count(data, event))


def _count(told: Section, event: Event) -> int:
    """How many reports an incident stands for; a report of somebody is one, whatever its count says."""
    if event.kind is Kind.OPPOSITION:
        return 1
    count = told.integer("count", default=1)
    if count < 1:
        raise Malformed("The count of a report is one or more.")
    return count


def read_row(row: Mapping[str, str], file_key: str, line: int) -> Event:
    """The event that one row of a spreadsheet is; ``row`` has the canonical names of ``COLUMNS`` and texts.

    The key is the report's own id where there is one, so that the same report in two files counts once; else file and
    line. Raise ``Malformed`` where the row names neither a number nor a sender, or holds a number that a spreadsheet
    has spoilt.
    """
    # The line is part of every error, so that a spreadsheet can be mended.
    cells = Section({name: value.strip() for name, value in row.items()}, f"line {line}")
    id = cells.text("id", default="") or f"{file_key}:{line}"
    number, sender = _unspoilt(cells.text("msisdn", default="")), cells.text("sender", default="")
    if not (number or sender):
        raise Malformed("Neither a number nor `emetteur` is there: nobody is meant.")
    event = _event(
        key=fact_key("report33700", id),
        channel=cells.text("channel", default="") or "sms",
        sender=sender,
        number=number,
        hashed="",
        at=_row_time(cells),
    )
    text, count = cells.text("text", default=None), _count(cells, event)
    campaign = cells.text("client_ref", default=None)
    message_id = cells.text("message_id", default=None)
    return structs.replace(event, campaign=campaign, message_id=message_id, text=text and text[:160], count=count)


def _event(*, key: str, channel: str, sender: str, number: str, hashed: str, at: datetime | None) -> Event:
    on = CHANNELS.get(channel.lower())
    if on is None:
        raise Malformed("The channel of a report is sms, rcs or voice.")
    if number and not is_persons_number(number):
        raise Malformed("The reporter's number is no number of a person.")
    if number or hashed:
        return (REPORTED if number else HASHED).event(on, "report", key=key, at=at, phone=number or None)
    # An incident is one sender's; an opposition binds the whole company.
    return INCIDENT.event(on, "report", key=key, at=at, scope=Scope(ScopeKind.SENDER, sender))


def _row_time(cells: Section) -> datetime | None:
    # Day before month: an ISO date never fits these, so the order of trials is safe.
    for format in _FRENCH_DATES:
        found = cells.moment("reported_at", zone=_PARIS, format=format, default=None)
        if found:
            return found
    return cells.moment("reported_at", zone=_PARIS, default=None)


def _unspoilt(number: str) -> str:
    """Put back the "+" or the 0 that a spreadsheet took away; refuse a number that it rounded (``3,36E+10``)."""
    digits = re.sub(r"[\s.\-()']", "", number)
    if re.search(r"\d[eE][+-]?\d", digits):
        raise Malformed("The reporter's number was rounded by a spreadsheet: export that column as text.")
    # Nine digits are a French number that has lost its 0; a call may be reported from a landline.
    if re.fullmatch(r"[1-9]\d{8}", digits):
        return f"0{digits}"
    return f"+{digits}" if re.fullmatch(r"[1-9]\d{9,14}", digits) else digits
