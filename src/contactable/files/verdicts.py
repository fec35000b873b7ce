"""Decide a table: rows in, verdicts out, in the same order; a set of facts that comes again is not decided again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from contactable.errors import Malformed
from contactable.files.contacts import ContactReader, Question
from contactable.files.sheets import Remark, Sheet
from contactable.rules import Facts, Offer, Verdict, decide, decide_channel
from contactable.rules.calendar import paris_day
from contactable.rules.decision import asked_at

SOON = timedelta(days=90)

_MOST_REMEMBERED = 200_000


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What was decided for one set of facts: the five verdicts, and the result's cells after ``id``.

    ``ending`` are the open verdicts that close by themselves within ``SOON`` (some only change their reason).
    """

    verdicts: tuple[Verdict, ...]
    cells: tuple[str, ...]
    ending: tuple[Verdict, ...] = ()
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """A chunk's answer: the ids and outcomes of the rows decided, what is said of others, how far the reader is."""

    ids: Sequence[str]
    outcomes: Sequence[Outcome]
    refused: Sequence[Remark]
    warnings: Sequence[Remark]
    done: int


def decide_sheet(sheet: Sheet, question: Question) -> Iterator[Decided]:
    """Decide every row of a table, a chunk at a time; raise ``Malformed`` where reading cannot go on.

    The day asked about is looked at first: a wrong one is no fault of any row.
    """
    asked_at(question.on)
    reader = ContactReader(sheet.header, question.given)
    known = _Outcomes(question, reader.names)
    for chunk in sheet.chunks():
        rows = reader.read(chunk)
        outcomes = known.of(rows.facts)
        refused = list(rows.refused)
        ids = list(rows.ids)
        if any(outcome.refusal for outcome in outcomes):
            refused += [
                Remark(place, "", outcome.refusal)
                for place, outcome in zip(rows.places, outcomes, strict=True)
                if outcome.refusal
            ]
            ids = [id_ for id_, outcome in zip(ids, outcomes, strict=True) if not outcome.refusal]
            outcomes = [outcome for outcome in outcomes if not outcome.refusal]
        refused.sort(key=lambda remark: remark.place)
        yield Decided(ids, outcomes, refused, rows.warnings, chunk.done)


class _Outcomes(dict[tuple[Any, ...], Outcome]):
    """Outcomes by facts, bounded."""

    def __init__(self, question: Question, names: Sequence[str]) -> None:
        super().__init__()
        self._question = question
        self._names = names
        self._soon = paris_day(question.on) + SOON
        self._given = {
            name: value for name, value in question.given.items() if name not in names and name != "postcode"
        }

    def __missing__(self, values: tuple[Any, ...]) -> Outcome:
        outcome = self[values] = self._decide({**self._given, **dict(zip(self._names, values, strict=True))})
        return outcome

    def of(self, rows: Sequence[tuple[Any, ...]]) -> list[Outcome]:
        """The outcomes of some rows."""
        if len(self) > _MOST_REMEMBERED:
            self.clear()
        return list(map(self.__getitem__, rows))

    def _decide(self, facts: dict[str, Any]) -> Outcome:
        offer = self._question.offer(facts)
        try:
            known = Facts(**facts)
            verdicts = tuple(decide(known, offer, self._question.on, self._question.readings).values())
        except Malformed as error:
            return Outcome((), (), refusal=str(error))
        cells = tuple(cell for verdict in verdicts for cell in cells_of(verdict))
        return Outcome(verdicts, cells, tuple(each for each in verdicts if self._closes_soon(each, known, offer)))

    def _closes_soon(self, verdict: Verdict, facts: Facts, offer: Offer) -> bool:
        if not verdict.allowed or not verdict.until or verdict.until > self._soon:
            return False
        return not decide_channel(verdict.channel, facts, offer, verdict.until, self._question.readings).allowed


def cells_of(verdict: Verdict) -> tuple[str, str, str, str, str]:
    """One verdict as the result's five cells: allowed, reason, until, advice, readings."""
    return (
        "yes" if verdict.allowed else "no",
        str(verdict.reason),
        verdict.until.isoformat() if verdict.until else "",
        "+".join(verdict.advice),
        "+".join(verdict.readings),
    )
