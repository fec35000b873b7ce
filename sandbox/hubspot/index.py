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

_GREATEST = 2**63  # above every id
_Bounds = tuple[int | None, int | None]


class Index:
    """What search sees, in the order of the modified dates. The caller holds the portal's lock."""

    def __init__(self, lag: float = 0.0, seed: int = 0) -> None:
        self.lag = lag  # seconds at most
        self._dice = random.Random(seed)  # noqa: S311 - a lag to repeat, no secret
        self._waiting: list[tuple[int, int, Contact, dict[str, str], int]] = []
        self._order: list[tuple[int, int]] = []
        self._turn = count()
        self._by_id: dict[int, Contact] = {}
        self._ids: list[int] = []
        self._window: tuple[_Bounds, list[int]] | None = None

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
                self._place(contact, modified_at)
            contact.indexed, contact.indexed_at = properties, modified_at

    def _place(self, contact: Contact, modified_at: int) -> None:
        insort(self._order, (modified_at, contact.id))
        if contact.id not in self._by_id:
            self._by_id[contact.id] = contact
            insort(self._ids, contact.id)
        if self._window and _within(modified_at, *self._window[0]):
            self._window = None

    def between(self, low: int | None, high: int | None, after: int) -> Iterator[tuple[Contact, dict[str, str]]]:
        """Living contacts as search knows them, modified from ``low`` to ``high`` (included), with greater ids.

        They come in the order of their ids.
        """
        ids = self._modified(low, high)
        for id in ids[bisect_right(ids, after) :]:
            contact = self._by_id[id]
            # Places of former dates stay behind in the order; the present one decides.
            if contact.indexed is not None and contact.living and _within(contact.indexed_at, low, high):
                yield contact, contact.indexed

    def _modified(self, low: int | None, high: int | None) -> list[int]:
        """Ids that were ever modified then. The last window is kept: pollers ask for the same one page after page."""
        if low is None and high is None:
            return self._ids
        if self._window is None or self._window[0] != (low, high):
            start = 0 if low is None else bisect_left(self._order, (low, -1))
            end = len(self._order) if high is None else bisect_right(self._order, (high, _GREATEST))
            self._window = ((low, high), sorted({id for _, id in self._order[start:end]}))
        return self._window[1]


def _within(moment: int, low: int | None, high: int | None) -> bool:
    return (low is None or low <= moment) and (high is None or moment <= high)
