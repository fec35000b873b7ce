"""Decide a table: rows in, verdicts out, in the same order.

Small tables are decided row by row, large ones by columns where the extra ``bulk`` is there (``columnar``); both give
the same cells, which a test holds them to. A set of facts that comes again is not decided again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.util import find_spec
from typing import Any, Protocol

from contactable.errors import Malformed
from contactable.files.columns import RESULT_COLUMNS
from contactable.files.contacts import ContactReader, Question, Rows
from contactable.files.sheets import Remark, Sheet
from contactable.rules import Channel, Facts, Offer, Reason, Verdict, decide, decide_channel
from contactable.rules.calendar import paris_day
from contactable.rules.decision import asked_at
from contactable.rules.facts import known_at

SOON_DAYS = (30, 90)
_MOST_REMEMBERED = 200_000

NO_CELLS: Sequence[Sequence[str]] = ((),) * (len(RESULT_COLUMNS) - 1)
Ends = Counter[tuple[Channel, Reason, int]]
"""How many open verdicts will be closed in 30 or (only) in 90 days if nothing is done, by channel and reason."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What was decided for some rows: the result's columns after ``id``, what ends soon, the rows refused and why."""

    cells: Sequence[Sequence[str]]
    ends: Ends
    refused: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decided:
    """A chunk's answer: ids and cells (by column) of the rows decided, what is said of rows, how far the reader is."""

    ids: Sequence[str]
    cells: Sequence[Sequence[str]]
    ends: Ends
    refused: Sequence[Remark]
    warnings: Sequence[Remark]
    done: int


class Decider(Protocol):
    """Decides rows that were read; the cells it gives are those of the rows that it does not refuse."""

    def answers(self, rows: Rows) -> Answers:
        """Decide some rows."""


def decide_sheet(sheet: Sheet, question: Question, *, by_columns: bool | None = None) -> Iterator[Decided]:
    """Decide every row of a table, a chunk at a time; raise ``Malformed`` where reading cannot go on.

    The day asked about is looked at first: a wrong one is no fault of any row. ``by_columns`` chooses the way, which
    the size of the table does otherwise.
    """
    asked_at(question.on)  # raises
    reader = ContactReader(sheet.header, question.given)
    decider = _decider(question, sheet.large if by_columns is None else by_columns)
    for chunk in sheet.chunks():
        rows = reader.read(chunk)
        answers = decider.answers(rows)
        refused = [*rows.refused, *(Remark(rows.places[row], "", words) for row, words in answers.refused.items())]
        ids = [id_ for row, id_ in enumerate(rows.ids) if row not in answers.refused] if answers.refused else rows.ids
        refused.sort(key=lambda remark: remark.place)
        yield Decided(ids, answers.cells, answers.ends, refused, rows.warnings, chunk.done)


def _decider(question: Question, by_columns: bool) -> Decider:
    if by_columns and find_spec("numpy") and find_spec("pyarrow"):
        from contactable.files.columnar import ColumnDecider

        return ColumnDecider(question)
    return RowDecider(question)


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What was decided for one set of facts."""

    cells: tuple[str, ...] = ()
    ends: tuple[tuple[Channel, Reason, int], ...] = ()
    refusal: str = ""


class RowDecider:
    """Decides row by row, with nothing but Python; remembers (bounded) what it decided."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._known: dict[tuple[Any, ...], Outcome] = {}

    def answers(self, rows: Rows) -> Answers:
        """Decide some rows."""
        if len(self._known) > _MOST_REMEMBERED:
            self._known.clear()
        names = tuple(rows.facts)
        return answers_of([self._outcome(names, values) for values in zip(*rows.facts.values(), strict=True)])

    def _outcome(self, names: tuple[str, ...], values: tuple[Any, ...]) -> Outcome:
        found = self._known.get(values)
        if found is None:
            found = self._known[values] = self._decide(dict(zip(names, values, strict=True)))
        return found

    def _decide(self, row: Mapping[str, Any]) -> Outcome:
        try:
            return decide_one(*self._question.about(row), self._question)
        except Malformed as error:
            return Outcome(refusal=str(error))


def decide_one(facts: Facts, offer: Offer, question: Question) -> Outcome:
    """Decide one contact; raise ``Malformed`` for facts that contradict each other."""
    verdicts = decide(facts, offer, question.on, question.readings).values()
    cells = tuple(cell for verdict in verdicts for cell in cells_of(verdict))
    known = known_at(facts, asked_at(question.on))
    return Outcome(cells, tuple(end for each in verdicts if (end := _end(each, known, offer, question))))


def answers_of(outcomes: Sequence[Outcome]) -> Answers:
    """What was decided for some rows, by columns."""
    refused = {row: outcome.refusal for row, outcome in enumerate(outcomes) if outcome.refusal}
    ends = Counter(end for outcome in outcomes for end in outcome.ends)
    cells = list(zip(*(outcome.cells for outcome in outcomes if outcome.cells), strict=True))
    return Answers(cells or NO_CELLS, ends, refused)


def _end(verdict: Verdict, facts: Facts, offer: Offer, question: Question) -> tuple[Channel, Reason, int] | None:
    """Within how many days an open verdict will be closed, as far as is known today."""
    for days, day in horizons(question.on) if verdict.allowed else ():
        if verdict.until and verdict.until <= day:  # otherwise the law answers on that day as it does today
            then = decide_channel(verdict.channel, facts, offer, day, question.readings)
            if not then.allowed:
                return verdict.channel, verdict.reason, days
    return None


def horizons(on: date) -> list[tuple[int, date]]:
    """The days in 30 and 90 days' time."""
    return [(days, paris_day(on) + timedelta(days)) for days in SOON_DAYS]


def cells_of(verdict: Verdict) -> tuple[str, str, str, str, str]:
    """One verdict as the result's five cells: allowed, reason, until, advice, readings."""
    return (
        "yes" if verdict.allowed else "no",
        str(verdict.reason),
        verdict.until.isoformat() if verdict.until else "",
        "+".join(verdict.advice),
        "+".join(verdict.readings),
    )
