"""Decisions: what the company decided, the doubt and the default behind each, what it does, and who approved it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Response, request

from contactable.console.private.visits import Page, Refused, Visit
from contactable.console.site.languages import marked
from contactable.mapping.decisions import Approval, Decision, last_approval
from contactable.register import jobs
from contactable.register.accounts import Role

KINDS: Final = {
    "reading": marked("Reading of the law:"),
    "offer": marked("Offer:"),
    "declaration": marked("Declaration:"),
    "wording": marked("Wording:"),
    "mapping": marked("What the fields mean:"),
}
"""What a decision is about, by the beginning of its name."""


@dataclass(frozen=True, slots=True)
class Row:
    """One decision as it stands: its last approval (None: never), and whether it changed since."""

    decision: Decision
    effect: str
    approval: Approval | None
    changed: bool


def decisions(visit: Visit) -> Response:
    """All of them, what nobody approved as it stands first."""
    found, approvals, effects = visit.doors.work.decisions(visit.language)
    rows = [_row(each, approvals, effects.get(each.name, "")) for each in found]
    rows.sort(key=lambda row: row.approval is not None and not row.changed)
    return visit.page("decisions", rows=rows, counted=bool(effects), kinds=KINDS, administrator=visit.administrator)


def approve(visit: Visit) -> Response:
    """Approve one decision as it was shown; refuse where it has changed in between."""
    name, fingerprint = request.form.get("name", ""), request.form.get("fingerprint", "")
    found = {each.name: each for each in visit.doors.work.decisions(visit.language)[0]}
    if name not in found or found[name].fingerprint != fingerprint:
        raise Refused(HTTPStatus.CONFLICT, marked("The decision has changed in the meantime: look at it again."))
    visit.doors.work.approve(found[name], visit.name)
    return visit.go("decisions")


def count_effects(visit: Visit) -> Response:
    """Have it counted what each decision does; that goes over all contacts."""
    return visit.go("job", id=visit.doors.register().write(lambda tx: jobs.put(tx, "effects")))


def _row(decision: Decision, approvals: Sequence[Approval], effect: str) -> Row:
    last = last_approval(decision, approvals)
    return Row(decision, effect, last, last is not None and last.fingerprint != decision.fingerprint)


PAGES = (
    Page("decisions", "/decisions", Role.VIEWER, marked("Decisions"), decisions),
    Page("approve", "/decisions/approve", Role.ADMINISTRATOR, "", approve, posts=True),
    Page("count_effects", "/decisions/count", Role.OPERATOR, "", count_effects, posts=True),
)
