"""Statements of the busiest road, a webhook's, handed to the driver as they are.

Each runs once for many rows or values: building it anew from expressions, or stepping through it row by row, took more
than the database did. A row holds what the columns keep (``columns``), in their order.

SQLite is given many values of one length as a single long one, which the statement cuts up: it works through all of
them without the interpreter, which the other threads have meanwhile, and one text does for any number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from contactable.register.transaction import Tx

T = TypeVar("T")
Row = tuple[Any, ...]

AT_ONCE = 1000  # rows or values in one statement, below what either database takes
MOST = 10_000  # of those that SQLite is given as one
_ROWS = 500  # in one insertion: of few texts, which the driver keeps prepared, and not of any length
_CUT_UP = """
WITH RECURSIVE place(i) AS (SELECT 1 UNION ALL SELECT i + {step} FROM place LIMIT {count}) SELECT {columns} FROM place
"""
_LISTED = "SELECT value FROM json_each(?{place})"
_NUL = "\\u0000"
_A_NUMBER = 0  # in place of a width
_DIGITS = 20  # of a whole number among the packed: what 64 bits may take, with the sign


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
    for part in chunks(values, MOST if one == "?" else AT_ONCE):
        many, given = _listed(part, len(first)) if one == "?" else (", ".join([one] * len(part)), part)
        yield from run(connection, statement.format(many=many, one=one), (*first, *given))


def _listed(values: Sequence[Any], before: int) -> tuple[str, Sequence[Any]]:
    """How SQLite is asked for one of many values, and what it is handed for that behind the ``before`` others."""
    if isinstance(values[0], bytes):
        width = (len(values[0]),)
        return _cut_up(width, before), (len(values), _packed(width, zip(values, strict=True)))
    listed = msgspec.json.encode(values).decode()
    if _NUL in listed:  # there a text would end
        return ", ".join("?" * len(values)), values
    return _LISTED.format(place=before + 1), (listed,)


def insert(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Put rows into a table; raises where a key is there already."""
    one = mark(connection)
    for part in chunks(rows, _ROWS):
        run(connection, f"{_into(table, one)} {_values(table, len(part), one)}", tuple(chain.from_iterable(part)))


def insert_new(tx: Tx, table: Table, own: tuple[str, ...], rows: Sequence[Row], shared: Row) -> set[bytes]:
    """Put rows into a table that differ only in the columns ``own``; in the others they have the values ``shared``.

    What a row has of its own is bytes, of one length in each column, or whole numbers: nothing may be missing. The
    first is the key, which was looked for just before. Return the keys of those put in: on PostgreSQL another process
    may have been faster, and such rows are left out.
    """
    one = mark(tx.connection)
    if one == "?":  # the one writer has seen that they are not there
        for part in chunks(rows, MOST):
            widths = tuple(len(value) if isinstance(value, bytes) else _A_NUMBER for value in part[0])
            said = f"{_into(table, one, own)} {_cut_up(widths, 0, len(shared))}"
            run(tx.connection, said, (len(part), _packed(widths, part), *shared))
        return {row[0] for row in rows}
    entered: set[bytes] = set()
    for few in chunks(rows, _ROWS):
        said = f'{_into(table, one, own)} {_values(table, len(few), one)} ON CONFLICT DO NOTHING RETURNING "{own[0]}"'
        kept = run(tx.connection, said, tuple(chain.from_iterable((*row, *shared) for row in few)))
        entered.update(bytes(key) for (key,) in kept)
    return entered


@lru_cache
def _into(table: Table, one: str, own: tuple[str, ...] = ()) -> str:
    # OR FAIL keeps no copy of each page, as undoing a single statement would need: the whole transaction is undone.
    verb = "INSERT OR FAIL" if one == "?" else "INSERT"
    names = (*own, *(column.name for column in table.columns if column.name not in own))
    listed = '", "'.join(names)
    return f'{verb} INTO "{table.name}" ("{listed}")'


@lru_cache
def _values(table: Table, rows: int, one: str) -> str:
    place = f"({', '.join([one] * len(table.columns))})"
    return f"VALUES {', '.join([place] * rows)}"


@lru_cache
def _cut_up(widths: tuple[int, ...], before: int, shared: int = 0) -> str:
    """The rows of a packed value, and behind each what they share; ``before`` is how many other values come first."""
    ends = list(accumulate(width or _DIGITS for width in widths))
    count, packed, *others = (f"?{before + place}" for place in range(1, 3 + shared))
    pieces = [_piece(packed, end, width) for end, width in zip(ends, widths, strict=True)]
    return _CUT_UP.format(step=ends[-1], count=count, columns=", ".join([*pieces, *others]))


def _piece(packed: str, end: int, width: int) -> str:
    if width == _A_NUMBER:
        return f"CAST(substr({packed}, i + {end - _DIGITS}, {_DIGITS}) AS INTEGER)"
    return f"substr({packed}, i + {end - width}, {width})"


def _packed(widths: Sequence[int], rows: Iterable[Row]) -> bytes:
    shape = b"".join(b"%%0%dd" % _DIGITS if width == _A_NUMBER else b"%b" for width in widths)
    packed = [shape % row for row in rows]
    if len(set(map(len, packed))) != 1:
        raise ValueError("rows of one statement have values of different lengths")
    return b"".join(packed)
