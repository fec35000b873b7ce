"""Decide rows by columns, with the compiled rules: for tables of millions. Needs the extra ``bulk``.

Whether a channel is open, why and until when come from ``decide_many``. Advice and readings hang on far fewer facts
than the days of a contact: they are asked of ``decide`` once for each case of a channel, and remembered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from contactable.errors import Malformed
from contactable.files.contacts import Question, Rows, without
from contactable.files.verdicts import NO_CELLS, Answers, Ends, horizons
from contactable.rules import DOUBTS, UNKNOWN_TIME, Channel, Offer, Purpose, Readings, Reason, decide
from contactable.rules.bulk import Contacts
from contactable.rules.calendar import paris_day
from contactable.rules.columns import DATES, EPOCH, NO_DAY, SOME_DAY
from contactable.rules.compiled import REASONS
from contactable.rules.decision import asked_at
from contactable.rules.exploration import DOMAIN, Frame, facts_behind
from contactable.rules.law import FRENCH_LAW
from contactable.rules.moments import moment_of
from contactable.rules.packing import EVENTS, VALUES
from contactable.rules.place import place_of
from contactable.rules.situation import OVER
from contactable.rules.table import decide_many

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_MOST_REMEMBERED = 200_000


class ColumnDecider:
    """Decides rows by columns; remembers (bounded) the advice and the readings of each case."""

    def __init__(self, question: Question) -> None:
        self._question = question
        given = question.given
        purpose, sector = given.get("purpose") or Purpose.COMMERCIAL, given.get("sector")
        self._offer = Offer(purpose=purpose, sector=sector)
        self._known: dict[Channel, dict[int, tuple[str, str]]] = {channel: {} for channel in Channel}

    def answers(self, rows: Rows) -> Answers:
        """Decide some rows."""
        refused = self._contradictions(rows)
        rows = without(refused, rows) if refused else rows
        if not rows.ids:
            return Answers(NO_CELLS, Counter(), refused)
        columns = self._columns(rows)
        question = self._question
        decided = decide_many(columns, self._offer, question.on, question.readings)
        contacts = Contacts(columns, self._offer, asked_at(question.on))
        asides = self._asides(contacts, rows)
        cells = [cell for channel in Channel for cell in _cells(decided, channel, *asides[channel])]
        return Answers(cells, self._ends(columns, decided), refused)

    def _contradictions(self, rows: Rows) -> dict[int, str]:
        """The rows whose facts contradict each other, in the words of the facts themselves."""
        pairs = (rows.facts.get(name) for name in ("consent_phone_until", "consent_phone_on"))
        untils, consents = pairs
        if untils is None or consents is None:
            return {}
        doubtful = [row for row, day in enumerate(untils) if day and consents[row] and day < paris_day(consents[row])]
        return {row: words for row in doubtful if (words := self._refusal(_row(rows, row)))}

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

    def _asides(self, contacts: Contacts, rows: Rows) -> dict[Channel, tuple[list[str], list[str]]]:
        """Advice and readings of each row, by channel."""
        keys = {channel: self._keys(contacts, channel, len(rows.ids)) for channel in Channel}
        for known in self._known.values():
            if len(known) > _MOST_REMEMBERED:
                known.clear()
        for channel in Channel:
            for row, key in enumerate(keys[channel]):
                if key not in self._known[channel]:
                    self._learn(_row(rows, row), {each: keys[each][row] for each in Channel})
        found = {channel: [self._known[channel][key] for key in keys[channel]] for channel in Channel}
        return {channel: ([a for a, _ in pairs], [r for _, r in pairs]) for channel, pairs in found.items()}

    def _learn(self, row: Mapping[str, Any], keys: Mapping[Channel, int]) -> None:
        facts, offer = self._question.about(row)
        for channel, verdict in decide(facts, offer, self._question.on, self._question.readings).items():
            self._known[channel][keys[channel]] = "+".join(verdict.advice), "+".join(verdict.readings)

    def _keys(self, contacts: Contacts, channel: Channel, count: int) -> list[int]:
        """One integer a row for all that advice and readings can hang on; equal ones are one case."""
        import numpy as np

        period = FRENCH_LAW.period(contacts.today + EPOCH)
        keys: Any = np.zeros(count, np.int64)
        for name in _facts_that_count(channel, period, self._question.readings):
            codes = contacts.end(name) <= contacts.today if name in OVER else contacts.plain(name, channel)
            keys = keys * len(DOMAIN[name]) + np.asarray(codes, np.int64)
        # Whether the data's collection is dated is no fact of a case, and yet decides whether advice may ask for it.
        collected = contacts.dates.get("collected_on")
        dated = np.zeros(count, np.int64) if collected is None else (collected > contacts.never).astype(np.int64)
        numbers: list[int] = (keys * 2 + dated).tolist()
        return numbers

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


@cache
def _facts_that_count(channel: Channel, period: int, readings: Readings) -> tuple[str, ...]:
    """Every fact that a rule may ask of a channel, under these readings or with one of them the other way."""
    others = (replace(readings, **{doubt.name: doubt.other(getattr(readings, doubt.name))}) for doubt in DOUBTS)
    frames = (Frame(channel, FRENCH_LAW.a_day_of(period), each) for each in (readings, *others))
    return tuple(sorted(set().union(*(facts_behind(FRENCH_LAW, frame) for frame in frames))))


def _row(rows: Rows, row: int) -> dict[str, Any]:
    return {name: values[row] for name, values in rows.facts.items()}


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


def _cells(
    decided: Mapping[str, Array], channel: Channel, advice: list[str], readings: list[str]
) -> Iterator[Sequence[str]]:
    """The five columns of a channel as texts."""
    import numpy as np

    yield np.where(decided[f"{channel}_allowed"], "yes", "no").tolist()
    yield np.array(REASONS, object).take(decided[f"{channel}_reason"]).tolist()
    until = decided[f"{channel}_until"]
    days, places = np.unique(until, return_inverse=True)
    yield np.array(["" if np.isnat(day) else str(day) for day in days], object).take(places).tolist()
    yield advice
    yield readings
