"""Where one fact comes from: what a source is, and what it says of one contact. How it is written: ``written``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple, TypeVar

from contactable.mapping.columns import UNKNOWN_TIME, Column
from contactable.mapping.values import NOTHING, Read, day_in, plain, read_date

MEMBERSHIPS = ("list", "form", "outcome")  # what a contact is in, went through, or was answered


_MOST_REMEMBERED = 16_384
_K = TypeVar("_K")
_T = TypeVar("_T")


class Sourced(NamedTuple):
    """A fact in the contact file's words, and whose it is: ``property:pays``, ``list:…``, ``declaration:…``."""

    value: str
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What one source says of one contact: the ``fact`` called ``name``, read as its column says.

    ``rank`` is the source's place in the order of preference, from 0. ``clear`` is False where it could not be read.
    A source says the same by the same object, so that contacts alike are told by identity.
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

    def told(self, properties: Mapping[str, str | None]) -> tuple[Found, ...]:
        """What it says of a contact with these properties, where it reads a property or states a constant."""
        text = properties.get(self.property_name) or ""
        return self.says(text, properties) if text or not self.property_name else ()

    def says(self, text: str, properties: Mapping[str, str | None]) -> tuple[Found, ...]:
        """What a text (of the property, or the day of a membership) says of a contact with these properties."""
        if self.when and not self.concerns(properties):
            return ()
        return self._with_day(text, properties.get(self.at) or "") if self.at else self.reader[text]

    def concerns(self, properties: Mapping[str, str | None]) -> bool:
        """Whether the source speaks of a contact with these properties."""
        for name, among in self._conditions:  # noqa: SIM110  a generator costs twice as much
            if not among[properties.get(name) or ""]:
                return False
        return True

    def read_once(self, text: str, day: str = "") -> tuple[Found, ...]:
        """What a text says, and that of the property which ``at`` names; nothing is remembered but what was found."""
        value, clear = self.read(text)
        if value == UNKNOWN_TIME and self.at:
            value, clear = self._dated(day, clear)
        return (self._found(value, clear),) if value or not clear else ()

    @cached_property
    def _conditions(self) -> tuple[tuple[str, _OneOf], ...]:
        return tuple((name, _OneOf(values)) for name, values in self.when)

    @cached_property
    def reader(self) -> Reader:
        """What a text says, without looking at another property."""
        return Reader(self)

    @cached_property
    def _with_day(self) -> Callable[[str, str], tuple[Found, ...]]:
        return lru_cache(maxsize=_MOST_REMEMBERED)(self.read_once)

    @cached_property
    def _found(self) -> Callable[[str, bool], Found]:
        @lru_cache(maxsize=_MOST_REMEMBERED)
        def found(value: str, clear: bool) -> Found:
            return Found(self.name, self.column, self.rank, Sourced(value, self.label), clear)

        return found

    def _dated(self, day: str, clear: bool) -> Read:
        """Give a ticked box the date that stands in a property beside it."""
        found = read_date(day)
        if found.value:
            return found
        # A permission without its date did not happen as far as anybody can tell; an opposition did.
        return Read(UNKNOWN_TIME, clear) if self.column.forbids else Read("", found.clear)


@lru_cache(maxsize=4096)
def membership(kind: str, name: str) -> str:
    """The key under which a list, a form or an outcome is looked up, however its name is written."""
    return f"{kind}:{plain(name)}"


class Reader(dict[str, tuple[Found, ...]]):
    """What the texts of one property say, for all the columns that it feeds; remembered within bounds.

    A dict that fills itself answers in half the time of a function with an ``lru_cache``.
    """

    def __init__(self, *sources: Source) -> None:
        super().__init__()
        self._sources = sources
        self._whole_days = all(source.whole_days for source in sources)

    def __missing__(self, text: str) -> tuple[Found, ...]:
        # Texts with a time of day are never the same twice, and mostly only the day is asked.
        if self._whole_days and (day := day_in(text)) is not text:
            return self[day]
        return remembered(self, text, tuple(each for source in self._sources for each in source.read_once(text)))


class _OneOf(dict[str, bool]):
    """Whether a text is one of some values, however it is written; remembered within bounds."""

    def __init__(self, values: frozenset[str]) -> None:
        super().__init__()
        self._values = values

    def __missing__(self, text: str) -> bool:
        return remembered(self, text, plain(text) in self._values)


def remembered(memo: dict[_K, _T], key: _K, value: _T) -> _T:
    """Put a value into a memo, which forgets everything when it is full, and give it."""
    if len(memo) >= _MOST_REMEMBERED:
        memo.clear()
    memo[key] = value
    return value
