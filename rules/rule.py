"""What a rule is: a sentence for a name, its legal sources, whom it is about, and what it says of one case.

A rule is in force while all its sources are. A channel is an ordered tuple of rules; the first that speaks decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from contactable.rules.case import Case
from contactable.rules.source import Source
from contactable.rules.terms import Reason


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rule says: why the channel is open or closed, and on which sources that stands."""

    reason: Reason
    sources: tuple[Source, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the channel is open."""
        return self.reason.opens


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of one channel. ``speaks`` answers, or returns None where the rule has nothing to say."""

    name: str
    says: str
    sources: tuple[Source, ...]
    towards: Callable[[Case], bool]
    speaks: Callable[[Case], Answer | None]

    def in_force(self, day: date) -> bool:
        """Whether all its sources are in force on a day."""
        return all(source.in_force(day) for source in self.sources)

    def answer(self, case: Case) -> Answer | None:
        """What the rule says of a case, with its sources; None where it is silent."""
        said = self.speaks(case) if self.towards(case) else None
        return said if said is None or said.sources else Answer(said.reason, self.sources)


def everybody(case: Case) -> bool:
    """Consumers and professionals alike."""
    return True


def professionals(case: Case) -> bool:
    """Professionals whose profession the offer is connected with."""
    return case.professional


def consumers(case: Case) -> bool:
    """Everybody else: consumers, those of whom nothing is known, professionals who are offered something else."""
    return not case.professional


def rule(
    *sources: Source, towards: Callable[[Case], bool] = everybody
) -> Callable[[Callable[[Case], Answer | None]], Rule]:
    """Make a rule of a function. A rule without a source or without a sentence is none: ``ValueError``."""

    def register(speaks: Callable[[Case], Answer | None]) -> Rule:
        if not sources or not speaks.__doc__:
            raise ValueError(f"{speaks.__name__} needs a legal source and a docstring.")
        return Rule(speaks.__name__, " ".join(speaks.__doc__.split()), sources, towards, speaks)

    return register


def opened(reason: Reason, *, when: bool) -> Answer | None:
    """Open the channel for that reason where ``when`` holds; otherwise say nothing."""
    return Answer(reason) if when else None


def closed(reason: Reason, *, when: bool = True, because: tuple[Source, ...] = ()) -> Answer | None:
    """Close the channel for that reason where ``when`` holds; ``because`` replaces the rule's own sources."""
    return Answer(reason, because) if when else None


def first_answer(rules: Iterable[Rule], case: Case) -> Answer | None:
    """What the first rule that speaks says; None when all are silent."""
    return next((answer for each in rules if (answer := each.answer(case)) is not None), None)
