"""The result of a check, written a chunk at a time: CSV, Parquet, or one JSON object a row.

A file appears under its name once it is whole: what is being written has ``.part`` behind its name and goes when
reading fails.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from contactable.files.columns import RESULT_COLUMNS

Cells = Sequence[Sequence[str]]
Write = Callable[[Sequence[str], Cells], None]
"""Takes the ids of some rows and what was decided for them, a sequence for each column after ``id``."""


@contextmanager
def write_to(path: Path) -> Iterator[Write]:
    """Write a file: Parquet for ``.parquet``, CSV for any other name."""
    # Whoever finds the file may send by it: half of it must not look like all of it.
    part = path.with_name(f"{path.name}.part")
    try:
        with _parquet(part) if path.suffix.lower() == ".parquet" else _csv(part) as write:
            yield write
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_json(ids: Sequence[str], cells: Cells) -> None:
    """One object a row on standard output, with the result's columns as keys."""
    for row in zip(ids, *cells, strict=True):
        sys.stdout.write(json.dumps(dict(zip(RESULT_COLUMNS, row, strict=True)), ensure_ascii=False) + "\n")


@contextmanager
def _csv(path: Path) -> Iterator[Write]:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(RESULT_COLUMNS)
        yield lambda ids, cells: writer.writerows(zip(ids, *cells, strict=True))


@contextmanager
def _parquet(path: Path) -> Iterator[Write]:
    """Texts, but for ``<channel>_until``, which are dates."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    schema = pa.schema([(name, pa.date32() if name.endswith("_until") else pa.string()) for name in RESULT_COLUMNS])
    with parquet.ParquetWriter(path, schema) as writer:

        def write(ids: Sequence[str], cells: Cells) -> None:
            if ids:
                arrays = [_array(pa, column, kind.type) for column, kind in zip((ids, *cells), schema, strict=True)]
                writer.write_batch(pa.record_batch(arrays, schema=schema))

        yield write


def _array(pa: Any, cells: Sequence[str], kind: Any) -> Any:
    if kind == pa.string():
        return pa.array(cells, kind)
    return pa.array([cell or None for cell in cells], pa.string()).cast(kind)
