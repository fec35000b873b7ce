"""A table on disk as a CRM: a file, or a folder of exports, and beside each the same table with our columns.

For every CRM that has no connector: its export goes in, the flagged table comes out and is imported there again. The
tables of people are never written. Of two tables in a folder that name the same contact, the one changed last counts.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from contactable.connectors.csv.tables import OURS, Table, flags_of, ours_of, read_table, tables_at, write_flagged
from contactable.connectors.parts import Seconds, one_change_a_contact, read_options
from contactable.connectors.protocol import (
    Capabilities,
    Change,
    ContactRecord,
    Finding,
    Level,
    Named,
    Outcome,
    Page,
    Property,
    Result,
    Setting,
)
from contactable.errors import ContactableError, Unavailable

__all__ = ["CAPABILITIES", "SETTINGS", "Tables", "connect"]

CAPABILITIES = Capabilities(
    status="stable",
    label="CSV files",
    write_batch=1_000,
    requests_per_10_s=None,
    name_search=True,
    notes=("the flagged table must be imported again where people work", "deletions are rows that are no more there"),
)
SETTINGS = (
    Setting("path", "The file (.csv), or the folder in which exports arrive"),
    Setting("id", "The column that holds each contact's id", "id"),
)
PAGE = 500
RESTED = 1.0  # seconds


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``path``: a file or a folder. ``id``: the column of ids. ``settle``: seconds for which a file must rest."""

    path: str
    id: str = "id"
    settle: Seconds = 2.0


def connect(
    name: str,
    settings: Mapping[str, Any],
    secrets: Callable[[str], bytes],
    *,
    stopping: threading.Event | None = None,
) -> Tables:
    """Take the tables of ``settings``; nothing is read yet. Raises ``SettingsError``."""
    return Tables(name, read_options(Options, settings, "The CSV connector"))


class Tables:
    """The tables, as the kit sees them. Threads may share it; one process alone writes."""

    def __init__(self, name: str, options: Options) -> None:
        self.name = name
        self.options = options
        self._lock = threading.RLock()
        self._known: dict[Path, tuple[tuple[int, int, int], Table]] = {}

    @property
    def capabilities(self) -> Capabilities:
        """What can be done here."""
        return CAPABILITIES

    def check(self) -> Iterator[Finding]:
        """Read every table; write nothing, raise nothing."""
        try:
            tables = self._tables()
        except ContactableError as error:
            yield Finding(f"The tables at {self.options.path}", Level.ERROR, str(error))
            return
        if not tables:
            yield Finding(f"The tables at {self.options.path}", Level.WARNING, "put an export (.csv) there")
        for table in tables:
            writable = os.access(table.path.parent, os.W_OK)
            mend = "" if writable else f"let the kit write in {table.path.parent}: the flagged table goes there"
            yield Finding(
                f"{table.path.name}: {len(table.rows):,} contacts", Level.OK if writable else Level.ERROR, mend
            )

    def ensure_properties(self, schema: Sequence[Property]) -> Iterator[str]:
        """Add the columns that a flagged table lacks, and yield their names."""
        names = [each.name for each in schema]
        with self._lock:
            missing: dict[str, None] = {}
            for table in self._tables():
                kept = self._kept(table)
                lacking = [name for name in names if name not in kept.header]
                if lacking:
                    write_flagged(table, (*ours_of(kept), *lacking), kept.rows)
                missing.update(dict.fromkeys(lacking))
        yield from missing

    def property_names(self) -> frozenset[str]:
        """Give the names of all columns, ours included."""
        return frozenset(name for table in self._tables() for name in (*table.header, *self._kept(table).header))

    def iter_changed(self, cursor: Mapping[str, Any] | None, properties: Sequence[str]) -> Iterator[Page]:
        """Yield every contact where a table changed since ``cursor``, and nothing where none did."""
        records, digest = self._records()
        state = dict(cursor or {})
        begin = int(state.get("place", 0)) if state.get("digest") == digest else 0
        if state.get("done") and state.get("digest") == digest:
            records = []
        for start in range(begin, len(records), PAGE):
            page = records[start : start + PAGE]
            yield Page(page, {"digest": digest, "place": start + len(page)}, len(records))
        yield Page((), {"digest": digest, "done": True})

    def iter_consent_changes(self, cursor: Mapping[str, Any] | None, properties: Sequence[str] = ()) -> Iterator[Page]:
        """Yield nothing: an opposition in a table is one of its columns."""
        return iter(())

    def iter_ids(self) -> Iterator[str]:
        """Yield the id of every contact."""
        yield from (record.id for record in self._records()[0])

    def read(self, ids: Sequence[str], properties: Sequence[str]) -> Iterator[ContactRecord]:
        """Yield these contacts as they are now; a missing one comes back as ``gone``."""
        known = {record.id: record for record in self._records()[0]} if ids else {}
        yield from (known.get(id) or ContactRecord(id, {}, gone=True) for id in dict.fromkeys(ids))

    def find_named(self, text: str, most: int) -> Iterator[Named]:
        """Yield contacts in whose columns every word of a text stands."""
        words = text.casefold().split()
        for record in self._records()[0] if words else ():
            texts = [value for name, value in record.properties.items() if not name.startswith(OURS)]
            if all(any(word in value.casefold() for value in texts) for word in words):
                yield Named(record.id, " ".join(texts[:4]))
                most -= 1
                if most <= 0:
                    return

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        """Write our columns into the flagged tables; columns of people are refused."""
        if not changes:
            return
        try:
            with self._lock:
                yield from self._write(one_change_a_contact(changes))
        except Unavailable as error:
            yield from (Outcome(change.id, Result.LATER, str(error)) for change in one_change_a_contact(changes))

    def close(self) -> None:
        """Nothing is held."""

    def _write(self, changes: Sequence[Change]) -> list[Outcome]:
        tables = self._tables()
        refused = {each.id for each in changes if not all(name.startswith(OURS) for name in each.properties)}
        wanted = {each.id: each.properties for each in changes if each.id not in refused}
        for table in tables:
            kept = self._kept(table)
            here = {id: {**kept.rows.get(id, {}), **wanted[id]} for id in wanted.keys() & table.rows.keys()}
            if here:
                columns = (*ours_of(kept), *(name for each in wanted.values() for name in each))
                write_flagged(table, tuple(dict.fromkeys(columns)), {**kept.rows, **here})
        there = {id for table in tables for id in table.rows}
        return [_outcome(each.id, there, refused) for each in changes]

    def _records(self) -> tuple[list[ContactRecord], str]:
        """Every contact with our columns over its own, and a digest of all tables."""
        with self._lock:
            tables = self._tables()
            found: dict[str, ContactRecord] = {}
            for table in tables:
                ours = self._kept(table)
                for id, row in table.rows.items():
                    flags = flags_of(row, ours.rows.get(id, {}), ours_of(ours))
                    texts = {name: text for name, text in {**row, **flags}.items() if text}
                    found[id] = ContactRecord(id, texts)
        return list(found.values()), hashlib.sha256("".join(each.digest for each in tables).encode()).hexdigest()

    def _tables(self) -> list[Table]:
        """The tables of people, the one changed last at the end."""
        path = Path(self.options.path)
        try:
            dated = tables_at(path)
            rests = self.options.settle - (time.time() - max((at for at, _ in dated), default=0.0))
            if rests > 0:
                time.sleep(rests)
                if tables_at(path) != dated:
                    raise Unavailable(f"The table at {path} is being written: it is read when it rests.")
            return [self._read(each) for _, each in dated]
        except OSError as error:
            raise Unavailable(f"The table at {path} cannot be read: {error.strerror}.") from None

    def _kept(self, table: Table) -> Table:
        """The flagged table as we last wrote it; one without rows where there is none."""
        if not table.flagged.exists():
            return Table(table.flagged, table.separator, (), {}, "")
        return self._read(table.flagged)

    def _read(self, path: Path) -> Table:
        """A table; one that has rested since it was read is not read again."""
        at = path.stat()
        seen = (at.st_ino, at.st_mtime_ns, at.st_size)
        known = self._known.get(path)
        if known and known[0] == seen:
            return known[1]
        table = read_table(path, self.options.id)
        if time.time() - at.st_mtime > RESTED:  # the clock of files is coarse: what is younger may change unseen
            self._known[path] = (seen, table)
        return table


def _outcome(id: str, there: set[str], refused: set[str]) -> Outcome:
    if id not in there:
        return Outcome(id, Result.GONE, "no row")
    if id in refused:
        return Outcome(id, Result.REFUSED, "a column of people's own is never written")
    return Outcome(id, Result.WRITTEN)
