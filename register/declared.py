"""Declarations of the company, entered when they change: who states what since when, and what was taken back.

Each version is kept, with the entry by which it came; the name of who signed is sealed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from contactable.register.entering import NewEntry
from contactable.register.ledger import record
from contactable.register.schema import declarations as table
from contactable.register.transaction import Tx

_SIGNED = "declarations.signed_by"
_WITHDRAWN = {"withdrawn": True}


@dataclass(frozen=True, slots=True)
class Kept:
    """The latest version of one declaration. ``content`` is what it says; a withdrawn one says nothing."""

    name: str
    version: int
    content: Mapping[str, Any]
    signed_by: str
    recorded_at: datetime

    @property
    def is_withdrawn(self) -> bool:
        """Whether it was taken back."""
        return bool(self.content.get("withdrawn"))


Declared = Mapping[str, Mapping[str, Any]]
"""All that is declared, by name; ``by`` is the name of who signed."""


def keep(tx: Tx, now: Declared) -> list[str]:
    """Enter what changed since the last time, what was taken out included; return the names."""
    changed = differ(tx, now)
    before = latest(tx)
    for name in changed:
        content, signed_by = _split(now[name]) if name in now else (_WITHDRAWN, "")
        _enter(tx, name, content, signed_by, before.get(name))
    return changed


def differ(tx: Tx, now: Declared) -> list[str]:
    """Name what is declared otherwise than the register has it, and what is declared no more."""
    before = latest(tx)
    new = [
        name
        for name, said in now.items()
        if name not in before or (before[name].content, before[name].signed_by) != _split(said)
    ]
    return new + [name for name, old in before.items() if name not in now and not old.is_withdrawn]


def latest(tx: Tx) -> dict[str, Kept]:
    """The latest version of each declaration that there ever was, by name."""
    return {each.name: each for each in _all(tx)}


def _split(said: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    return {key: value for key, value in said.items() if key != "by"}, str(said.get("by", ""))


def _all(tx: Tx) -> Iterator[Kept]:
    for row in tx.connection.execute(select(table).order_by(table.c.name, table.c.version)):
        signed_by = tx.keyring.unseal(_SIGNED, bytes(row.signed_by)).decode()
        yield Kept(row.name, row.version, row.content, signed_by, row.recorded_at)


def _enter(tx: Tx, name: str, content: Mapping[str, Any], signed_by: str, old: Kept | None) -> None:
    version = 1 if old is None else old.version + 1
    details = {"what": "withdrawn" if content == _WITHDRAWN else "declared", "name": name, "version": version}
    (entry,) = record(tx, [NewEntry(kind="declaration", origin="operator", details=details)])
    if entry is not None:
        values = {"name": name, "version": version, "content": content, "entry_id": entry.id, "recorded_at": tx.now}
        sealed = tx.keyring.seal(_SIGNED, signed_by.encode())
        tx.connection.execute(table.insert().values(**values, signed_by=sealed))
