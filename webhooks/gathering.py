"""Requests that arrive together are kept together: one transaction, one flush of the disk, few statements.

Whoever comes first takes what waits and hands it in for all; those who come meanwhile are the next group. One that
cannot be kept is tried alone, so that it spoils nothing for the others. Nobody waits for company: a request that is
alone is kept at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")
AT_ONCE = 64  # requests in one transaction


class Gathering(Generic[T, R]):
    """Hands in what waits together. ``do`` gives one result an item, after all of them are on disk."""

    def __init__(self, do: Callable[[Sequence[T]], Sequence[R]]) -> None:
        self._do = do
        self._waiting: list[tuple[T, Future[R]]] = []
        self._door = threading.Lock()
        self._turn = threading.Lock()

    def __call__(self, item: T) -> R:
        """Have one item done; return its result, or raise what it raised."""
        result: Future[R] = Future()
        with self._door:
            self._waiting.append((item, result))
        with self._turn:
            # The one before us may have taken ours along.
            if not result.done():
                self._do_group()
        return result.result()

    def _do_group(self) -> None:
        with self._door:
            group, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
        try:
            done = self._do([item for item, _ in group])
        except Exception as error:  # noqa: BLE001 - it is raised again, to the one whom it concerns
            self._one_by_one(group, error)
        else:
            for (_, result), value in zip(group, done, strict=True):
                result.set_result(value)

    def _one_by_one(self, group: Sequence[tuple[T, Future[R]]], error: Exception) -> None:
        if len(group) == 1:
            group[0][1].set_exception(error)
            return
        for item, result in group:
            try:
                result.set_result(self._do([item])[0])
            except Exception as own:  # noqa: BLE001 - as above
                result.set_exception(own)
