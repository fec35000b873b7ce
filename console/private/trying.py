"""What if: another fact, a form with one more box, another day; how many contacts would open or close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from http import HTTPStatus
from typing import Final

from flask import Response, request

from contactable.console.private.person import read_day
from contactable.console.private.visits import Page, Refused, Visit
from contactable.console.site.languages import day_in_words, marked
from contactable.errors import Malformed
from contactable.mapping.columns import COLUMNS
from contactable.register import jobs, members
from contactable.register.accounts import Role
from contactable.rules import Facts
from contactable.rules.calendar import paris_day
from contactable.rules.labels import Language, column_label
from contactable.rules.sources import SOURCES

MOST: Final = 64
"""Characters of a value."""
WHAT_IF: Final = "what if"
"""The name of the jobs."""
LAST: Final = 5
"""Earlier ones that the page leads back to."""
ONLY_WHERE: Final = marked("only where %(what)s = %(value)s")
WOULD_BE: Final = marked("%(what)s would be %(value)s")
STATES: Final = {
    jobs.WAITING: marked("begins soon"),
    jobs.RUNNING: marked("under way"),
    jobs.DONE: marked("finished"),
    jobs.FAILED: marked("did not work"),
}
FACTS: Final = tuple(field.name for field in fields(Facts) if field.init and field.name in COLUMNS)


def what_if(visit: Visit) -> Response:
    """The form; a job with progress counts."""
    if request.method == "POST":
        said = _said(visit)
        return visit.go("job", id=visit.doors.register().write(lambda tx: jobs.put(tx, WHAT_IF, said)))
    today = paris_day(visit.doors.clock())
    with visit.doors.register().read() as tx:
        before = [(each, asked_in_words(each.arguments, visit.language)) for each in jobs.newest(tx, WHAT_IF, LAST)]
        forms = sorted({name for each in visit.doors.connectors for name in members.sizes(tx, each, members.FORM)})
    columns = sorted(((name, column_label(name, visit.language)) for name in FACTS), key=lambda each: each[1])
    changes = sorted({each.begins for each in SOURCES.values() if each.begins and each.begins > today})
    return visit.page(
        "what_if",
        columns=columns,
        forms=forms,
        offers=visit.doors.offers,
        today=today,
        next_change=_first(changes),
        before=before,
        states=STATES,
    )


def asked_in_words(said: Mapping[str, str], language: Language) -> list[tuple[str, str, str]]:
    """What was supposed: sentences to translate, each with the two words that it holds."""
    found = []
    for name, value, sentence in (("where", "is", ONLY_WHERE), ("set", "to", WOULD_BE)):
        if name in said:
            found.append((sentence, column_label(said[name], language), said.get(value) or "?"))
    if "form" in said:
        found.append((marked("only who sent %(what)s"), said["form"], ""))
    if "on" in said:
        found.append((marked("on %(what)s"), day_in_words(date.fromisoformat(said["on"]), language), ""))
    return found


def _first(days: list[date]) -> date | None:
    return days[0] if days else None


def _said(visit: Visit) -> dict[str, str]:
    """What the form says, in codes; the job checks values as the rules do."""
    names = ("offer", "where", "is", "form", "set", "to", "on")
    said = {name: request.form.get(name, "").strip() for name in names}
    day = read_day(said["on"])
    if said["offer"] not in visit.doors.offers or any(len(text) > MOST for text in said.values()):
        raise Malformed(marked("There is no such offer."))
    for name in ("where", "set"):
        if said[name] and said[name] not in COLUMNS:
            raise Malformed(marked("There is no such fact."))
    if not said["set"] and not day:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, marked("Change a fact, or the day."))
    return {name: text for name, text in said.items() if text}


PAGES = (Page("what_if", "/what-if", Role.VIEWER, marked("What if"), what_if, posts=True),)
