"""Advice for many contacts: asked of the rules once for each case of a channel, and remembered.

Advice hangs on the facts that a channel's rules may ask, of which contacts have few combinations. Two contacts that
agree in all of them get one number, and one answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from contactable.files.contacts import Question, Rows
from contactable.rules import Channel, Readings, Reason
from contactable.rules.advice import advice_for
from contactable.rules.bulk import Contacts
from contactable.rules.columns import EPOCH
from contactable.rules.compiled import REASONS
from contactable.rules.decision import asked_at
from contactable.rules.exploration import DOMAIN, Frame, facts_behind
from contactable.rules.facts import known_at
from contactable.rules.law import FRENCH_LAW
from contactable.rules.moments import day_of
from contactable.rules.periods import ends_of
from contactable.rules.situation import OVER, Situation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_MOST_REMEMBERED = 200_000
_HAS_NONE = tuple(reason.opens or reason is Reason.OPPOSITION for reason in REASONS)


class CaseAdvice:
    """What would open closed channels, as cells; remembers (bounded) what it found."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._known: dict[tuple[Channel, int], str] = {}

    def cells(self, channel: Channel, contacts: Contacts, rows: Rows, reasons: Array) -> list[str]:
        """The advice of each row on one channel; ``reasons`` are the codes of its verdicts."""
        import numpy as np

        if len(self._known) > _MOST_REMEMBERED:
            self._known.clear()
        cells = np.full(len(rows.ids), "", object)
        asked = np.flatnonzero(~np.array(_HAS_NONE).take(reasons))
        if len(asked):
            cases, firsts, places = np.unique(
                self._cases(channel, contacts, len(rows.ids))[asked], return_index=True, return_inverse=True
            )
            texts = [
                self._text(channel, case, rows, row)
                for case, row in zip(cases.tolist(), asked[firsts].tolist(), strict=True)
            ]
            cells[asked] = np.array(texts, object).take(places)
        found: list[str] = cells.tolist()
        return found

    def _text(self, channel: Channel, case: int, rows: Rows, row: int) -> str:
        key = channel, case
        if key not in self._known:
            self._known[key] = "+".join(self._advice(channel, row_of(rows, row)))
        return self._known[key]

    def _advice(self, channel: Channel, row: Mapping[str, Any]) -> tuple[str, ...]:
        moment = asked_at(self._question.on)
        facts, offer = self._question.about(row)
        facts = known_at(facts, moment)
        today = day_of(moment)
        ends = ends_of(facts.normal.starts)
        situation = Situation(FRENCH_LAW, facts, offer, today, self._question.readings, ends, ())
        return advice_for(situation, channel, situation.answer(channel, today).reason)

    def _cases(self, channel: Channel, contacts: Contacts, count: int) -> Array:
        """One number a row for all that advice hangs on: a place value system with a digit for each fact."""
        import numpy as np

        numbers: Any = np.zeros(count, np.int64)
        for name in _facts_asked(channel, FRENCH_LAW.period(contacts.today + EPOCH), self._question.readings):
            codes = contacts.end(name) <= contacts.today if name in OVER else contacts.plain(name, channel)
            numbers = numbers * len(DOMAIN[name]) + np.asarray(codes, np.int64)
        # Whether the collection is dated is no fact of a case, and yet decides whether advice may ask for the date.
        dated = contacts.dates["collected_on"] > contacts.never if "collected_on" in contacts.dates else 0
        cases: Array = numbers * 2 + dated
        return cases


@cache
def _facts_asked(channel: Channel, period: int, readings: Readings) -> Sequence[str]:
    return sorted(facts_behind(FRENCH_LAW, Frame(channel, FRENCH_LAW.a_day_of(period), readings)))


def row_of(rows: Rows, row: int) -> dict[str, Any]:
    """The facts of one row."""
    return {name: values[row] for name, values in rows.facts.items()}
