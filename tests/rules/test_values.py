"""The values of the law are what they are: nobody changes a fact, a source or a verdict once it is made."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import contactable.rules
from contactable.rules.bulk import Contacts
from contactable.rules.law import Law

MAKE_UP_THEIR_MINDS = (Contacts, Law)  # they keep what they worked out


def kinds_of_values() -> Iterator[type]:
    """Every dataclass of the law."""
    for found in pkgutil.walk_packages(contactable.rules.__path__, "contactable.rules."):
        for value in vars(importlib.import_module(found.name)).values():
            if isinstance(value, type) and dataclasses.is_dataclass(value) and value.__module__ == found.name:
                yield value


KINDS = [kind for kind in kinds_of_values() if kind not in MAKE_UP_THEIR_MINDS]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_value_of_the_law_can_be_changed_or_given_more(kind: type) -> None:
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert "__slots__" in vars(kind)


def test_all_values_of_the_law_were_looked_at() -> None:
    assert {"Facts", "Offer", "Verdict", "Source", "Rule", "Readings", "Act"} <= {kind.__name__ for kind in KINDS}
