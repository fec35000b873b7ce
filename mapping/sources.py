"""Where one fact comes from: what a source is, and what it says of one contact. How it is written: ``written``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from contactable.mapping.columns import UNKNOWN_TIME, Column
from contactable.mapping.values import NOTHING, Read, day_in, plain, read_date

MEMBERSHIPS = ("list", "form", "outcome")  # what a contact is in, went through, or was answered


class Sourced(NamedTuple):
    """A fact in the contact file's words, and whose it is: ``property:pays``, ``list:…``, ``declaration:…``."""

    value: str
    source: str


class Found(NamedTuple):
    """What one source says of one contact: the ``fact`` called ``name``, read as its column says.

    ``rank`` is the source's place in the order of preference, from 0. ``clear`` is False where it could not be read.
    """

    name: str
    column: Column
    rank: int
    fact: Sourced
    clear: bool = True


@dataclass(frozen=True)
class Source:
    """One source of one column. ``rank`` is its place in the order of preference, from 0.

    ``property_name`` is the property that it reads, ``membership`` the set it looks at (``list:Ne pas appeler``);
    ``at`` the property that holds the date of a ticked box; ``when`` says which values of which other properties a
    contact must have for the source to speak. ``subscription`` is the type of subscription that an opt-out is bound to;
    ``whole_days`` says that of a moment only its day is of use.
    """

    column: Column
    rank: int = 0
    property_name: str = ""
    membership: str = ""
    at: str = ""
    when: tuple[tuple[str, frozenset[str]], ...] = ()
    subscription: str = ""
    whole_days: bool = False
    read: Callable[[str], Read] = field(default=lambda _: NOTHING, compare=False)

    @property
    def label(self) -> str:
        """Whose a fact of this source is, as ``explain`` prints it."""
        return f"property:{self.property_name}" if self.property_name else self.membership or "constant"

    @property
    def name(self) -> str:
        """What the fact is called: its column, with the subscription type to which it is bound."""
        return f"{self.column.name}/{self.subscription}" if self.subscription else self.column.name

    def concerns(self, properties: Mapping[str, str | None]) -> bool:
        """Whether the source speaks of a contact with these properties."""
        for name, values in self.when:  # noqa: SIM110  asked of every contact, where a generator costs twice as much
            if not _is_one_of(properties.get(name) or "", values):
                return False
        return True

    @cached_property
    def look(self) -> Callable[[str, str], Found | None]:
        """Say what a text (of the property, or the day of a membership) means for the column; None for nothing.

        The second text is that of the property which ``at`` names. What was read is remembered, within bounds.
        """
        read = lru_cache(maxsize=16384)(self.read_once)
        return (lambda text, day: read(day_in(text), day)) if self.whole_days else read

    def read_once(self, text: str, day: str = "") -> Found | None:
        """As ``look``, without remembering."""
        value, clear = self.read(text)
        if value == UNKNOWN_TIME and self.at:
            value, clear = self._dated(day, clear)
        if not value and clear:
            return None
        return Found(self.name, self.column, self.rank, Sourced(value, self.label), clear)

    def _dated(self, day: str, clear: bool) -> Read:
        """Give a ticked box the date that stands in a property beside it."""
        found = read_date(day)
        if found.value:
            return found
        # A permission without its date did not happen as far as anybody can tell; an opposition did.
        return Read(UNKNOWN_TIME, clear) if self.column.forbids else Read("", found.clear)


Reader = Callable[[str], tuple[Found, ...]]
"""What the text of one property says, for all the columns that it feeds."""


@lru_cache(maxsize=4096)
def membership(kind: str, name: str) -> str:
    """The key under which a list, a form or an outcome is looked up, however its name is written."""
    return f"{kind}:{plain(name)}"


@lru_cache(maxsize=16384)
def _is_one_of(text: str, values: frozenset[str]) -> bool:
    return plain(text) in values


def remembering(*sources: Source) -> Reader:
    """Read one property for all columns that it feeds, remembering within bounds what its texts mean."""

    @lru_cache(maxsize=16384)
    def read(text: str) -> tuple[Found, ...]:
        return tuple(found for source in sources if (found := source.read_once(text)) is not None)

    # Texts with a time of day are never the same twice, and mostly only the day is asked.
    return (lambda text: read(day_in(text))) if all(source.whole_days for source in sources) else read
