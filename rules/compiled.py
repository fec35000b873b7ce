"""The rules of a channel as small arrays: every combination of the facts they ask, run once.

Each derived fact becomes an array of its own; so does each question asked before a channel's own rules, and these rules
together (``lookup``). NumPy is imported inside the functions: the law itself needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Final

from contactable.rules.case import Case
from contactable.rules.derived import DERIVED
from contactable.rules.exploration import DOMAIN, Frame, explore
from contactable.rules.law import Law
from contactable.rules.lookup import Table, as_table
from contactable.rules.questions import parts_of
from contactable.rules.rule import Answer, first_answer
from contactable.rules.situation import OF_A_CHANNEL, OVER
from contactable.rules.terms import Reason

_FIRST_ASKED_LAST: Final = (
    Reason.RETENTION_ENDED,
    Reason.LAST_CONTACT_UNKNOWN,
    Reason.SECTOR_BAN,
    Reason.NO_ADDRESS,
    Reason.PLACE_UNKNOWN,
    Reason.OUTSIDE_SCOPE,
    Reason.OPPOSITION,
)
REASONS: Final = (*(reason for reason in Reason if reason not in _FIRST_ASKED_LAST), *_FIRST_ASKED_LAST)
"""The reasons by code: those that open, those of a channel's own rules, those asked before, the first question last.

So the highest code is the answer of the first question that speaks, and the channel's own where none does."""
SILENT: Final = 0
"""The code of a question that does not speak: as low as any reason of a channel's own rules, which always speak."""


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """One channel, one period of the law, one set of readings: the highest code that a part gives is the reason's."""

    parts: tuple[Table, ...]
    derived: Mapping[str, Table]
    timed: frozenset[str]
    """The facts that time alone changes, and those derived from them."""
    personal: frozenset[str]
    """The facts that differ from channel to channel, and those derived from them."""
    beneath: Mapping[Table, frozenset[Table]]
    """For each table those of the derived facts that it rests on: who shares these too shares its answers."""

    @property
    def clocks(self) -> tuple[str, ...]:
        """The facts that time alone changes and on which an answer hangs."""
        asked = {name for each in (*self.parts, *self.derived.values()) for name in each.places}
        return tuple(name for name in OVER if name in asked)


@lru_cache(maxsize=256)
def compile_law(law: Law, frame: Frame) -> Program:
    """Run every rule that is in force in a frame on every combination of facts that it may meet."""
    parts = [tabulate(partial(first_answer, rules), frame, _code) for rules in parts_of(law.rules(*frame[:2]))]
    derived: dict[str, Table] = {}
    wanted = [name for part in parts for name in part.places]
    while wanted:
        name = wanted.pop()
        if name in DERIVED and name not in derived:
            derived[name] = tabulate(DERIVED[name], frame, DOMAIN[name].index)
            wanted += derived[name].places
    beneath = {table: frozenset(_beneath(table, derived)) for table in (*parts, *derived.values())}
    return Program(tuple(parts), derived, _resting_on(OVER, derived), _resting_on(OF_A_CHANNEL, derived), beneath)


def _code(answer: Answer | None) -> int:
    return SILENT if answer is None else REASONS.index(answer.reason)


def _resting_on(facts: Iterable[str], derived: Mapping[str, Table]) -> frozenset[str]:
    """These facts and all that are derived from them."""
    found = set(facts)
    for _ in derived:  # derived facts may rest on derived ones
        found |= {name for name, each in derived.items() if found & each.places.keys()}
    return frozenset(found)


def _beneath(table: Table, derived: Mapping[str, Table]) -> Iterator[Table]:
    for name in table.places.keys() & derived.keys():
        yield derived[name]
        yield from _beneath(derived[name], derived)


def tabulate(says: Callable[[Case], Any], frame: Frame, code: Callable[[Any], int]) -> Table:
    """Run ``says`` on every combination and keep the code of each answer."""
    import numpy as np

    ways = list(explore(says, frame))
    names = list(dict.fromkeys(name for facts, _ in ways for name in facts))
    answers = np.empty([len(DOMAIN[name]) for name in names], np.uint8)
    for facts, said in ways:
        answers[tuple(DOMAIN[name].index(facts[name]) if name in facts else slice(None) for name in names)] = code(said)
    return as_table(answers, names)
