"""Statements of the busiest road, a webhook's, handed to the driver as they are.

Each runs once for many rows or values: building it anew from expressions, or stepping through it row by row, took more
than the database did. A row holds what the columns keep (``columns``), in their order; one text serves both databases.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from contactable.register.transaction import Tx

T = TypeVar("T")
Row = tuple[Any, ...]

AT_ONCE = 1000  # rows or values in one statement, below what either database takes
_ROWS = 500  # in one insertion: of few texts, which the driver keeps prepared, and not of any length


def chunks(rows: Iterable[T], size: int = AT_ONCE) -> Iterator[Sequence[T]]:
    """Cut what may be long into pieces that fit into one statement."""
    rest = iter(rows)
    while piece := list(islice(rest, size)):
        yield piece


def mark(connection: Connection) -> str:
    """How this database's driver marks the place of a value."""
    return "?" if connection.dialect.name == "sqlite" else "%s"


def run(connection: Connection, said: str, values: Sequence[Any] = ()) -> list[Any]:
    """Hand a statement to the driver; its rows. Raises ``DBAPIError``, as SQLAlchemy does, which costs much more."""
    driver: Any = connection.connection.driver_connection
    try:
        cursor = driver.execute(said, values)
        return cursor.fetchall() if cursor.description else []
    except connection.dialect.loaded_dbapi.Error as error:
        failure = DBAPIError.instance(said, values, error, Exception, hide_parameters=True, dialect=connection.dialect)
        raise failure from None


def rows_among(connection: Connection, statement: str, values: Iterable[Any], *first: Any) -> Iterator[Any]:
    """The rows of a statement with ``{many}`` in place of the values, and ``{one}`` where each of ``first`` stands."""
    one = mark(connection)
    for part in chunks(values):
        said = statement.format(many=", ".join([one] * len(part)), one=one)
        yield from run(connection, said, (*first, *part))


def insert(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Put rows into a table; raises where a key is there already."""
    for part in chunks(rows, _ROWS):
        _put(connection, table, part, "")


def insert_new(tx: Tx, table: Table, rows: Sequence[Row]) -> set[bytes]:
    """The same where the key, which is the first column, was looked for just before; return the keys of those put in.

    On PostgreSQL another process may have been faster: such rows are left out.
    """
    if tx.dialect == "sqlite":  # the one writer has seen that they are not there
        insert(tx.connection, table, rows)
        return {row[0] for row in rows}
    end = f" ON CONFLICT DO NOTHING RETURNING {table.columns[0].name}"
    return {bytes(key) for part in chunks(rows, _ROWS) for (key,) in _put(tx.connection, table, part, end)}


def _put(connection: Connection, table: Table, rows: Sequence[Row], end: str) -> list[Any]:
    # OR FAIL keeps no copy of each page, as undoing a single statement would need: the whole transaction is undone.
    verb = "INSERT OR FAIL" if connection.dialect.name == "sqlite" else "INSERT"
    said = f"{verb} INTO {_values_of(table, len(rows), mark(connection))}{end}"
    return run(connection, said, tuple(chain.from_iterable(rows)))


@lru_cache
def _values_of(table: Table, rows: int, one: str) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    place = f"({', '.join([one] * len(table.columns))})"
    return f'"{table.name}" ({names}) VALUES {", ".join([place] * rows)}'
