"""What a legal source is: a text, the days between which it is in force, what it says, where it is read.

``ends`` is the last day. ``checked_on`` is when a person last read the text or asked whether it still holds.
``confidence``: ``read`` (in the text, or in two sources that agree), ``single`` (one source), ``known`` (carried, not
read again).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

CHECKED_ON: Final = date(2026, 11, 23)
CODES: Final = "https://www.legifrance.gouv.fr/codes/"


@dataclass(frozen=True, slots=True)
class Source:
    """One text. ``begins`` None: before everything that can be asked; ``ends`` None: no end is known."""

    id: str
    title: str
    says: str
    address: str
    begins: date | None = None
    ends: date | None = None
    confidence: str = "read"
    checked_on: date = CHECKED_ON

    def in_force(self, day: date) -> bool:
        """Whether the text is in force on a day."""
        return (self.begins is None or self.begins <= day) and (self.ends is None or day <= self.ends)


def days_of_change(sources: Iterable[Source]) -> tuple[int, ...]:
    """The days (ordinals) on which some source begins to be in force or has ended, in order."""
    known = set(sources)
    begins = {source.begins for source in known if source.begins}
    ended = {source.ends + timedelta(days=1) for source in known if source.ends}
    return tuple(sorted(day.toordinal() for day in begins | ended))
