"""The proof that one entry was sealed: its content and salt, the way to the root, and the signed line.

It shows one entry and tells nothing of the others. ``docs/verify_proof.py`` checks it with nothing but Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from contactable.register.merkle import Path, path_of
from contactable.register.schema_seals import leaves, seals
from contactable.register.sealing import COLUMNS, content_of, execute_raw
from contactable.register.transaction import Tx


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """One entry as it was sealed. ``content`` is the text that was committed to; ``COMMITTED`` names its parts."""

    content: str
    salt: str
    position: int
    path: Path
    line: str

    def as_json(self) -> dict[str, object]:
        """What a third party needs, in hexadecimal."""
        steps = [[side, beside.hex()] for side, beside in self.path]
        return {
            "content": self.content,
            "salt": self.salt,
            "position": self.position,
            "path": steps,
            "line": self.line,
        }


_ENTRY: Final = f"SELECT {COLUMNS} FROM entries e WHERE e.id = ?"  # noqa: S608


def prove(tx: Tx, entry_id: str) -> SealedEntry | None:
    """Prove an entry; None when it is not sealed yet, or let go of."""
    own = tx.connection.execute(select(leaves).where(leaves.c.entry_id == entry_id)).first()
    row = execute_raw(tx, _ENTRY, bytes.fromhex(entry_id)).fetchone()
    if own is None or own.salt is None or row is None:
        return None
    around = seals.c.first <= own.position
    seal = tx.connection.execute(select(seals).where(around).order_by(seals.c.number.desc()).limit(1)).one()
    within = leaves.c.position.between(seal.first, seal.first + seal.count - 1)
    column = tx.connection.execute(select(leaves.c.leaf).where(within).order_by(leaves.c.position)).scalars()
    path = path_of([bytes(leaf) for leaf in column], own.position - seal.first)
    return SealedEntry(content_of(row).decode(), bytes(own.salt).hex(), own.position, path, seal.line)
