"""What is invented: people, the properties that their company made, lists, forms, submissions and opt-outs.

It knows nothing of HubSpot's HTTP; a portal is filled from it, or a records file written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Person:
    """One contact: its properties, and when it was created and last changed (milliseconds)."""

    properties: dict[str, str]
    created_at: int
    modified_at: int


@dataclass(frozen=True, slots=True)
class FormText:
    """One form: the text on top, and the text beside the box of each subscription type."""

    id: str
    name: str
    created_at: int
    processing: str = ""
    communications: Mapping[int, str] = field(default_factory=dict)

    @property
    def texts(self) -> tuple[str, ...]:
        """All texts of consent that stand in it."""
        return tuple(filter(None, (self.processing, *self.communications.values())))


@dataclass(frozen=True, slots=True)
class Sent:
    """What one person sent through a form: ``person`` is the place in ``people``, ``at`` milliseconds."""

    person: int
    form: str
    at: int
    values: Mapping[str, str]
    page: str = ""


@dataclass(frozen=True, slots=True)
class Population:
    """Everybody. Lists hold places in ``people``; ``opt_outs`` are place, subscription type (None: all), time."""

    people: Sequence[Person]
    properties: Sequence[Mapping[str, Any]] = ()
    lists: Mapping[str, Sequence[int]] = field(default_factory=dict)
    forms: Sequence[FormText] = ()
    submissions: Sequence[Sent] = ()
    opt_outs: Sequence[tuple[int, int | None, int]] = ()
