"""To review: what was closed on the safe side, and a person should look at; who looks confirms, or ends a mistake."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from flask import Response, request

from contactable.console.private.visits import Page, Refused, Visit
from contactable.console.site.languages import marked
from contactable.register.accounts import Role

KINDS: Final = {
    "doubtful": marked("A reply that may mean STOP"),
    "storm": marked("Too many closings within an hour, from a source that signs nothing"),
    "shared line": marked("One refusal closed several contacts that share a line"),
    "to lift": marked("A block elsewhere whose opposition ended"),
    "unreadable": marked("A delivery that could not be read"),
    "unresolved": marked("A delivery that names nobody whom we know"),
}
MOST: Final = 200
"""Questions on one page; the oldest come first."""


def review(visit: Visit, done: str = "") -> Response:
    """The queue."""
    with visit.doors.register().read() as tx:
        found, now = visit.doors.work.questions(tx), tx.now
    rows = [(each, (now - each.since).days) for each in found[:MOST]]
    may_annul = visit.may(Role.ADMINISTRATOR)
    may_confirm = visit.may(Role.OPERATOR)
    return visit.page(
        "review", rows=rows, count=len(found), kinds=KINDS, done=done, may_annul=may_annul, may_confirm=may_confirm
    )


def confirm(visit: Visit) -> Response:
    """Leave it as it is."""
    visit.doors.work.confirm(request.form.get("id", ""), visit.name)
    return review(visit, marked("It stays as it is."))


def annul(visit: Visit) -> Response:
    """End what a question closed; persons' own acts stay."""
    said = request.form
    if not said.get("reason", "").strip():
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, marked("Say why it was a mistake."))
    visit.doors.work.annul(said.get("id", ""), said.get("reason", ""), visit.name, said.get("person", "").strip())
    visit.doors.wake()
    return review(visit, marked("What it closed has ended; what persons did themselves stays."))


PAGES = (
    Page("review", "/review", Role.VIEWER, marked("To review"), review),
    Page("confirm", "/review/confirm", Role.OPERATOR, "", confirm, posts=True),
    Page("annul", "/review/annul", Role.ADMINISTRATOR, "", annul, posts=True),
)
