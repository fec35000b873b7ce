"""First steps: connect a CRM, answer what must be known, see what a first sync would do, and let it.

The questions are those of ``contactable init``. A key is typed once, goes into a file of its own, and is never shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from flask import Response, request

from contactable.console.private.visits import Page, Refused, Visit
from contactable.console.site.languages import marked
from contactable.errors import ContactableError, Malformed, SettingsError
from contactable.mapping.questions import QUESTIONS, fitting_of, name_of, told_at_collection
from contactable.mapping.suggest import Suggestion, toml_value
from contactable.register import jobs
from contactable.register.accounts import Role
from contactable.rules.calendar import paris_day
from contactable.rules.labels import label

DRY_RUN: Final = "dry run"
FIRST_SYNC: Final = "first sync"
USUAL: Final = "hubspot"
LONGEST: Final = 2_000  # characters of an answer
_DECIDED: Final = "decided:"


def first_steps(visit: Visit) -> Response:
    """The step that comes next."""
    if visit.doors.connectors:
        return visit.page("first_done")
    draft = visit.doors.first.draft()
    if draft is None:
        return _key(visit, request.args.get("crm", USUAL))
    if draft.tables is None:
        return _questions(visit, draft, {})
    return visit.page("first_look", draft=draft)


def key(visit: Visit) -> Response:
    """Keep the key, and look whether the CRM takes it."""
    said = {name: value[:LONGEST] for name, value in request.form.items()}
    try:
        wrong = visit.doors.first.begin(said.get("crm", ""), said)
    except Malformed as error:
        return _key(visit, said.get("crm", ""), [str(error)], said, HTTPStatus.UNPROCESSABLE_ENTITY)
    if wrong:
        problems = [f"{each.what} {each.mend}".strip() for each in wrong]
        return _key(visit, said["crm"], problems, said, HTTPStatus.UNPROCESSABLE_ENTITY)
    return visit.go("first_steps")


def answers(visit: Visit) -> Response:
    """Keep the answers; what is wrong with them is said beside them."""
    draft, said = _draft(visit), {name: value.strip()[:LONGEST] for name, value in request.form.items()}
    try:
        visit.doors.first.answer(draft, _answers(visit, said))
    except (SettingsError, Malformed) as error:
        return _questions(visit, draft, said, str(error), HTTPStatus.UNPROCESSABLE_ENTITY)
    return visit.go("first_steps")


def again(visit: Visit) -> Response:
    """Begin again with the key."""
    visit.doors.first.forget()
    return visit.go("first_steps")


def dry_run(visit: Visit) -> Response:
    """Have it counted what a first sync would do."""
    id = visit.doors.register().write(lambda tx: jobs.put(tx, DRY_RUN))
    visit.doors.first.looked(id)
    return visit.go("job", id=id)


def go(visit: Visit) -> Response:
    """Let the first sync write, once its dry run was seen."""
    draft = _draft(visit)
    with visit.doors.register().read() as tx:
        seen = jobs.find(tx, draft.looked) if draft.looked else None
    if seen is None or seen.state != jobs.DONE or seen.id != request.form.get("looked", ""):
        raise Refused(HTTPStatus.CONFLICT, marked("Look first at what would be written."))
    return visit.go("job", id=visit.doors.register().write(lambda tx: jobs.put(tx, FIRST_SYNC)))


def _draft(visit: Visit) -> Any:
    draft = None if visit.doors.connectors else visit.doors.first.draft()
    if draft is None:
        raise Refused(HTTPStatus.CONFLICT, marked("Connect the CRM first."))
    return draft


def _key(
    visit: Visit,
    crm: str,
    problems: list[str] | None = None,
    said: Mapping[str, str] | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    choices = visit.doors.first.choices()
    crm = crm if crm in choices else USUAL
    fields = [
        # A secret is never sent back to the browser.
        (each, secret, "" if secret else (said or {}).get(each.name, each.default))
        for each in visit.doors.first.settings(crm)
        for secret in [visit.doors.first.is_secret(each)]
    ]
    return visit.page("first_key", choices=choices, crm=crm, fields=fields, problems=problems or [], status=status)


def _questions(
    visit: Visit, draft: Any, said: Mapping[str, str], problem: str = "", status: int = HTTPStatus.OK
) -> Response:
    try:
        portal, suggestions = visit.doors.first.look(draft)
    except ContactableError as error:
        raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from None
    refusals: dict[str, list[Any]] = {}
    for each in suggestions:
        if each.opposition:
            refusals.setdefault(name_of(each), []).append(_effect(visit, portal, draft, each))
    asked = [
        (question, question.fr if visit.language == "fr" else question.en, fitting_of(question.key, suggestions))
        for question in QUESTIONS
        if question.key not in ("oppositions", "declare")
    ]
    rows = [
        (each.key, text, said.get(each.key, toml_value(fits[0].source) if fits else ""), fits)
        for each, text, fits in asked
    ]
    return visit.page(
        "first_questions",
        draft=draft,
        looked_at=len(portal.contacts),
        forms=[form.name for form in portal.forms],
        refusals=refusals,
        rows=rows,
        said=said,
        decided=_DECIDED,
        problem=problem,
        status=status,
    )


def _effect(visit: Visit, portal: Any, draft: Any, each: Suggestion) -> tuple[Suggestion, str]:
    _, closed = visit.doors.first.effect(portal, draft, each, paris_day(visit.doors.clock()))
    return each, ", ".join(f"{label(channel, visit.language)} −{count}" for channel, count in closed.items())


def _answers(visit: Visit, said: Mapping[str, str]) -> dict[str, Any]:
    """The answers as ``init`` takes them; an empty one says nothing."""
    found: dict[str, Any] = {
        question.key: visit.doors.first.read(said[question.key])
        for question in QUESTIONS
        if said.get(question.key) and question.key not in ("oppositions", "declare")
    }
    found["oppositions"] = {
        name.removeprefix(_DECIDED): value for name, value in said.items() if name.startswith(_DECIDED)
    }
    if forms := said.get("declare", ""):
        if not said.get("evidence"):
            raise Malformed(marked("Name the evidence of what people were told."))
        today = paris_day(visit.doors.clock())
        found["declare"] = [told_at_collection(forms, said["evidence"], said.get("by") or visit.name, today)]
    return found


PAGES = (
    Page("first_steps", "/first-steps", Role.ADMINISTRATOR, "", first_steps),
    Page("first_key", "/first-steps/key", Role.ADMINISTRATOR, "", key, posts=True),
    Page("first_answers", "/first-steps/answers", Role.ADMINISTRATOR, "", answers, posts=True),
    Page("first_again", "/first-steps/again", Role.ADMINISTRATOR, "", again, posts=True),
    Page("first_look", "/first-steps/look", Role.ADMINISTRATOR, "", dry_run, posts=True),
    Page("first_go", "/first-steps/go", Role.ADMINISTRATOR, "", go, posts=True),
)
