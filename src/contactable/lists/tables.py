"""Tables of any origin, row by row as text: CSV (``,`` ``;`` or tabs), Excel and Parquet; read, and written back alike.

Excel and Parquet come from optional packages, imported on first use. A whole number that Excel kept as a float is a
whole number again; one that was saved as ``3,36E+10`` has lost its digits, and whoever reads the cell must refuse it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from contactable.errors import Malformed

Row = Sequence[str]
Write = Callable[[Row], None]

_DAMAGED = re.compile(r"\d([.,]\d+)?[eE]\+\d+")
_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its header, and its rows with their places (CSV and Excel: lines, 1 is the header)."""

    header: Row
    rows: Iterator[tuple[int, Row]]


def read_table(path: Path) -> Table:
    """Open a table; raise ``Malformed`` where it is none, or is not UTF-8."""
    if not path.is_file():
        raise Malformed(f"There is no file {path}.")
    readers = {".xlsx": _excel, ".parquet": _parquet}
    lines = readers.get(path.suffix.lower(), _csv)(path)
    header = next(lines, None)
    if header is None or not any(cell.strip() for cell in header[1]):
        raise Malformed(f"{path.name} is empty: a header and rows were expected.")
    return Table(header[1], ((place, row) for place, row in lines if any(cell.strip() for cell in row)))


@contextmanager
def write_table(path: Path, header: Row, like: Path) -> Iterator[Write]:
    """Write a table of the same kind as ``like``; it takes its name when it is whole."""
    part = path.with_name(f"{path.name}.part")
    writers = {".xlsx": _to_excel, ".parquet": _to_parquet}
    try:
        with writers.get(like.suffix.lower(), _to_csv)(part, header, like) as write:
            yield write
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def is_damaged_number(text: str) -> bool:
    """Whether a spreadsheet has rounded a number away (``3,36E+10``): nothing can bring it back."""
    return _DAMAGED.fullmatch(text.strip()) is not None


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    whole = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            whole.update(block)
    return whole.hexdigest()


def _csv(path: Path) -> Iterator[tuple[int, Row]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=_delimiter(path), strict=True)
            for row in reader:
                yield reader.line_num, row
    except UnicodeDecodeError:
        raise Malformed(f"{path.name} is not UTF-8: save it as UTF-8 (in Excel: CSV UTF-8).") from None
    except csv.Error as error:
        raise Malformed(f"{path.name} cannot be read as CSV: {error}.") from None


def _delimiter(path: Path) -> str:
    with path.open("rb") as file:
        first = file.readline()
    return max((",", ";", "\t"), key=lambda each: first.count(each.encode()))


def _excel(path: Path) -> Iterator[tuple[int, Row]]:
    openpyxl = _optional("openpyxl", "excel")
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (OSError, KeyError, ValueError, _bad_zip()):
        raise Malformed(f"{path.name} cannot be read as Excel.") from None
    try:
        for place, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), 1):
            yield place, [_text(cell) for cell in cells]
    finally:
        book.close()


def _parquet(path: Path) -> Iterator[tuple[int, Row]]:
    parquet = _optional("pyarrow.parquet", "bulk")
    try:
        file = parquet.ParquetFile(path)
    except (OSError, ValueError):
        raise Malformed(f"{path.name} cannot be read as Parquet.") from None
    with file:
        yield 0, file.schema_arrow.names
        place = 0
        for batch in file.iter_batches(_AT_ONCE):
            for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                place += 1
                yield place, [_text(cell) for cell in cells]


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


@contextmanager
def _to_csv(path: Path, header: Row, like: Path) -> Iterator[Write]:
    with path.open("w", encoding="utf-8-sig" if _has_mark(like) else "utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=_delimiter(like), lineterminator="\n")
        writer.writerow(header)
        yield writer.writerow


@contextmanager
def _to_excel(path: Path, header: Row, like: Path) -> Iterator[Write]:
    book = _optional("openpyxl", "excel").Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(header))
    yield lambda row: sheet.append([_inert(sheet, cell) for cell in row])
    book.save(path)


@contextmanager
def _to_parquet(path: Path, header: Row, like: Path) -> Iterator[Write]:
    pyarrow, parquet = _optional("pyarrow", "bulk"), _optional("pyarrow.parquet", "bulk")
    schema = pyarrow.schema([(name, pyarrow.string()) for name in header])
    waiting: list[Row] = []

    def flush(rows: Iterable[Row]) -> None:
        columns = list(zip(*rows, strict=True)) or [()] * len(header)
        file.write_table(pyarrow.table([pyarrow.array(cells, pyarrow.string()) for cells in columns], schema=schema))
        waiting.clear()

    def write(row: Row) -> None:
        waiting.append(row)
        if len(waiting) >= _AT_ONCE:
            flush(waiting)

    with parquet.ParquetWriter(path, schema) as file:
        yield write
        flush(waiting)


def _inert(sheet: Any, text: str) -> Any:
    """Keep a cell a text: what begins with ``=`` would be a formula on the next machine."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    return cell


def _has_mark(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(3) == b"\xef\xbb\xbf"


def _bad_zip() -> type[Exception]:
    from zipfile import BadZipFile

    return BadZipFile


def _optional(module: str, extra: str) -> Any:
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError:
        raise Malformed(f"This kind of file needs more: pip install 'contactable[{extra}]'.") from None
