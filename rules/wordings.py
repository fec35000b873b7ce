"""Texts that people are shown, and what the law wants each kind of them to say.

A version of a text *declares* what it says by quoting itself: ``withdrawal = "à tout moment, au 09 48 00 00 00"``. A
statement counts when it is quoted, and the quoted words stand in the text: a declaration cannot promise what nobody
read. Whether the words are good ones is for a person to judge; that none is forgotten is judged here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from contactable.errors import Malformed
from contactable.rules.wording_lists import STATEMENTS, Statement, WordingKind

__all__ = ["STATEMENTS", "Box", "Flaw", "Gap", "Statement", "Wording", "WordingKind", "gaps_of", "read_wording"]

LONGEST_PERIOD_MONTHS = 12  # R223-1, 3°: one year from collection, no tacit renewal
CONSENTS = (WordingKind.CONSENT_TO_CALLS, WordingKind.CONSENT_TO_MESSAGES)


class Box(StrEnum):
    """How one agrees to the text: only a box of its own that was not ticked in advance is a clear positive act."""

    UNTICKED = "unticked"
    PRETICKED = "preticked"
    NONE = "none"


class Flaw(StrEnum):
    """What is wrong with a statement of a text."""

    NOT_DECLARED = "not_declared"
    NOT_IN_THE_TEXT = "not_in_the_text"
    TOO_LONG = "too_long"
    NOT_A_POSITIVE_ACT = "not_a_positive_act"
    NOT_FIRST = "not_first"


@dataclass(frozen=True, slots=True)
class Wording:
    """One version of a text. ``says`` quotes, for each statement, the words of ``text`` that make it.

    ``period_months`` is the stated period of a consent to calls; ``box`` how a consent is given.
    """

    kind: WordingKind
    version: str
    text: str
    says: Mapping[str, str]
    language: str = "fr"
    period_months: int | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """One statement that a text owes and does not make: its code, what is wrong, and who asks for it (source id)."""

    statement: str
    flaw: Flaw
    source: str


def gaps_of(wording: Wording) -> tuple[Gap, ...]:
    """Name what a text lacks for its kind, in the order of its list; empty where it is complete."""
    quoted = [gap for statement in STATEMENTS[wording.kind] if (gap := _gap(wording, statement))]
    return (*quoted, *_gaps_of_its_own(wording))


def read_wording(table: Mapping[str, Any]) -> Wording:
    """Understand one ``[[wording]]`` table; raise ``Malformed`` naming the field and its value."""
    unknown = sorted(set(table) - set(Wording.__dataclass_fields__))
    if unknown:
        raise Malformed(f"wording: {unknown[0]} is no field; there are {', '.join(Wording.__dataclass_fields__)}.")
    kind = _choice(table, "kind", WordingKind)
    return Wording(
        kind,
        _text(table, "version"),
        _text(table, "text"),
        _quotes(table.get("says", {}), kind),
        language=_text(table, "language", default="fr"),
        period_months=_months(table.get("period_months")),
        box=_choice(table, "box", Box) if "box" in table else None,
    )


def _gap(wording: Wording, statement: Statement) -> Gap | None:
    quote = _folded(wording.says.get(statement.code, ""))
    if not quote:
        return Gap(statement.code, Flaw.NOT_DECLARED, statement.source)
    if quote not in _folded(wording.text):
        return Gap(statement.code, Flaw.NOT_IN_THE_TEXT, statement.source)
    return None


def _gaps_of_its_own(wording: Wording) -> list[Gap]:
    gaps = []
    if wording.kind in CONSENTS and wording.box is not Box.UNTICKED:
        gaps.append(Gap("box", Flaw.NOT_A_POSITIVE_ACT if wording.box else Flaw.NOT_DECLARED, "gdpr-4-11"))
    if wording.kind is WordingKind.CONSENT_TO_CALLS and wording.period_months is None:
        gaps.append(Gap("period_months", Flaw.NOT_DECLARED, "conso-r223-1"))
    if wording.kind is WordingKind.CONSENT_TO_CALLS and (wording.period_months or 0) > LONGEST_PERIOD_MONTHS:
        gaps.append(Gap("period_months", Flaw.TOO_LONG, "conso-r223-1"))
    if wording.kind is WordingKind.STOP_LINE and not _names_the_sender_first(wording):
        gaps.append(Gap("sender", Flaw.NOT_FIRST, "af2m-charter-2026"))
    return gaps


def _names_the_sender_first(wording: Wording) -> bool:
    return _folded(wording.text).startswith(_folded(wording.says.get("sender", "")))


def _folded(text: str) -> str:
    """Case, line breaks and the many apostrophes aside: what a reader would call the same words."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("’", "'").casefold().split())


E = TypeVar("E", bound=StrEnum)


def _choice(table: Mapping[str, Any], field: str, kind: type[E]) -> E:
    try:
        return kind(table.get(field, ""))
    except ValueError:
        accepted = ", ".join(kind)
        raise Malformed(f"wording: {field} = {table.get(field)!r} is none of {accepted}.") from None


def _text(table: Mapping[str, Any], field: str, default: str = "") -> str:
    found = table.get(field, default)
    if not isinstance(found, str) or not found.strip():
        raise Malformed(f"wording: {field} = {found!r} must be a text.")
    return found


def _quotes(found: Any, kind: WordingKind) -> dict[str, str]:
    if not isinstance(found, Mapping) or not all(isinstance(quote, str) for quote in found.values()):
        raise Malformed(f"wording: says = {found!r} must give quoted words for each statement.")
    accepted = [statement.code for statement in STATEMENTS[kind]]
    unknown = sorted(set(found) - set(accepted))
    if unknown:
        raise Malformed(f"wording: says.{unknown[0]} is no statement of {kind}; there are {', '.join(accepted)}.")
    return dict(found)


def _months(found: Any) -> int | None:
    if found is not None and (isinstance(found, bool) or not isinstance(found, int) or found < 1):
        raise Malformed(f"wording: period_months = {found!r} must be a whole number of months.")
    return found
