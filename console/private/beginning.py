"""First steps: connect a CRM, answer what must be known, see what a first sync would do, and let it.

The questions are those of ``contactable init``. A key is typed once, goes into a file of its own, and is never shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from babel.numbers import format_decimal
from flask import Response, request

from contactable.console.private.visits import Page, Refused, Visit
from contactable.console.site.languages import marked
from contactable.console.site.sentences import in_words
from contactable.errors import ContactableError, Malformed, SettingsError
from contactable.mapping.countries import country_code
from contactable.mapping.questions import (
    COUNTRY_OF_THE_OTHERS,
    DEFAULT_COUNTRY,
    EVERYBODY,
    QUESTIONS,
    Question,
    default_country,
    fitting_of,
    name_of,
    told_at_collection,
)
from contactable.mapping.suggest import Suggestion, toml_value
from contactable.mapping.values import plain
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
        problems = [in_words(error, visit.language)]
        return _key(visit, said.get("crm", ""), problems, said, HTTPStatus.UNPROCESSABLE_ENTITY)
    if wrong:
        problems = [in_words(each.mend or each.what, visit.language) for each in wrong]
        return _key(visit, said["crm"], problems, said, HTTPStatus.UNPROCESSABLE_ENTITY)
    return visit.go("first_steps")


def answers(visit: Visit) -> Response:
    """Keep the answers; what is wrong with them is said beside them."""
    draft, said = _draft(visit), {name: value.strip()[:LONGEST] for name, value in request.form.items()}
    try:
        kept = visit.doors.first.answer(draft, _answers(visit, said), DEFAULT_COUNTRY in said)
    except (SettingsError, Malformed) as error:
        return _questions(visit, draft, said, in_words(error, visit.language), HTTPStatus.UNPROCESSABLE_ENTITY)
    if not kept:
        lacking = marked("By these answers some contacts tell no country: name a default one, or leave it empty.")
        return _questions(visit, draft, said, lacking, HTTPStatus.UNPROCESSABLE_ENTITY)
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
        (
            each,
            in_words(each.question, visit.language),
            secret,
            "" if secret else (said or {}).get(each.name, each.default),
        )
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
        raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, in_words(error, visit.language)) from None
    refusals: dict[str, list[Any]] = {}
    for each in suggestions:
        if each.opposition:
            refusals.setdefault(name_of(each), []).append(_effect(visit, portal, draft, each))
    asked = [
        (question, _said(visit, question), fitting_of(question.key, suggestions))
        for question in QUESTIONS
        if question.key not in ("oppositions", "declare")
    ]
    rows = [
        (each.key, text, said.get(each.key, toml_value(fits[0].source) if fits else ""), fits)
        for each, text, fits in asked
    ]
    without = visit.doors.first.without_country(portal, draft, {key: value for key, _, value, _ in rows})
    others = _counted(visit, COUNTRY_OF_THE_OTHERS, without, len(portal.contacts))
    return visit.page(
        "first_questions",
        draft=draft,
        looked_at=len(portal.contacts),
        default_country=(DEFAULT_COUNTRY, others) if without else None,
        forms=[form.name for form in portal.forms],
        refusals=refusals,
        rows=rows,
        said=said,
        decided=_DECIDED,
        problem=problem,
        status=status,
    )


def _said(visit: Visit, question: Question) -> str:
    return question.fr if visit.language == "fr" else question.en


def _counted(visit: Visit, question: Question, without: int, count: int) -> str:
    """The question with its numbers, begun like a label."""
    numbers = {"without": without, "count": count}
    told = {name: format_decimal(number, locale=visit.language) for name, number in numbers.items()}
    text = _said(visit, question).format(**told)
    return text[:1].upper() + text[1:]


def _effect(visit: Visit, portal: Any, draft: Any, each: Suggestion) -> tuple[Suggestion, str]:
    _, closed = visit.doors.first.effect(portal, draft, each, paris_day(visit.doors.clock()))
    return each, ", ".join(f"{label(channel, visit.language)} −{count}" for channel, count in closed.items())


def _answers(visit: Visit, said: Mapping[str, str]) -> dict[str, Any]:
    """The answers as ``init`` takes them; an empty one says nothing."""
    read = {
        question.key: visit.doors.first.read(question.key, said.get(question.key, ""))
        for question in QUESTIONS
        if question.key not in ("oppositions", "declare")
    }
    found: dict[str, Any] = {key: answer for key, answer in read.items() if answer not in ("", None, [])}
    found["oppositions"] = {
        name.removeprefix(_DECIDED): value for name, value in said.items() if name.startswith(_DECIDED)
    }
    if declared := [*_default_country(visit, said), *_told(visit, said)]:
        found["declare"] = declared
    return found


def _default_country(visit: Visit, said: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The declaration of a country for whoever tells none, where one is named."""
    if not (text := said.get(DEFAULT_COUNTRY, "")):
        return
    if not (code := country_code(plain(text))):
        raise Malformed(marked("That is no country that is known: write its name or its code, as FR."))
    if not said.get("country-evidence"):
        raise Malformed(marked("Name the evidence of the default country."))
    by = said.get("country-by") or visit.name
    yield default_country(code, said["country-evidence"], by, paris_day(visit.doors.clock()))


def _told(visit: Visit, said: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The declaration of who was told, where forms are named."""
    if not (forms := said.get("declare", "")):
        return
    if not said.get("evidence"):
        raise Malformed(marked("Name the evidence of what people were told."))
    forms = "all" if plain(forms) in EVERYBODY else forms
    by = said.get("by") or visit.name
    yield told_at_collection(forms, said["evidence"], by, paris_day(visit.doors.clock()))


PAGES = (
    Page("first_steps", "/first-steps", Role.ADMINISTRATOR, "", first_steps),
    Page("first_key", "/first-steps/key", Role.ADMINISTRATOR, "", key, posts=True),
    Page("first_answers", "/first-steps/answers", Role.ADMINISTRATOR, "", answers, posts=True),
    Page("first_again", "/first-steps/again", Role.ADMINISTRATOR, "", again, posts=True),
    Page("first_look", "/first-steps/look", Role.ADMINISTRATOR, "", dry_run, posts=True),
    Page("first_go", "/first-steps/go", Role.ADMINISTRATOR, "", go, posts=True),
)
