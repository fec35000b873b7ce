"""What takes a process of its own: importing the law, and checking a file of contacts as a person does."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from contactable.rules.columns import NO_DAY
from contactable.rules.fields import VALUES
from measuring.clock import seconds
from measuring.people import ON, in_columns

ROWS_AT_A_TIME = 1_000_000
ADDRESSES = {
    "country": [None, "FR", "BE"],
    "email": [None, "jeanne@example.com", "contact@example.com"],
    "mobile": [None, "+33639981234", None],
    "landline": [None, "+33139981234", None],
    "street": [None, "1 rue de l'Exemple", None],
}
_IMPORT = "from time import perf_counter as now; begun = now(); import contactable.rules; print(now() - begun)"
_WEIGH = (
    "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); "
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)


def import_seconds(rounds: int = 15) -> float:
    """How long ``import contactable.rules`` takes in a fresh process, and that it brings no NumPy."""
    command = [sys.executable, "-c", f"{_IMPORT}; import sys; assert 'numpy' not in sys.modules"]
    return median(float(subprocess.check_output(command)) for _ in range(rounds))


def check_a_file(rows: int) -> dict[str, float]:
    """``contactable check`` on a Parquet file, reading and writing included, beside DuckDB that only copies it."""
    with tempfile.TemporaryDirectory() as folder:
        source, checked, copied = (Path(folder, f"{name}.parquet") for name in ("contacts", "checked", "copied"))
        _write(source, rows)
        took, most = _run("check", str(source), "--on", str(ON), "--out", str(checked))
        assert pq.read_metadata(checked).num_rows == rows
        copy = seconds(lambda: duckdb.sql(f"copy (from '{source}') to '{copied}'"), 3)
    return {"check_rows": rows, "check_s": took, "check_times_duckdb_copy": took / copy, "check_peak_mb": most}


def _run(*arguments: str) -> tuple[float, float]:
    """The time (seconds) and the most resident memory (megabytes) of the command line."""
    # A process between this one and the command: a child's peak begins with the memory of its parent.
    command = [sys.executable, "-c", _WEIGH, sys.executable, "-m", "contactable", *arguments]
    begun = perf_counter()
    kilobytes = subprocess.check_output(command, stderr=subprocess.DEVNULL)
    return perf_counter() - begun, int(kilobytes) / 1024


def _write(path: Path, rows: int) -> None:
    """A file of so many contacts, a million at a time."""
    writer = None
    for first in range(0, rows, ROWS_AT_A_TIME):
        table = _as_contact_file(in_columns(min(ROWS_AT_A_TIME, rows - first), seed=first + 1), first)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer:
        writer.close()


def _as_contact_file(columns: dict[str, Any], first: int) -> pa.Table:
    """The columns as the contact file has them: words, dates, and addresses of invented people."""
    count = len(columns["email"])
    written: dict[str, Any] = {"id": pa.array(np.arange(first, first + count)).cast(pa.string())}
    for name, column in columns.items():
        if column.dtype == np.int32:
            written[name] = pa.array(np.where(column == NO_DAY, 0, column), mask=column == NO_DAY).cast(pa.date32())
        else:
            written[name] = pa.DictionaryArray.from_arrays(column, _words(name)).cast(pa.string())
    return pa.table(written)


def _words(name: str) -> list[str | None]:
    words = {None: None, True: "yes", False: "no"}
    return ADDRESSES.get(name) or [words.get(value, str(value)) for value in VALUES[name]]
