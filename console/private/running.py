"""Operations: CRMs, schedule, inbox, keys; deliveries to be read again; and jobs that run while somebody waits."""

from __future__ import annotations

import re
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

import msgspec
from flask import Response, request
from sqlalchemy import select

from contactable.console.private.beginning import DRY_RUN
from contactable.console.private.trying import WHAT_IF, asked_in_words
from contactable.console.private.visits import Page, Refused, Visit
from contactable.console.site.languages import marked
from contactable.register import Tx, inbox, jobs
from contactable.register.accounts import Role
from contactable.register.schema import keys
from contactable.rules import Channel, Reason
from contactable.rules.labels import label

SHOWN: Final = 50
"""Deliveries of one state on the page."""
STATES: Final = {
    inbox.UNREADABLE: marked("could not be read"),
    inbox.UNRESOLVED: marked("names nobody whom we know"),
    inbox.NEW: marked("not settled yet"),
}
SETTLED: Final = {inbox.DONE: marked("settled"), inbox.IGNORED: marked("of no concern")}
AGAIN: Final = 2
"""Seconds until the page of a job that runs is loaded again."""
_ID: Final = re.compile(r"[0-9a-f]{32}")


def operations(visit: Visit) -> Response:
    """Everything that runs, and what is wrong with it."""
    found = visit.doors.work.status()
    with visit.doors.register().read() as tx:
        shown = [each for state in STATES for each in inbox.deliveries(tx, state, limit=SHOWN)]
        known_keys, now = _keys(tx), tx.now
    age = [(name, since, (now - since).days) for name, since in known_keys]
    secrets = [
        (each["where"], each["reference"], each["since"], _days(each["since"], now)) for each in found["secrets"]
    ]
    operator = visit.may(Role.OPERATOR)
    return visit.page(
        "operations",
        found=found,
        deliveries=shown,
        states=STATES,
        keys=age,
        secrets=secrets,
        settled=SETTLED,
        operator=operator,
    )


def _days(since: datetime | None, now: datetime) -> int | None:
    return (now - since).days if since else None


def replay(visit: Visit) -> Response:
    """Have deliveries read again, as their senders are understood today."""
    ids = [id for id in request.form.getlist("id") if _ID.fullmatch(id)]
    if not ids:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, marked("Choose what is to be read again."))
    return visit.go("job", id=visit.doors.register().write(lambda tx: jobs.put(tx, "replay", {"ids": ids})))


def job(visit: Visit) -> Response:
    """How far a job is, or what came of it."""
    id = request.args.get("id", "")
    found = None
    if _ID.fullmatch(id):
        with visit.doors.register().read() as tx:
            found = jobs.find(tx, id)
    if found is None:
        raise Refused(HTTPStatus.NOT_FOUND, marked("There is no such job."))
    over = found.state in (jobs.DONE, jobs.FAILED)
    result = _result(found, visit) if found.state == jobs.DONE else None
    asked = asked_in_words(found.arguments, visit.language) if found.name == WHAT_IF else []
    seen = _seen(found, visit) if found.name == DRY_RUN and found.state == jobs.DONE else None
    may_go = visit.may(Role.ADMINISTRATOR) and not visit.doors.connectors
    response = visit.page("job", job=found, over=over, result=result, asked=asked, seen=seen, may_go=may_go)
    if not over:
        response.headers["Refresh"] = str(AGAIN)
    return response


def _result(job: jobs.Job, visit: Visit) -> dict[str, Any] | None:
    """What a what-if found, channel by channel; None for other jobs."""
    if job.name != WHAT_IF:
        return None
    said = msgspec.json.decode(job.note)
    rows = [(label(Channel(channel), visit.language), *numbers) for channel, numbers in said["channels"].items()]
    return {"contacts": said["contacts"], "rows": rows}


def _seen(job: jobs.Job, visit: Visit) -> dict[str, Any]:
    """What a dry run of the first sync counted, in words."""
    said: dict[str, Any] = msgspec.json.decode(job.note)
    order, language = list(Channel), visit.language
    rows = sorted(said["rows"], key=lambda row: order.index(Channel(row[0])))
    words = [
        (label(Channel(channel), language), Reason(why).opens, label(Reason(why), language), count)
        for channel, why, count in rows
    ]
    return {**said, "rows": words}


def _keys(tx: Tx) -> list[Any]:
    return [(row.id, row.since) for row in tx.connection.execute(select(keys).order_by(keys.c.number.desc()))]


PAGES = (
    Page("operations", "/operations", Role.VIEWER, marked("Operations"), operations),
    Page("replay", "/operations/replay", Role.OPERATOR, "", replay, posts=True),
    Page("job", "/job", Role.VIEWER, "", job),
)
