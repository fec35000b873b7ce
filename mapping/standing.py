"""Which declarations hold on a day, and on which facts they may contradict each other.

Two contradict each other where, on a day on which both are in force, they give different values to the same fact of a
contact that both cover: then neither counts for that fact. One that ran out, or is not signed yet, contradicts nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from contactable.mapping.declarations import Declaration


def in_force_on(declarations: Iterable[Declaration], on: date) -> tuple[Declaration, ...]:
    """Those that hold on a day, the one that ends last first: it is named where several say the same."""
    holding = [each for each in declarations if each.in_force(on)]
    return tuple(sorted(holding, key=lambda each: each.valid_until or date.max, reverse=True))


def disputed(declarations: Iterable[Declaration]) -> tuple[str, ...]:
    """The facts to which several of these give different values: where both cover a contact, they contradict."""
    said: dict[str, set[str]] = {}
    for each in declarations:
        for column, value in each.facts.items():
            said.setdefault(column, set()).add(value)
    return tuple(sorted(column for column, values in said.items() if len(values) > 1))
