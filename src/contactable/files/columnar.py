"""Decide rows by columns, with the compiled rules: for tables of millions. Needs the extra ``bulk``.

All comes from ``decide_many``: on the day asked about, with advice and the readings that touched each verdict; and in
30 and 90 days' time, which tells what ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from contactable.errors import Malformed
from contactable.files.contacts import Question, Rows, without
from contactable.files.verdicts import NO_CELLS, Answers, Ends, horizons
from contactable.rules import UNKNOWN_TIME, Channel, Offer, Purpose, Reason
from contactable.rules.calendar import paris_day
from contactable.rules.columns import DATES, EPOCH, NO_DAY, SOME_DAY
from contactable.rules.compiled import REASONS
from contactable.rules.decision import asked_at
from contactable.rules.exploration import DOMAIN
from contactable.rules.fields import EVENTS, VALUES
from contactable.rules.moments import moment_of
from contactable.rules.place import place_of
from contactable.rules.table import decide_many

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_ANSWERS = ("allowed", "reason", "until", "advice", "readings")


class ColumnDecider:
    """Decides rows by columns."""

    def __init__(self, question: Question) -> None:
        self._question = question
        given = question.given
        purpose, sector = given.get("purpose") or Purpose.COMMERCIAL, given.get("sector")
        self._offer = Offer(purpose=purpose, sector=sector)

    def answers(self, rows: Rows) -> Answers:
        """Decide some rows."""
        refused = self._contradictions(rows)
        rows = without(refused, rows) if refused else rows
        if not rows.ids:
            return Answers(NO_CELLS, Counter(), refused)
        columns = self._columns(rows)
        question = self._question
        decided = decide_many(columns, self._offer, question.on, question.readings, answers=_ANSWERS)
        cells = [
            cell
            for channel in Channel
            for cell in (
                *_dated_cells(decided, channel),
                decided[f"{channel}_advice"].tolist(),
                decided[f"{channel}_readings"].tolist(),
            )
        ]
        return Answers(cells, self._ends(columns, decided), refused)

    def _contradictions(self, rows: Rows) -> dict[int, str]:
        """The rows whose facts contradict each other, in the words of the facts themselves."""
        pairs = (rows.facts.get(name) for name in ("consent_phone_until", "consent_phone_on"))
        untils, consents = pairs
        if untils is None or consents is None:
            return {}
        doubtful = [row for row, day in enumerate(untils) if day and consents[row] and day < paris_day(consents[row])]
        return {row: words for row in doubtful if (words := self._refusal(row_of(rows, row)))}

    def _refusal(self, row: Mapping[str, Any]) -> str:
        try:
            self._question.about(row)
        except Malformed as error:
            return str(error)
        return ""

    def _columns(self, rows: Rows) -> dict[str, Any]:
        count = len(rows.ids)
        given = {name: [value] * count for name, value in self._question.given.items() if name not in rows.facts}
        facts = {name: values for name, values in {**given, **rows.facts}.items() if name != "postcode"}
        known = asked_at(self._question.on)
        return {
            name: _days(name, values, known) if name in DATES else _codes(name, values)
            for name, values in facts.items()
        }

    def _ends(self, columns: Mapping[str, Any], decided: Mapping[str, Array]) -> Ends:
        """What is open and will be closed in 30 or 90 days, as far as is known today."""
        import numpy as np

        question, ends = self._question, Counter[tuple[Channel, Reason, int]]()
        then = {
            days: decide_many(columns, self._offer, day, question.readings, answers=("allowed",))
            for days, day in horizons(question.on)
        }
        for channel in Channel:
            left = decided[f"{channel}_allowed"]
            for days, later in then.items():
                closed = left & ~later[f"{channel}_allowed"]
                counts = zip(*np.unique(decided[f"{channel}_reason"][closed], return_counts=True), strict=True)
                ends.update({(channel, REASONS[code], days): int(times) for code, times in counts})
                left = left & ~closed
        return ends


def _codes(name: str, values: Sequence[Any]) -> Array:
    """The values of a finite column as the places that the rules know them by."""
    import numpy as np

    domain = list(VALUES.get(name) or DOMAIN["place" if name == "country" else name])
    places = {value: domain.index(_as_in_domain(name, value)) for value in set(values)}
    return np.fromiter(map(places.__getitem__, values), np.int8, len(values))


def _as_in_domain(name: str, value: Any) -> Any:
    if name == "country":
        return place_of(value)
    return Purpose.COMMERCIAL if name == "purpose" and value is None else value


def _days(name: str, values: Sequence[Any], known: int) -> Any:
    """A column of dates: days counted from 1970, texts where one has a time of day; what comes later is not known."""
    import numpy as np
    import pyarrow as pa

    distinct = {value: None if name in EVENTS and _comes_after(known, value) else value for value in set(values)}
    if any(isinstance(value, datetime) for value in distinct.values()):
        texts = {value: _text(kept) for value, kept in distinct.items()}
        return pa.array(map(texts.__getitem__, values), pa.string())
    days = {value: _day(kept) for value, kept in distinct.items()}
    return np.fromiter(map(days.__getitem__, values), np.int32, len(values))


def _comes_after(known: int, value: Any) -> bool:
    return isinstance(value, date) and moment_of(value) > known


def _text(value: Any) -> str | None:
    return "unknown" if value is UNKNOWN_TIME else value and value.isoformat()


def _day(value: Any) -> int:
    if value is UNKNOWN_TIME:
        return SOME_DAY
    return NO_DAY if value is None else value.toordinal() - EPOCH


def _dated_cells(decided: Mapping[str, Array], channel: Channel) -> Iterator[Sequence[str]]:
    """A channel's first three columns as texts: allowed, reason, until."""
    import numpy as np

    yield np.where(decided[f"{channel}_allowed"], "yes", "no").tolist()
    yield np.array([str(reason) for reason in REASONS], object).take(decided[f"{channel}_reason"]).tolist()
    days, places = np.unique(decided[f"{channel}_until"], return_inverse=True)
    yield np.array(["" if np.isnat(day) else str(day) for day in days], object).take(places).tolist()


def row_of(rows: Rows, row: int) -> dict[str, Any]:
    """The facts of one row."""
    return {name: values[row] for name, values in rows.facts.items()}
