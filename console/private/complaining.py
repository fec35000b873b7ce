"""A complaint: find who wrote, by name live in the CRM where no address is known, and hand out the sheet.

Who is found is shown and kept nowhere; the look is noted for each person whom the register knows.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from flask import Response, request

from contactable.console.private.visits import Page, Visit
from contactable.console.site.languages import marked
from contactable.errors import Malformed
from contactable.identifiers import IdentifierKind
from contactable.register import Tx, accesses, subjects
from contactable.register.accounts import Role
from contactable.rules.calendar import paris_day

SHORTEST: Final = 2
LONGEST: Final = 100


def complaint(visit: Visit) -> Response:
    """The search, and whom it found."""
    if request.method != "POST":
        return _page(visit)
    connector, text = request.form.get("crm", ""), request.form.get("name", "").strip()
    if connector not in visit.doors.searchable:
        raise Malformed(marked("This CRM finds nobody by name."))
    if not SHORTEST <= len(text) <= LONGEST or not text.isprintable():
        return _page(visit, text[:LONGEST], problem=TOO_SHORT, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    found = [(f"{connector}:{each.id}", each) for each in visit.doors.work.find_named(connector, text)]
    visit.doors.register().write(lambda tx: _note(tx, [record for record, _ in found], visit.name))
    return _page(visit, text, connector, found)


TOO_SHORT: Final = marked("Type a name of two letters or more.")


def _note(tx: Tx, records: list[str], who: str) -> None:
    known = [subjects.find_subject(tx, IdentifierKind.RECORD, record) for record in records]
    accesses.note(tx, "console_name", [each for each in known if each], who=who)


def _page(
    visit: Visit,
    text: str = "",
    connector: str = "",
    found: list[tuple[str, object]] | None = None,
    *,
    problem: str = "",
    status: int = HTTPStatus.OK,
) -> Response:
    return visit.page(
        "complaint",
        text=text,
        crm=connector,
        found=found,
        problem=problem,
        searchable=visit.doors.searchable,
        others=[name for name in visit.doors.connectors if name not in visit.doors.searchable],
        offer=next(iter(visit.doors.offers)),
        today=paris_day(visit.doors.clock()),
        status=status,
    )


PAGES = (Page("complaint", "/complaint", Role.OPERATOR, marked("Complaint"), complaint, posts=True),)
