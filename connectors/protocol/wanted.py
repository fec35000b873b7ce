"""What the kit wants in a CRM: properties of contacts, and lists by conditions on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class Property(Protocol):
    """A property that the kit wants on the CRM's contacts; ``for_people`` is one that people, not we, write."""

    @property
    def name(self) -> str:
        """The name inside the CRM."""
        ...

    @property
    def label(self) -> str:
        """What people read."""
        ...

    @property
    def description(self) -> str:
        """What it is, for people."""
        ...

    @property
    def shape(self) -> str:
        """A ``Shape``."""
        ...

    @property
    def options(self) -> Sequence[Any]:
        """Its choices, each with ``value`` and ``label``."""
        ...

    @property
    def for_people(self) -> bool:
        """Whether people write it, not we."""
        ...


class Condition(Protocol):
    """One thing asked of one property of a contact; see ``mapping.segments.Test`` for what may be asked."""

    @property
    def property_name(self) -> str:
        """The name inside the CRM."""
        ...

    @property
    def test(self) -> str:
        """any_of, none_of, known, unknown, contains, lacks, after_day, before_day, after_now, before_now."""
        ...

    @property
    def values(self) -> Sequence[str]:
        """What is compared with, for choices and texts."""
        ...

    @property
    def days(self) -> int:
        """For dates: how many days after today, of Europe/Paris."""
        ...

    @property
    def hours(self) -> int:
        """For moments: how many hours after now."""
        ...


class Segment(Protocol):
    """A list that the CRM keeps by itself: who meets all conditions of any of the groups."""

    @property
    def name(self) -> str:
        """What people read."""
        ...

    @property
    def any_of(self) -> Sequence[Sequence[Any]]:
        """Groups of ``Condition``."""
        ...
