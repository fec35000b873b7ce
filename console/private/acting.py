"""What is done about a contact: an opposition that was told by phone or letter, and the sheets that are handed out."""

from __future__ import annotations

from datetime import date, datetime, time
from http import HTTPStatus
from typing import Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from flask import Response, request

from contactable.console.private.person import CHANNELS, WAYS, asked_in, identifier_of, read_day, show
from contactable.console.private.visits import Page, Refused, Visit
from contactable.console.site.languages import marked
from contactable.identifiers import IdentifierKind
from contactable.register.accounts import Role
from contactable.rules.calendar import PARIS, paris_day
from contactable.webhooks.events import Event, Kind, On, Origin
from contactable.webhooks.recording import Source, record

SHEETS: Final = ("person", "complaint")


def oppose(visit: Visit) -> Response:
    """Enter an opposition that somebody told by phone or letter; it is on disk when the page says so."""
    asked, told = asked_in(visit), request.form
    on, way = told.get("channel", ""), told.get("way", "")
    if on not in CHANNELS or way not in WAYS:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, marked("Choose a channel and how it was told."))
    kind, text = identifier_of(visit, asked.who)
    connector, _, id = text.partition(":") if kind is IdentifierKind.RECORD else ("", "", None)
    event = Event(
        kind=Kind.OPPOSITION,
        on=On(on),
        key=uuid4().hex,
        reason=way,
        origin=Origin.CRM_USER,
        email=text if kind is IdentifierKind.EMAIL else None,
        phone=text if kind is IdentifierKind.PHONE else None,
        record=id,
        occurred_at=_moment(visit, read_day(told.get("told_on", ""))),
    )
    source = Source("console", connector, "operator", visit.doors.clock())
    entered = visit.doors.register().write(lambda tx: record(tx, [event], source).entered)
    visit.doors.wake()
    done = marked("It is recorded, and counts from now on.") if entered else marked("It was recorded before.")
    return show(visit, asked, done=done, what="console_opposition")


def export(visit: Visit) -> Response:
    """The sheet for an access request, or for a complaint, as a file."""
    what = request.form.get("what", "")
    if what not in SHEETS:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, marked("There is no such sheet."))
    today = paris_day(visit.doors.clock())
    came = min(read_day(request.form.get("received", "")) or today, today)
    sheet = visit.doors.work.export(what, identifier_of(visit, asked_in(visit).who), visit.name, visit.language, came)
    response = Response(sheet, content_type="text/html; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="contactable-{what}.html"'
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _moment(visit: Visit, day: date | None) -> datetime | None:
    """The beginning of a day that is over; what was told today arrived now."""
    if day is None or day >= paris_day(visit.doors.clock()):
        return None
    return datetime.combine(day, time(), ZoneInfo(PARIS))


PAGES = (
    Page("oppose", "/contact/oppose", Role.OPERATOR, "", oppose, posts=True),
    Page("export", "/contact/export", Role.OPERATOR, "", export, posts=True),
)
