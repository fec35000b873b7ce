"""Invented contacts, by profile: equal arguments give equal people. Nobody in here exists."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from contactable.sandbox.population import Population

PROFILES = {  # name -> the module that invents it
    "demo": "contactable.sandbox.demo_profile",
    "untouched": "contactable.sandbox.untouched_profile",
}


def invent(profile: str, count: int, seed: int = 1, *, now: int) -> Population:
    """Invent ``count`` contacts as of ``now`` (milliseconds); raise ``KeyError`` for a profile that is not there."""
    invent_profile: Callable[[int, int, int], Population] = importlib.import_module(PROFILES[profile]).invent
    return invent_profile(count, seed, now)
