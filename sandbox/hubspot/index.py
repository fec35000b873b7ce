"""The search index: it knows of a change a little later than the record itself, and never of archived contacts.

The lag differs from change to change, so a later one may be found first: that is what breaks a cursor that trusts the
greatest date it has seen (airbyte#69203).
"""

from __future__ import annotations

import heapq
import random
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from itertools import count

from contactable.sandbox.hubspot.contacts import Contact


class Index:
    """What search sees, in the order of the modified dates. The caller holds the portal's lock."""

    def __init__(self, lag: float = 0.0, seed: int = 0) -> None:
        self.lag = lag  # seconds at most
        self._dice = random.Random(seed)  # noqa: S311 - a lag to repeat, no secret
        self._waiting: list[tuple[int, int, Contact, dict[str, str], int]] = []
        self._order: list[tuple[int, int]] = []
        self._turn = count()
        self._by_id: dict[int, Contact] = {}

    def add(self, contact: Contact, at: int) -> None:
        """Take note of a contact as it is now; it is found from a moment after ``at`` (milliseconds)."""
        seen_from = at + int(self._dice.uniform(0, self.lag) * 1000) if self.lag else at
        heapq.heappush(self._waiting, (seen_from, next(self._turn), contact, contact.properties, contact.modified_at))

    def catch_up(self, now: int) -> None:
        """Make everything findable whose time has come."""
        while self._waiting and self._waiting[0][0] <= now:
            _, _, contact, properties, modified_at = heapq.heappop(self._waiting)
            if modified_at < contact.indexed_at:
                continue  # a later change was faster
            # An opt-out leaves the date alone: the contact keeps its place and only what is known of it changes.
            if contact.indexed is None or contact.indexed_at != modified_at:
                insort(self._order, (modified_at, contact.id))
            contact.indexed, contact.indexed_at = properties, modified_at
            self._by_id[contact.id] = contact

    def between(self, low: int | None, high: int | None) -> Iterator[tuple[Contact, dict[str, str]]]:
        """Living contacts as search knows them, modified from ``low`` to ``high``, both included."""
        start = 0 if low is None else bisect_left(self._order, (low, -1))
        end = len(self._order) if high is None else bisect_right(self._order, (high, 2**63))
        # Places of former dates stay behind in the order; a contact is given at its present one alone.
        for modified_at, id in self._order[start:end]:
            contact = self._by_id[id]
            if contact.indexed_at == modified_at and contact.indexed is not None and contact.living:
                yield contact, contact.indexed
