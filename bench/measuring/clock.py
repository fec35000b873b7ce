"""Medians of rounds, ratios within a round, and the most memory that some work holds."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from statistics import median
from time import perf_counter

Work = Callable[[], object]
ROUNDS = 7


def timed(work: Work) -> float:
    """How long some work takes once (seconds)."""
    gc.collect()
    begun = perf_counter()
    work()
    return perf_counter() - begun


def seconds(work: Work, rounds: int = ROUNDS) -> float:
    """The median time of some work."""
    return median(timed(work) for _ in range(rounds))


def together(works: dict[str, Work], rounds: int = ROUNDS) -> list[dict[str, float]]:
    """The times of several works, one after the other in every round: other programs disturb all of them alike."""
    return [{name: timed(work) for name, work in works.items()} for _ in range(rounds)]


def median_of(rounds: list[dict[str, float]], name: str, over: str | None = None) -> float:
    """The median time of one work, or of its ratio to another's within each round."""
    return median(each[name] / (each[over] if over else 1) for each in rounds)


def peak(work: Work) -> int:
    """The most memory (bytes) that some work holds at a time, its result included."""
    tracemalloc.start()
    work()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most
