"""Sealing: the entries since the last seal get a leaf each, their root is signed and written outside the database.

A leaf is a salted commitment: whoever sees a leaf or a root learns nothing of the entry. The note that somebody wrote
beside an entry is no part of it, since an erasure empties it. An entry that is let go of keeps its leaf and loses its
salt (``salts``), so the others stay provable.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import func, select

from contactable.errors import RegisterError
from contactable.register.merkle import leaf_of, root_of
from contactable.register.roots import SealKey, write_line
from contactable.register.schema_seals import leaves, seals
from contactable.register.store import Register
from contactable.register.transaction import Tx

AT_ONCE: Final = 1_000  # entries in one seal: a transaction of some 10 ms, more where senders want the processor too
LATE: Final = 86_400_000  # milliseconds: a transaction of another process may commit later than its ids say

# What is committed to, in this order; as bytes and numbers lie in the columns, so that nothing is lost in between.
COMMITTED: Final = (
    "id kind subject_id channel scope_kind scope_id origin proof_level occurred_at whole_day time_quality recorded_at "
    "event_key reason confidence batch ends evidence details"
).split()
COLUMNS: Final = ", ".join(f"e.{name}" for name in COMMITTED)
_DAY: Final = COMMITTED.index("whole_day")
_encode: Final = msgspec.json.Encoder().encode


def seal(
    register: Register,
    key: SealKey,
    roots: Path,
    tell: Callable[[int], None] = lambda _: None,
    rest: Callable[[float], bool] = lambda _: False,
) -> int:
    """Seal every entry that is not sealed yet, and publish what the file of roots has not; return how many entries.

    ``rest`` is told how many seconds a seal took after which more are to come: it may wait, so that senders need not,
    and says whether to end here. Raises ``RegisterError`` where the file cannot be written: what was sealed is
    published next time.
    """
    total, begun = 0, time.monotonic()
    while count := register.write(lambda tx: _seal_some(tx, key)):
        total += count
        tell(total)
        if count == AT_ONCE and rest(time.monotonic() - begun):
            break
        begun = time.monotonic()
    publish(register, roots)
    return total


def publish(register: Register, roots: Path) -> None:
    """Append the lines that the file has not; they are on disk before this returns.

    Raises ``RegisterError`` where the file cannot be written, or holds what this register never sealed.
    """
    with register.read() as tx:
        lines = list(tx.connection.execute(select(seals.c.line).order_by(seals.c.number)).scalars())
    try:
        with roots.open("a+", encoding="utf-8") as file:
            file.seek(0)
            published = file.read().splitlines()
            if lines[: len(published)] != published:
                raise RegisterError(
                    f"{roots} holds seals that this register has not: was it restored from a backup? "
                    "Move the file to a safe place; a new one begins."
                )
            file.writelines(f"{line}\n" for line in lines[len(published) :])
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise RegisterError(f"The file of roots {roots} cannot be written: {error.strerror}.") from None


def content_of(row: Sequence[Any]) -> bytes:
    """What a leaf commits to: the columns of an entry as a JSON array, bytes in base64."""
    if type(row[_DAY]) is bool:  # PostgreSQL has truth values, SQLite has numbers
        row = (*row[:_DAY], int(row[_DAY]), *row[_DAY + 1 :])
    return _encode(row)


def leaf_for(position: int, salt: bytes, content: bytes) -> bytes:
    """The leaf of an entry at its position; without the salt nobody can try what it might stand for."""
    return leaf_of(salt + position.to_bytes(8) + content)


def last_seal(tx: Tx) -> Any:
    """The row of the newest seal, or None."""
    return tx.connection.execute(select(seals).order_by(seals.c.number.desc()).limit(1)).first()


def count_unsealed(tx: Tx) -> int:
    """How many entries wait for the next seal."""
    waiting = f"SELECT count(*) FROM entries e LEFT JOIN leaves l ON l.entry_id = e.id {_WAITING}"  # noqa: S608
    return int(execute_raw(tx, waiting, _since(tx)).fetchone()[0])


_WAITING: Final = "WHERE l.entry_id IS NULL AND e.id > ?"
_UNSEALED: Final = (
    f"SELECT {COLUMNS} FROM entries e LEFT JOIN leaves l ON l.entry_id = e.id "  # noqa: S608
    f"{_WAITING} ORDER BY e.id LIMIT {AT_ONCE}"
)


def _seal_some(tx: Tx, key: SealKey) -> int:
    rows = execute_raw(tx, _UNSEALED, _since(tx)).fetchall()
    if not rows:
        return 0
    before = last_seal(tx)
    number, first = (before.number + 1, before.first + before.count) if before else (1, 0)
    made = [_leaf(key, first + place, row) for place, row in enumerate(rows)]
    tx.connection.execute(leaves.insert(), made)
    line = write_line(
        key,
        number=number,
        first=first,
        count=len(made),
        root=root_of([each["leaf"] for each in made]),
        previous=before.line if before else None,
        at=tx.now,
    )
    # A second process that seals at the same time meets this number, and its transaction is undone.
    tx.connection.execute(seals.insert().values(number=number, first=first, count=len(made), line=line))
    return len(made)


def _leaf(key: SealKey, position: int, row: Sequence[Any]) -> dict[str, Any]:
    salt = os.urandom(16)
    leaf = leaf_for(position, salt, content_of(row))
    entry_id = bytes(row[0]).hex()
    return {"position": position, "entry_id": entry_id, "leaf": leaf, "salt": salt, "tag": key.tag(position, leaf)}


def _since(tx: Tx) -> bytes:
    """From which id on entries may be unsealed: ids are in order of arrival, but for what was committed late."""
    last = tx.connection.execute(select(func.max(leaves.c.position))).scalar()
    if last is None:
        return bytes(16)
    newest = tx.connection.execute(select(leaves.c.entry_id).where(leaves.c.position == last)).scalar_one()
    milliseconds = max((int(newest, 16) >> 80) - LATE, 0)
    return (milliseconds << 80).to_bytes(16)


def execute_raw(tx: Tx, statement: str, *values: Any) -> Any:
    """Run SQL on the driver's own cursor: its rows are tuples, as they lie in the columns; ``?`` stands for a value."""
    if tx.dialect == "postgresql":
        statement = statement.replace("?", "%s")
    driver: Any = tx.connection.connection.driver_connection
    return driver.execute(statement, values)
