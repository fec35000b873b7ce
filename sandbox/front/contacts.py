"""The contacts of a small CRM: made, changed, merged and deleted, each at a moment.

Values are what the CRM itself would hold (texts, numbers, lists), by its own names of fields. Several contacts may
share a moment; a reader may learn of a change later than it happens (``lag``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Contact:
    """One contact. Times are seconds since 1970; ``merged_into`` is the id of what is left of a merge."""

    id: str
    values: dict[str, Any]
    created_at: float
    changed_at: float
    deleted_at: float | None = None
    merged_into: str = ""


@dataclass(slots=True)
class Contacts:
    """All contacts by id, the deleted ones too. ``new_id`` makes the id of the n-th contact."""

    clock: Callable[[], float] = time.time
    new_id: Callable[[int], str] = str
    lag: float = 0.0
    by_id: dict[str, Contact] = field(default_factory=dict)

    def add(self, values: Mapping[str, Any], at: float | None = None) -> Contact:
        """Make a contact now, or at another moment."""
        at = self.clock() if at is None else at
        contact = Contact(self.new_id(len(self.by_id) + 1), dict(values), at, at)
        self.by_id[contact.id] = contact
        return contact

    def get(self, id: str) -> Contact | None:
        """A living contact."""
        found = self.by_id.get(id)
        return found if found and found.deleted_at is None else None

    def change(self, id: str, values: Mapping[str, Any]) -> Contact:
        """Write values; None takes one away. Raises ``KeyError`` for a contact that is not there."""
        contact = self.by_id[id]
        contact.values.update(values)
        contact.values = {name: value for name, value in contact.values.items() if value is not None}
        contact.changed_at = self.clock()
        return contact

    def delete(self, id: str) -> None:
        """Delete a contact."""
        self.by_id[id].deleted_at = self.by_id[id].changed_at = self.clock()

    def merge(self, id: str, other: str) -> Contact:
        """Merge ``other`` into ``id``, which keeps its own values and takes those it lacks."""
        left, gone = self.by_id[id], self.by_id[other]
        left.values = {**gone.values, **left.values}
        left.changed_at = gone.changed_at = gone.deleted_at = self.clock()
        gone.merged_into = id
        return left

    def living(self) -> Iterator[Contact]:
        """Every contact that is there, in the order in which they were made."""
        return (each for each in list(self.by_id.values()) if each.deleted_at is None)

    def changed(self, since: float) -> Iterator[Contact]:
        """Those that changed at a moment or later, as far as readers know by now."""
        known = self.clock() - self.lag
        return (
            each for each in self.living() if since <= each.changed_at and (not self.lag or each.changed_at <= known)
        )
