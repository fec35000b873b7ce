"""Contacts by chance: every field of the facts takes every kind of value, dates around those of the law."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

import pytest

from contactable.rules import UNKNOWN_TIME
from contactable.rules.fields import EVENTS, OBJECTIONS, VALUES

RARE = tuple(name for name in EVENTS if name in OBJECTIONS or name.startswith("reopened"))


def some_day(chance: Random) -> date:
    return date(2016, 1, 1) + timedelta(days=chance.randrange(6000))


def some_moment(chance: Random) -> date:
    day = some_day(chance)
    return datetime.combine(day, time(chance.randrange(24)), UTC) if chance.random() < 0.3 else day


def some_facts(chance: Random, *, timed: bool = False) -> dict[str, Any]:
    """The values of one contact, likely enough to get past the first questions."""
    facts = {name: chance.choice(values) if chance.random() < 0.6 else values[1] for name, values in VALUES.items()}
    facts["country"] = chance.choice([None, "FR", "FR", "FR", "RE", "BE"])
    when = some_moment if timed else some_day
    facts |= {name: when(chance) for name in EVENTS if chance.random() < (0.1 if name in RARE else 0.8)}
    if chance.random() < 0.02:
        facts["opposed_email_on"] = UNKNOWN_TIME
    given = facts.get("consent_phone_on") or date(2016, 1, 1)
    if chance.random() < 0.3:
        facts["consent_phone_until"] = date.fromordinal(given.toordinal() + 1 + chance.randrange(700))
    return facts


@pytest.fixture
def contacts() -> Callable[..., list[dict[str, Any]]]:
    """Make so many contacts by chance, the same for the same seed."""

    def make(count: int, seed: int, *, timed: bool = False) -> list[dict[str, Any]]:
        chance = Random(seed)
        return [some_facts(chance, timed=timed) for _ in range(count)]

    return make


@pytest.fixture
def somebody() -> Callable[[int], dict[str, Any]]:
    """Make one contact by chance, with times of day, the same for the same seed."""
    return lambda seed: some_facts(Random(seed), timed=True)
