"""Verifying: everything that was sealed is computed anew, and what was changed, removed or reordered is named.

A changed entry no longer fits its leaf. A leaf that was changed with it no longer fits its tag, which needs the key,
nor the signed root. Seals themselves are held against the lines that were published.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import func, select

from contactable.errors import Malformed, NotAuthentic
from contactable.register.merkle import root_of
from contactable.register.roots import Root, SealKey, digest_of, read_line
from contactable.register.schema import entries
from contactable.register.schema_seals import leaves, seals
from contactable.register.sealing import COLUMNS, content_of, count_unsealed, execute_raw, leaf_for
from contactable.register.store import Register
from contactable.register.transaction import Tx

CHANGED: Final = "entry changed"
REMOVED: Final = "entry removed"
ADDED: Final = "entry added behind the seals"
MOVED: Final = "leaf changed or moved"
LOST: Final = "leaf removed"
FORGED: Final = "seal not signed by the key"
BROKEN: Final = "seal out of the chain"
OTHERWISE: Final = "seal differs from the published one"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where: in which seal (0: in none), and with which entry, by its id or its position."""

    what: str
    seal: int
    entry: str = ""


@dataclass(slots=True)
class Verified:
    """How much was looked at, and what is wrong with it. Of ``purged`` entries the leaf alone was kept."""

    seals: int = 0
    entries: int = 0
    purged: int = 0
    unsealed: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was changed, removed or reordered since it was sealed."""
        return not self.problems


def verify(
    register: Register, key: SealKey, published: Sequence[str] = (), tell: Callable[[int], None] = lambda _: None
) -> Verified:
    """Compute every seal anew; ``published`` are the lines of a copy of the roots that is kept elsewhere."""
    done, purges = Verified(), Counter[str]()
    with register.read() as tx:
        rows = tx.connection.execute(select(seals).order_by(seals.c.number)).all()
        for before, row in zip([None, *rows], rows, strict=False):
            done.problems += _of_seal(tx, key, row, before, done, purges)
            done.seals += 1
            tell(done.entries)
        done.problems += _of_purges(tx, purges)
        done.unsealed = count_unsealed(tx)
        done.problems += _added(tx, done)
        done.problems += _otherwise([row.line for row in rows], published)
    return done


_SEALED: Final = (
    f"SELECT l.position, l.leaf, l.tag, l.salt, l.purge, l.entry_id, {COLUMNS} "  # noqa: S608
    "FROM leaves l LEFT JOIN entries e ON e.id = l.entry_id WHERE l.position >= ? AND l.position < ? "
    "ORDER BY l.position"
)


def _of_seal(tx: Tx, key: SealKey, row: Any, before: Any, done: Verified, purges: Counter[str]) -> Iterator[Problem]:
    try:
        root = read_line(row.line, key.public)
    except (NotAuthentic, Malformed):
        yield Problem(FORGED, row.number)
        return
    end = before.first + before.count if before else 0
    expected = (before.number + 1 if before else 1, end, digest_of(before.line if before else None))
    if (root.number, root.first, root.previous) != expected or (row.first, row.count) != (root.first, root.count):
        yield Problem(BROKEN, row.number)
    found = execute_raw(tx, _SEALED, root.first, root.end).fetchall()
    done.entries += len(found)
    gone = [each for each in found if each[6] is None]
    purges.update(each[4] for each in gone if each[4])
    done.purged += len(gone)
    unanswered = any(each[4] is None for each in gone)
    if unanswered or root_of([_leaf_now(each) for each in found]).hex() != root.root:
        yield from _named(key, root, found)


def _leaf_now(row: Any) -> bytes:
    """The leaf as it follows from the entry; of an entry that is gone, the one that was kept."""
    if row[6] is None or row[3] is None:
        return bytes(row[1])
    return leaf_for(row[0], row[3], content_of(row[6:]))


def _named(key: SealKey, root: Root, found: Sequence[Any]) -> Iterator[Problem]:
    """Say which entries of a seal are not as they were sealed."""
    there = {row[0] for row in found}
    yield from (Problem(LOST, root.number, str(place)) for place in range(root.first, root.end) if place not in there)
    for row in found:
        if key.tag(row[0], row[1]) != bytes(row[2]):
            yield Problem(MOVED, root.number, bytes(row[5]).hex())
        elif row[6] is None and row[4] is None:
            yield Problem(REMOVED, root.number, bytes(row[5]).hex())
        elif row[6] is not None and (row[3] is None or _leaf_now(row) != bytes(row[1])):
            yield Problem(CHANGED, root.number, bytes(row[5]).hex())


def _of_purges(tx: Tx, purges: Counter[str]) -> Iterator[Problem]:
    """A deletion counts as one only where an entry answers for just so many leaves."""
    answered = select(entries.c.batch, entries.c.details).where(entries.c.kind == "purged", entries.c.batch != "")
    allowed = {row.batch: row.details.get("leaves") for row in tx.connection.execute(answered)}
    for purge, count in purges.items():
        if allowed.get(purge) != count:
            behind = select(leaves.c.entry_id).where(leaves.c.purge == purge)
            yield from (Problem(REMOVED, 0, id) for id in tx.connection.execute(behind).scalars())


def _added(tx: Tx, done: Verified) -> Iterator[Problem]:
    """Entries whose ids are older than the last seal, and which no seal holds."""
    total = tx.connection.execute(select(func.count()).select_from(entries)).scalar_one()
    if total == done.entries - done.purged + done.unsealed:
        return
    newest = tx.connection.execute(select(func.max(leaves.c.position))).scalar()
    last = select(leaves.c.entry_id).where(leaves.c.position == newest).scalar_subquery()
    without = select(entries.c.id).outerjoin(leaves, leaves.c.entry_id == entries.c.id)
    for id in tx.connection.execute(without.where(leaves.c.entry_id.is_(None), entries.c.id <= last)).scalars():
        yield Problem(ADDED, 0, id)


def _otherwise(lines: Sequence[str], published: Sequence[str]) -> Iterator[Problem]:
    """Seals that were published and are not the register's."""
    for number, line in enumerate(published, 1):
        if number > len(lines) or lines[number - 1] != line:
            yield Problem(OTHERWISE, number)
