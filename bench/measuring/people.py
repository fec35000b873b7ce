"""Contacts for the benchmarks: one by one as ``Facts``, or millions as columns of codes and days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contactable.rules import Channel
from contactable.rules.columns import NO_DAY
from contactable.rules.fields import CONSENTED, VALUES

ON = date(2026, 11, 23)
UNKNOWN_YES_NO = (0.3, 0.5, 0.2)
SHARES: dict[str, Sequence[float]] = {
    "audience": (0.2, 0.5, 0.3),
    "sole_trader": (0.8, 0.05, 0.15),
    "email": (0.1, 0.7, 0.2),
    "mobile": (0.4, 0.6, 0.0),
    "landline": (0.6, 0.4, 0.0),
    "street": (0.5, 0.5, 0.0),
    "sale": (0.4, 0.3, 0.1, 0.1, 0.1),
    "contract": (0.3, 0.2, 0.5),
    "minor_at_consent": (0.8, 0.01, 0.19),
    **{f"consent_{channel}_{what}": (0.2, 0.7, 0.05, 0.05) for channel in CONSENTED for what in ("act", "to")},
}
DATES: dict[str, float] = {
    "last_contact_on": 0.95,
    "relation_ended_on": 0.05,
    "collected_on": 0.5,
    "callback_requested_on": 0.02,
    "opposed_all_on": 0.03,
    **{f"consent_{channel}_on": 0.4 for channel in CONSENTED},
    **{f"consent_{channel}_withdrawn_on": 0.03 for channel in CONSENTED},
    **{f"opposed_{channel}_on": 0.05 for channel in Channel},
    **{f"reopened_{channel}_on": 0.01 for channel in Channel},
}
"""How many contacts have each date; all lie between 2020 and the day asked about."""

_FIRST, _DAYS = date(2020, 1, 1), (ON - date(2020, 1, 1)).days


def one_by_one(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """The facts of so many contacts."""
    chance = Random(seed)
    return [_somebody(chance) for _ in range(count)]


def _somebody(chance: Random) -> dict[str, Any]:
    facts: dict[str, Any] = {
        name: chance.choices(values, SHARES.get(name, UNKNOWN_YES_NO)[: len(values)])[0]
        for name, values in VALUES.items()
    }
    facts["country"] = chance.choices([None, "FR", "BE"], (0.05, 0.9, 0.05))[0]
    days = {
        name: _FIRST + timedelta(days=chance.randrange(_DAYS))
        for name, share in DATES.items()
        if chance.random() < share
    }
    return facts | days


def in_columns(count: int, seed: int = 1) -> dict[str, NDArray[Any]]:
    """The facts of so many contacts, as columns that need no reading: codes (``int8``) and days (``int32``)."""
    chance = np.random.default_rng(seed)
    columns: dict[str, NDArray[Any]] = {}
    for name, values in VALUES.items():
        shares = SHARES.get(name, UNKNOWN_YES_NO)[: len(values)]
        columns[name] = _codes(chance, shares, count)
    columns["country"] = _codes(chance, (0.05, 0.9, 0.05), count)
    first = (_FIRST - date(1970, 1, 1)).days
    for name, share in DATES.items():
        days = chance.integers(first, first + _DAYS, count, np.int32)
        days[chance.random(count, np.float32) >= share] = NO_DAY
        columns[name] = days
    return columns


def _codes(chance: np.random.Generator, shares: Sequence[float], count: int) -> NDArray[np.int8]:
    edges = np.cumsum(shares).astype(np.float32)
    return np.searchsorted(edges[:-1], chance.random(count, np.float32), side="right").astype(np.int8)
