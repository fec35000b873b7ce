"""Tables on disk, read a chunk at a time as text: CSV (UTF-8, ``,`` or ``;``) and Parquet.

Everything downstream sees the same: names, and columns of text in which an empty cell is ``""``. A CSV needs nothing
but Python; Parquet needs the extra ``bulk``. What cannot be read at all is ``Malformed``, one odd row is a remark.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from contactable.errors import Malformed
from contactable.files.columns import COLUMNS
from contactable.files.values import shown

CHUNK_ROWS = 32_768
_LARGE_BYTES, _LARGE_ROWS = 1_000_000, 10_000
# pandas has no dates: a timestamp at midnight, without zone, stands for its day.
_MIDNIGHT = re.compile(r"[ T]00:00:00(?:\.0+)?$")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to say of one row: its line (CSV, 1 is the header) or row (Parquet, 1 is the first), column, words."""

    place: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows: their places, their cells by column, the rows that had to be left out, how far the reader is."""

    places: Sequence[int]
    columns: Mapping[str, Sequence[str]]
    refused: tuple[Remark, ...]
    done: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: the names of its columns, what a place counts, its size (for a progress bar), and its rows.

    ``large`` ones are worth the seconds that compiling the rules takes.
    """

    header: tuple[str, ...]
    place: str
    size: int
    large: bool
    chunks: Callable[[], Iterator[Chunk]]


def open_sheet(path: Path, *, ignore_unknown: bool = False) -> Sheet:
    """Look at a table's header and make ready to read it; raise ``Malformed`` where it is no contact file."""
    sheet = _parquet(path) if path.suffix.lower() == ".parquet" else _csv(path)
    _check_header(sheet.header, ignore_unknown)
    return sheet


def open_table(path: Path) -> Sheet:
    """The same of any table, whatever its columns are called: an export that a map understands."""
    return _parquet(path, None) if path.suffix.lower() == ".parquet" else _csv(path, None)


def _check_header(header: Sequence[str], ignore_unknown: bool) -> None:
    twice = next((name for name in header if header.count(name) > 1 and name in COLUMNS), None)
    if twice:
        raise Malformed(f"Column {twice} is there twice; keep one.")
    unknown = [name for name in header if name not in COLUMNS]
    if unknown and not ignore_unknown:
        raise Malformed("; ".join(_unknown(name) for name in unknown) + ". --ignore-unknown leaves them out.")
    # Without names for rows, neither a result nor an error could say whom it means.
    if "id" not in header:
        raise Malformed("Column id is missing: it names each row and must be there.")


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, COLUMNS, n=1)
    return f"Column {shown(name)} is unknown" + (f" (is it {near[0]}?)" if near else "")


def _csv(path: Path, kept: Container[str] | None = COLUMNS) -> Sheet:
    with path.open("rb") as raw, _text(raw) as lines, _readable(path, lambda: 1):
        first = lines.readline()
        if not first.strip():
            raise Malformed(f"{path.name} is empty; a header and rows were expected.")
        # No column has a separator in its name, so the header tells which one is meant, where rows might mislead.
        delimiter = ";" if first.count(";") > first.count(",") else ","
        header = tuple(next(csv.reader([first], delimiter=delimiter)))
    size = path.stat().st_size
    return Sheet(header, "line", size, size > _LARGE_BYTES, lambda: _csv_chunks(path, header, delimiter, kept))


def _csv_chunks(path: Path, header: tuple[str, ...], delimiter: str, kept: Container[str] | None) -> Iterator[Chunk]:
    """Rows by chunks, with the ``kept`` columns (None: all)."""
    with path.open("rb") as raw, _text(raw) as lines:
        # Strict: a quote that is never closed would otherwise swallow the rest of the file as one cell.
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        with _readable(path, lambda: reader.line_num + 1):
            next(reader)
            while True:
                places, rows, refused = _csv_rows(reader, len(header))
                if not rows and not refused:
                    return
                cells = zip(header, zip(*rows, strict=True), strict=False)
                columns = {name: texts for name, texts in cells if kept is None or name in kept}
                yield Chunk(places, columns, tuple(refused), raw.tell())


def _csv_rows(reader: Any, width: int) -> tuple[list[int], list[list[str]], list[Remark]]:
    """Up to a chunk of rows; a cell may hold line breaks, hence the bookkeeping of lines."""
    places: list[int] = []
    rows: list[list[str]] = []
    refused: list[Remark] = []
    place = reader.line_num + 1
    for row in reader:
        if len(row) == width:
            places.append(place)
            rows.append(row)
        elif row:
            refused.append(Remark(place, "", f"{len(row)} cells where the header has {width}"))
        place = reader.line_num + 1
        if len(rows) + len(refused) >= CHUNK_ROWS:
            break
    return places, rows, refused


def _text(raw: IO[bytes]) -> io.TextIOWrapper:
    return io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")


class _readable:
    """Turn what Python says of bytes and quotes into a sentence with a line and a way out."""

    def __init__(self, path: Path, line: Callable[[], int]) -> None:
        self.path, self.line = path, line

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, UnicodeDecodeError):
            raise Malformed(
                f"{self.path.name}, near line {self.line()}: not UTF-8. Save it as UTF-8 (in Excel: CSV UTF-8), or: "
                "iconv -f cp1252 -t utf-8 FILE > FILE.utf8.csv"
            ) from None
        if isinstance(error, csv.Error):
            raise Malformed(f"{self.path.name}, near line {self.line()}: {error}; check its quotes.") from None


def _parquet(path: Path, kept: Container[str] | None = COLUMNS) -> Sheet:
    try:
        import pyarrow.parquet as parquet
        from pyarrow import ArrowInvalid
    except ImportError:
        raise Malformed("Parquet needs more: pip install 'contactable[bulk]'.") from None
    try:
        schema, rows = parquet.read_schema(path), parquet.read_metadata(path).num_rows
    except ArrowInvalid:
        raise Malformed(f"{path.name} cannot be read as Parquet.") from None
    return Sheet(tuple(schema.names), "row", rows, rows > _LARGE_ROWS, lambda: _parquet_chunks(path, schema, kept))


def _parquet_chunks(path: Path, schema: Any, kept: Container[str] | None) -> Iterator[Chunk]:
    import pyarrow.parquet as parquet

    done = 0
    known = [name for name in schema.names if kept is None or name in kept]
    with parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(CHUNK_ROWS, columns=known):
            columns = {name: _texts(name, batch.column(name)) for name in known}
            places = range(done + 1, done + batch.num_rows + 1)
            done += batch.num_rows
            yield Chunk(places, columns, (), done)


def _texts(name: str, cells: Any) -> list[str]:
    """A column as the text that a CSV would hold; null is empty."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = cells.type
    if pa.types.is_dictionary(kind):
        return _texts(name, cells.dictionary_decode())
    if pa.types.is_boolean(kind):
        cells = pc.if_else(cells, "yes", "no")
    # Numbers that went through floating point have lost their zeros and perhaps their last digits.
    elif pa.types.is_floating(kind) or pa.types.is_nested(kind) or pa.types.is_binary(kind):
        raise Malformed(f"Column {name} is of type {kind}; write text, dates or booleans.")
    texts: list[str] = pc.fill_null(cells.cast(pa.string()), "").to_pylist()
    return [_MIDNIGHT.sub("", text) for text in texts] if pa.types.is_timestamp(kind) and not kind.tz else texts
