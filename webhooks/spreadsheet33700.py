"""Reports to 33700 as an aggregator's spreadsheet: CSV, or the first sheet of an XLSX file.

UTF-8, or else Windows-1252; ";", "," or tabs; names of columns without regard to case and accents, with the synonyms of
``report33700.COLUMNS``. A row that cannot be read is a ``Problem`` that names its line, and the rest goes on. The key
of a row is the report's own id, or else file and line, so that a file which is imported twice counts once.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from contactable.errors import Malformed
from contactable.webhooks.events import Event, Problem
from contactable.webhooks.providers.report33700 import COLUMNS, read_row

MOST_ROWS = 200_000
_COLUMN_OF = {name: column for column, names in COLUMNS.items() for name in names}
_XLSX = b"PK\x03\x04"
_MOST_BEFORE = 10  # rows in which the head is looked for
_LARGEST_UNZIPPED = 200_000_000  # bytes


def read_spreadsheet(raw: bytes) -> Iterator[Event | Problem]:
    """Yield one event a row; raise ``Malformed`` where the file is no table, or names no sender (``emetteur``)."""
    rows = enumerate(_sheet(raw) if raw.startswith(_XLSX) else _table(raw), start=1)
    if not raw.strip():
        raise Malformed("The file is empty.")
    file_key, columns = hashlib.sha256(raw).hexdigest()[:16], _head(rows)
    for line, cells in rows:
        if line > MOST_ROWS:
            raise Malformed(f"The file has more than {MOST_ROWS} rows: split it.")
        if any(cells):
            yield _read(_row(columns, cells), file_key, line)


def _read(row: Mapping[str, str], file_key: str, line: int) -> Event | Problem:
    try:
        return read_row(row, file_key, line)
    except Malformed as error:
        return Problem(f"line {line}: {error}", key=f"{file_key}:{line}")


def _row(columns: Sequence[str | None], cells: Sequence[str]) -> dict[str, str]:
    return {column: cell for column, cell in zip(columns, cells, strict=False) if column is not None}


def _head(rows: Iterator[tuple[int, list[str]]]) -> list[str | None]:
    """The columns, by the first row that names a sender: before it a title, or Excel's ``sep=;``, may stand."""
    columns = (_columns(cells) for _, cells in islice(rows, _MOST_BEFORE))
    found = next((each for each in columns if "sender" in each), None)
    if found is None:
        raise Malformed("The file has no column `emetteur` (or oadc, sender, expediteur): is it a list of reports?")
    return found


def _columns(names: Sequence[str]) -> list[str | None]:
    """Our name of each column, None for those that are none of ours; of two with one meaning, the first counts."""
    columns: list[str | None] = []
    for name in names:
        found = _COLUMN_OF.get(_plain(name))
        columns.append(None if found in columns else found)
    return columns


def _plain(name: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "_", bare).strip("_")


def _table(raw: bytes) -> Iterator[list[str]]:
    # The head has no quoted texts, so it tells the delimiter better than a sniffer over all rows.
    text = _decoded(raw)
    head = "\n".join(text.split("\n", _MOST_BEFORE)[:_MOST_BEFORE])
    first = next((line for line in head.split("\n") if "sender" in _columns(re.split("[;,\t]", line))), head)
    delimiter = max(";,\t", key=first.count)
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            yield [_unquoted(cell) for cell in cells]
    except csv.Error:
        raise Malformed("The file is no CSV: a quotation mark is not closed, or a cell is too large.") from None


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Malformed("The file is no text: export it as CSV in UTF-8, or as XLSX.")


def _unquoted(cell: str) -> str:
    """The text of a cell that was guarded from a spreadsheet: ``="0639980001"``."""
    guarded = re.fullmatch(r'="([^"]*)"', cell.strip())
    return guarded[1] if guarded else cell.strip()


def _sheet(raw: bytes) -> Iterator[list[str]]:
    """The rows of the first sheet. The library is asked for values only, never for what formulas would compute."""
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise Malformed("XLSX needs the extra `excel`: pip install contactable[excel], or export as CSV.") from None
    try:
        _check_size(raw)
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        for cells in book.worksheets[0].iter_rows(values_only=True):
            yield [_cell(cell) for cell in cells]
    except Malformed:
        raise
    except Exception:  # noqa: BLE001 - the library lets out whatever its parsers of zip and XML raise
        raise Malformed("The file is no XLSX that can be read: export it as CSV.") from None


def _check_size(raw: bytes) -> None:
    infos: Iterable[zipfile.ZipInfo] = zipfile.ZipFile(io.BytesIO(raw)).infolist()
    if sum(info.file_size for info in infos) > _LARGEST_UNZIPPED:
        raise Malformed("The file is too large once unzipped.")


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(" ")
    # A number column holds 33639980001 as a float: its ".0" is the spreadsheet's.
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else _unquoted(str(value))
