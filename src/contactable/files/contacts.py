"""From the cells of a chunk to facts: every distinct cell is read once, every distinct contact decided once.

A fact comes from the row's own column; then from what was set for all rows (``--set``, ``--offer``); then it is
unknown. A row with a cell that is not accepted is refused as a whole, the others go on.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any

from contactable.errors import Malformed
from contactable.files.addresses import mailbox_of, number_of, reached_by
from contactable.files.columns import ADDRESSES, COLUMNS, Column, Kind
from contactable.files.seen import SeenIds
from contactable.files.sheets import Chunk, Remark
from contactable.files.values import Unreadable, read_cell, shown
from contactable.rules import UNKNOWN_TIME, Facts, Offer, Purpose, Readings

_MOST_REMEMBERED = 65_536
_NOT_FACTS = frozenset({"id", "postcode"})


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every row: the day or aware instant, the readings, and what holds where a column is missing."""

    on: date
    readings: Readings
    given: Mapping[str, Any] = field(default_factory=dict)

    def about(self, row: Mapping[str, Any]) -> tuple[Facts, Offer]:
        """The facts and the offer of one row; raise ``Malformed`` where they contradict each other."""
        known = {name: value for name, value in {**self.given, **row}.items() if name not in _NOT_FACTS}
        purpose, sector = known.pop("purpose", None), known.pop("sector", None)
        return Facts(**known), Offer(purpose=purpose or Purpose.COMMERCIAL, sector=sector)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a chunk that could be read: places, ids, and their facts, a column for each fact that the table has.

    ``purpose`` and ``sector`` are among the columns where the table has them.
    """

    places: Sequence[int]
    ids: Sequence[str]
    facts: Mapping[str, Sequence[Any]]
    refused: tuple[Remark, ...]
    warnings: tuple[Remark, ...]


class ContactReader:
    """Reads the chunks of one table; remembers cells (bounded) and the ids that were used."""

    def __init__(self, header: Sequence[str], given: Mapping[str, Any]) -> None:
        self._columns = [COLUMNS[name] for name in header if name in COLUMNS]
        self._cells = {column.name: _Cells(column) for column in self._columns}
        self._seen = SeenIds()
        self._given_country = given.get("country")

    def read(self, chunk: Chunk) -> Rows:
        """The facts of a chunk's rows, and what is to be said of them."""
        warnings: list[Remark] = []
        bad: dict[int, list[Remark]] = {}
        ids = chunk.columns["id"]
        for row in self._seen.refused(ids):
            words = f"{shown(ids[row])} was used by an earlier row" if ids[row] else "is empty; each row needs its own"
            bad[row] = [Remark(chunk.places[row], "id", words)]
        values = {
            column.name: self._values(column, chunk, bad, warnings)
            for column in self._columns
            if column.name not in _NOT_FACTS
        }
        told = _told_by_addresses(values, len(ids), self._given_country)
        refused = (*chunk.refused, *chain.from_iterable(bad.values()))
        rows = Rows(chunk.places, ids, {**values, **told}, refused, tuple(warnings))
        return without(bad, rows) if bad else rows

    def _values(self, column: Column, chunk: Chunk, bad: dict[int, list[Remark]], warnings: list[Remark]) -> list[Any]:
        texts = chunk.columns[column.name]
        if column.name in ADDRESSES:
            return _addresses(column, chunk, warnings)
        cells = self._cells[column.name]
        values = cells.read(texts)
        for row in cells.odd(values):
            if values[row] is UNKNOWN_TIME:
                words = f"{shown(texts[row])} is no date; taken as an objection of unknown date"
                warnings.append(Remark(chunk.places[row], column.name, words))
            else:
                bad.setdefault(row, []).append(Remark(chunk.places[row], column.name, values[row].message))
        return values


class _Cells(dict[str, Any]):
    """The cells of one column, each distinct text read once."""

    def __init__(self, column: Column) -> None:
        super().__init__()
        self._column = column
        self._odd = False

    def __missing__(self, text: str) -> Any:
        value = self[text] = read_cell(self._column, text)
        self._odd = self._odd or value is UNKNOWN_TIME or isinstance(value, Unreadable)
        return value

    def read(self, texts: Iterable[str]) -> list[Any]:
        """The values of some cells."""
        if len(self) > _MOST_REMEMBERED:  # a column of free text must not grow the process
            self.clear()
        return list(map(self.__getitem__, texts))

    def odd(self, values: Sequence[Any]) -> Iterator[int]:
        """Which of them something must be said of."""
        if self._odd:  # nearly no column ever has one, and looking costs as much as reading
            yield from (row for row, value in enumerate(values) if value is UNKNOWN_TIME or type(value) is Unreadable)


def _addresses(column: Column, chunk: Chunk, warnings: list[Remark]) -> list[Any]:
    texts = chunk.columns[column.name]
    if column.kind is Kind.TEXT:
        return [bool(text.strip()) or None for text in texts]
    read = mailbox_of if column.kind is Kind.EMAIL else number_of
    values = [read(text) if text and not text.isspace() else None for text in texts]
    for row, value in enumerate(values):
        if value is None and texts[row].strip():
            warnings.append(Remark(chunk.places[row], column.name, "malformed; counts as none"))
    return values


def _told_by_addresses(values: Mapping[str, list[Any]], count: int, given_country: str | None) -> dict[str, list[Any]]:
    """What the addresses say as facts: numbers by what they are; the country, where the row has none, by prefixes."""
    nothing: list[Any] = [None] * count
    pairs = zip(values.get("mobile", nothing), values.get("landline", nothing), strict=True)
    reached = [reached_by(pair) for pair in pairs]
    own = values.get("country", [given_country] * count)
    return {
        "email": values.get("email", nothing),
        "mobile": [mobile for mobile, _, _ in reached],
        "landline": [landline for _, landline, _ in reached],
        "street": values.get("street", nothing),
        "country": [code or told for code, (_, _, told) in zip(own, reached, strict=True)],
    }


def without(left_out: Container[int], rows: Rows) -> Rows:
    """The rows but for some."""
    kept = [row for row in range(len(rows.ids)) if row not in left_out]
    return Rows(
        [rows.places[row] for row in kept],
        [rows.ids[row] for row in kept],
        {name: [values[row] for row in kept] for name, values in rows.facts.items()},
        rows.refused,
        rows.warnings,
    )


def read_given(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """What holds for every row without such a column (``--set``): values by column; raise ``Malformed`` otherwise."""
    given = {}
    for name, text in pairs:
        if name not in COLUMNS or name in ADDRESSES | {"id"}:
            raise Malformed(
                f"{shown(name)} cannot be set for all rows; it must be a column other than id and addresses."
            )
        value = read_cell(COLUMNS[name], text)
        if isinstance(value, Unreadable):
            raise Malformed(f"{name}: {value.message}.")
        given[name] = value
    return given
