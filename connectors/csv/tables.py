"""The files of a folder of exports: tables of people, read and never written, and the flagged ones beside them."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contactable.errors import Refused

OURS = "contactable_"
OF_PEOPLE = "contactable_oppose"  # ticked by people in their own table, never by us
FLAGGED = ".contactable.csv"


@dataclass(frozen=True, slots=True)
class Table:
    """One table: where it is, its separator, the names of its columns, its rows by id, in order."""

    path: Path
    separator: str
    header: tuple[str, ...]
    rows: Mapping[str, Mapping[str, str]]
    digest: str

    @property
    def flagged(self) -> Path:
        """Where the same table with our columns stands."""
        return self.path.with_name(self.path.name.removesuffix(".csv") + FLAGGED)


def tables_at(path: Path) -> list[tuple[float, Path]]:
    """The tables of people with the moment of their last change, in its order."""
    files = [each for each in path.iterdir() if each.suffix == ".csv"] if path.is_dir() else [path]
    return sorted((each.stat().st_mtime, each) for each in files if not each.name.endswith(FLAGGED))


def read_table(path: Path, id_column: str) -> Table:
    """Read a table by its column of ids; ``Refused`` where that is missing, or says not who is who."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")  # what a French Excel writes
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    header = tuple(name for name in reader.fieldnames or () if name)
    if id_column not in header:
        raise Refused(f"{path.name} has no column `{id_column}`: name the column of ids as `id` in the settings.")
    rows: dict[str, Mapping[str, str]] = {}
    for row in reader:
        id = (row.get(id_column) or "").strip()
        if not id or id in rows:
            why = "is used by an earlier row" if id else "is empty"
            raise Refused(f"{path.name}, line {reader.line_num}: the id {why}; each row needs its own.")
        rows[id] = {name: row.get(name) or "" for name in header}
    return Table(path, separator, header, rows, hashlib.sha256(content).hexdigest())


def ours_of(flagged: Table) -> tuple[str, ...]:
    """Our columns in a flagged table."""
    return tuple(name for name in flagged.header if name.startswith(OURS))


def flags_of(row: Mapping[str, str], known: Mapping[str, str], ours: Sequence[str]) -> dict[str, str]:
    """Our columns of one contact: what we wrote, else what people's table has."""
    return {name: row.get(name, "") if name == OF_PEOPLE else known.get(name, row.get(name, "")) for name in ours}


def write_flagged(table: Table, ours: Sequence[str], flags: Mapping[str, Mapping[str, str]]) -> None:
    """Write the flagged table anew, whole or not at all, for the same readers as the table itself."""
    header = dict.fromkeys((*table.header, *ours))
    handle, name = tempfile.mkstemp(dir=table.path.parent, prefix=".", suffix=".part")
    with open(handle, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(header), delimiter=table.separator)
        writer.writeheader()
        for id, row in table.rows.items():
            writer.writerow({**row, **flags_of(row, flags.get(id, {}), ours)})
        file.flush()
        os.fsync(file.fileno())
    shutil.copymode(table.path, name)
    os.replace(name, table.flagged)
