"""The rules of a channel as small arrays: every combination of the facts they ask, run once.

Each derived fact becomes an array of its own; the questions asked before a channel's own rules, and these rules, one
each. Values of a fact that make no difference share a place, so the arrays stay small enough for the fastest cache.
NumPy is imported inside the functions: the law itself needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from contactable.rules.case import Case
from contactable.rules.derived import DERIVED
from contactable.rules.exploration import DOMAIN, Frame, explore
from contactable.rules.law import Law
from contactable.rules.questions import the_data_was_kept_long_enough
from contactable.rules.rule import first_answer
from contactable.rules.situation import OVER
from contactable.rules.terms import Reason

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

REASONS: Final = tuple(Reason)
SILENT: Final = len(REASONS)
"""The code of "no rule spoke"; every other code is a place in ``REASONS``."""


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """What each value of a fact adds to the place of an answer: most add ``common``, the ``others`` so much more."""

    of: NDArray[np.uint16]
    common: int
    others: tuple[tuple[int, np.uint16], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """An array of answers, and for each fact on which they hang the steps to them."""

    answers: NDArray[np.uint8]
    steps: Mapping[str, Steps]


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """One channel, one period of the law, one set of readings: how answers are looked up."""

    derived: Mapping[str, Table]
    questions: Table
    own: Table
    timed: frozenset[str]
    """The facts that time alone changes, and those derived from them."""

    @property
    def clocks(self) -> tuple[str, ...]:
        """The facts that time alone changes and on which an answer hangs."""
        asked = {name for table in (self.questions, self.own, *self.derived.values()) for name in table.steps}
        return tuple(name for name in OVER if name in asked)


@lru_cache(maxsize=256)
def compile_law(law: Law, frame: Frame) -> Program:
    """Run every rule that is in force in a frame on every combination of facts that it may meet."""
    rules = law.rules(frame.channel, frame.day)
    split = 1 + max((place for place, each in enumerate(rules) if each is the_data_was_kept_long_enough), default=-1)
    questions = tabulate(lambda case: first_answer(rules[:split], case), frame, _code)
    own = tabulate(lambda case: first_answer(rules[split:], case), frame, _code)
    derived: dict[str, Table] = {}
    wanted = [*questions.steps, *own.steps]
    while wanted:
        name = wanted.pop()
        if name in DERIVED and name not in derived:
            derived[name] = tabulate(DERIVED[name], frame, DOMAIN[name].index)
            wanted += derived[name].steps
    return Program(derived, questions, own, _timed(derived))


def _code(answer: Any) -> int:
    return SILENT if answer is None else REASONS.index(answer.reason)


def _timed(derived: Mapping[str, Table]) -> frozenset[str]:
    timed = set(OVER)
    for _ in derived:  # derived facts may rest on derived ones
        timed |= {name for name, table in derived.items() if timed & table.steps.keys()}
    return frozenset(timed)


def tabulate(says: Callable[[Case], Any], frame: Frame, code: Callable[[Any], int]) -> Table:
    """Run ``says`` on every combination and keep the code of each answer."""
    import numpy as np

    ways = list(explore(says, frame))
    names = list(dict.fromkeys(name for facts, _ in ways for name in facts))
    answers = np.empty([len(DOMAIN[name]) for name in names], np.uint8)
    for facts, said in ways:
        answers[tuple(DOMAIN[name].index(facts[name]) if name in facts else slice(None) for name in names)] = code(said)
    return _without_differences_that_make_none(answers, names)


def _without_differences_that_make_none(answers: NDArray[np.uint8], names: list[str]) -> Table:
    """Give values of a fact that always meet the same answers one place."""
    import numpy as np

    places = {}
    for axis, name in enumerate(names):
        rows = [answers.take(value, axis).tobytes() for value in range(answers.shape[axis])]
        different = list(dict.fromkeys(rows))
        places[name] = np.array([different.index(row) for row in rows])
        answers = answers.take([rows.index(row) for row in different], axis)
    strides = np.cumprod([1, *reversed(answers.shape)])[-2::-1] if names else ()
    steps = {
        name: _steps((places[name] * stride).astype(np.uint16))
        for name, stride, width in zip(names, strides, answers.shape, strict=True)
        if width > 1
    }
    return _one_of_a_kind(Table(np.ascontiguousarray(answers.reshape(-1)), steps))


_WRAP: Final = 1 << 16  # places wrap around, so that a step back is a step forward
_tables: dict[Any, Table] = {}


def _one_of_a_kind(table: Table) -> Table:
    """The table itself, or an equal one made before: what two channels share is looked up once."""
    key = table.answers.tobytes(), tuple((name, steps.of.tobytes()) for name, steps in table.steps.items())
    return _tables.setdefault(key, table)


def _steps(of: NDArray[np.uint16]) -> Steps:
    added = of.tolist()
    common = max(added, key=added.count)
    others = tuple(
        (value, of.dtype.type((step - common) % _WRAP)) for value, step in enumerate(added) if step != common
    )
    return Steps(of, common, others)
