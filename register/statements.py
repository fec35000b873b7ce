"""Statements of the busiest road, a webhook's, handed to the driver as they are.

Each runs once for all rows or values: building it anew from expressions, or stepping through it row by row, took longer
than the database did. Values are those that the columns keep (``columns``); the same text serves both databases.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Column, Connection, Table, TypeDecorator
from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from contactable.register.transaction import Tx

T = TypeVar("T")

AT_ONCE = 1000  # rows or values in one statement, below what either database takes
_NO_DIALECT = sqlite.dialect()  # our columns keep the same on both
_MOST_VALUES = 32_000  # SQLite takes 32,766, PostgreSQL 65,535


def chunks(rows: Iterable[T], size: int = AT_ONCE) -> Iterator[Sequence[T]]:
    """Cut what may be long into pieces that fit into one statement."""
    rest = iter(rows)
    while piece := list(islice(rest, size)):
        yield piece


def mark(connection: Connection) -> str:
    """How this database's driver marks the place of a value."""
    return "?" if connection.dialect.name == "sqlite" else "%s"


def rows_among(connection: Connection, statement: str, values: Iterable[Any], *first: Any) -> Iterator[Any]:
    """The rows of a statement with ``{many}`` in place of the values, and ``{one}`` where each of ``first`` stands."""
    one = mark(connection)
    for part in chunks(values):
        said = statement.format(many=", ".join([one] * len(part)), one=one)
        yield from connection.exec_driver_sql(said, (*first, *part))


def insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put rows of all columns into a table; raises where a key is there already."""
    for part in chunks(rows, _MOST_VALUES // len(table.columns)):
        _run(connection, table, part, "")


def insert_new(tx: Tx, table: Table, rows: Sequence[Mapping[str, Any]], key: str) -> set[bytes]:
    """The same where the key was looked for just before; return the ``key`` of each row put in, as kept.

    On PostgreSQL another process may have been faster: such rows are left out.
    """
    kept = _keeper(table.columns[key])
    entered: set[bytes] = set()
    if tx.dialect == "sqlite":  # the one writer has seen that they are not there
        insert(tx.connection, table, rows)
        return {kept(row[key]) if kept else row[key] for row in rows}
    for part in chunks(rows, _MOST_VALUES // len(table.columns)):
        found = _run(tx.connection, table, part, f" ON CONFLICT DO NOTHING RETURNING {key}")
        entered.update(bytes(row[0]) for row in found)
    return entered


def _run(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], end: str) -> Any:
    names = [column.name for column in table.columns]
    place = f"({', '.join([mark(connection)] * len(names))})"
    quoted = ", ".join(f'"{name}"' for name in names)
    said = f'INSERT INTO "{table.name}" ({quoted}) VALUES {", ".join([place] * len(rows))}{end}'  # noqa: S608
    keepers = _keepers(table)
    values = [kept(row[name]) if kept else row[name] for row in rows for name, kept in keepers]
    return connection.exec_driver_sql(said, tuple(values))


@cache
def _keepers(table: Table) -> list[tuple[str, Any]]:
    return [(column.name, _keeper(column)) for column in table.columns]


def _keeper(column: Column[Any]) -> Any:
    """What turns a value into the one that the column keeps; None where it is kept as it is."""
    kind = column.type
    return partial(kind.process_bind_param, dialect=_NO_DIALECT) if isinstance(kind, TypeDecorator) else None
