"""What opens a channel: the least that must hold of a contact, worked out from the rules and from nothing else.

Every combination of facts is run once (``exploration``). Each one that opens is then widened, fact by fact, as long as
the rules still open, until only what matters is left: "in France, reachable, in contact, told, a professional, …".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from itertools import product
from typing import Any

from contactable.rules.case import Case
from contactable.rules.derived import DERIVED
from contactable.rules.exploration import DOMAIN, Frame, explore
from contactable.rules.law import Law
from contactable.rules.questions import parts_of
from contactable.rules.rule import Rule, first_answer
from contactable.rules.terms import Purpose, Sector

Needs = Mapping[str, frozenset[Any]]
"""Facts, and the values that will do for each."""


@lru_cache(maxsize=512)
def openings(law: Law, frame: Frame, purpose: Purpose, sector: Sector | None) -> tuple[Needs, ...]:
    """All that opens a channel to an offer; no way to open it is left out, and none needs more than it must."""
    offer = {"purpose": frozenset({purpose}), "sector": frozenset({sector})}
    *questions, own = parts_of(law.rules(frame.channel, frame.day))
    silent = (_least(_is_silent(rules), frame, offer) for rules in questions)
    return tuple(_together([*silent, _least(_opens(own), frame, offer)]))


def _is_silent(rules: tuple[Rule, ...]) -> Callable[[Case], bool]:
    return lambda case: first_answer(rules, case) is None


def _opens(rules: tuple[Rule, ...]) -> Callable[[Case], bool]:
    def opens(case: Case) -> bool:
        answer = first_answer(rules, case)
        return answer is not None and answer.allowed

    return opens


def _least(holds: Callable[[Case], bool], frame: Frame, only: Needs) -> list[Needs]:
    """The least under which something holds, in facts that are not derived; ``only`` facts have no other values."""
    found: list[Needs] = []
    for facts, held in explore(holds, frame, only=only):
        # Most combinations that open lie within an opening found before; widening one costs a hundred runs.
        if held and not any(_covers(needs, facts) for needs in found):
            found.append(_widened(facts, holds, frame, only))
    return [plain for needs in found for plain in _taken_apart(needs, frame)]


def _covers(needs: Needs, facts: Mapping[str, Any]) -> bool:
    return all(name in facts and facts[name] in values for name, values in needs.items())


def _widened(facts: Mapping[str, Any], holds: Callable[[Case], bool], frame: Frame, only: Needs) -> Needs:
    """A combination under which something holds, with every value that may be another as well."""
    needs = {name: frozenset({value}) for name, value in facts.items()}

    def still_holds(name: str, values: Collection[Any]) -> bool:
        return all(held for _, held in explore(holds, frame, only={**only, **needs, name: values}))

    for name in facts:
        possible = only.get(name, DOMAIN[name])
        if still_holds(name, possible):
            del needs[name]
        else:
            needs[name] |= {value for value in possible if value not in needs[name] and still_holds(name, (value,))}
    return needs


def _taken_apart(needs: Needs, frame: Frame) -> Iterable[Needs]:
    """The same with derived facts replaced by what they need in turn."""
    plain = {name: values for name, values in needs.items() if name not in DERIVED}
    derived = [_derived(name, values, frame) for name, values in needs.items() if name in DERIVED]
    return _together([[plain], *derived])


@lru_cache(maxsize=512)
def _derived(name: str, values: frozenset[Any], frame: Frame) -> list[Needs]:
    return _least(lambda case: DERIVED[name](case) in values, frame, {})


def _together(alternatives: Iterable[Iterable[Needs]]) -> list[Needs]:
    """Every choice of one from each list, needing all that its parts need; impossible choices left out."""
    met = [_both(choice) for choice in product(*alternatives)]
    return _without_more_than_others([needs for needs in met if all(needs.values())])


def _both(choice: Iterable[Needs]) -> Needs:
    needs: dict[str, frozenset[Any]] = {}
    for part in choice:
        for name, values in part.items():
            needs[name] = needs.get(name, values) & values
    return needs


def _without_more_than_others(alternatives: list[Needs]) -> list[Needs]:
    """Leave out what needs all that another needs, and more."""
    kept: list[Needs] = []
    for needs in sorted(alternatives, key=len):
        if not any(
            all(needs.get(name, frozenset()) <= values and name in needs for name, values in less.items())
            for less in kept
        ):
            kept.append(needs)
    return kept
