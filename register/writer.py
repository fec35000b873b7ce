"""The one thread that writes to SQLite, committing in groups.

Each commit costs a flush of the disk, so works that wait together are committed together. Each runs in a savepoint of
its own: one that fails is undone alone. Neighbours of one kind are given their items at once, which costs a few
statements instead of a few for each; where that fails, each is tried alone. Whoever handed a work in gets its result
after the commit is on disk.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from contactable.errors import RegisterError
from contactable.register.database import explain

AT_ONCE = 256  # works in one commit, at most

Work = Callable[[Connection, Sequence[Any]], Sequence[Any]]
"""Does what its items ask for; one result for each."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    kind: Hashable
    work: Work
    item: Any
    result: Future[Any]


class Writer:
    """Runs works one after the other in a thread of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._door = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="register-writer", daemon=True)
        self._thread.start()

    def run(self, work: Work, item: Any = None, kind: Hashable = None) -> Any:
        """Run a work on an item, together with neighbours of its kind; return the result once that is on disk.

        Raise what it raised. Without a kind it is run alone.
        """
        if threading.current_thread() is self._thread:
            raise RegisterError("A work that writes cannot wait for another one: pass its transaction on.")
        waiting = _Waiting(kind, work, item, Future())
        with self._door:
            if self._closed.is_set():
                raise RegisterError("The register is closed.")
            self._queue.put(waiting)
        return waiting.result.result()

    def close(self) -> None:
        """Finish what was handed in, then end."""
        with self._door:
            if not self._closed.is_set():
                self._closed.set()
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            group = [first]
            ended = self._gather(group)
            self._commit(group)
            if ended:
                return

    def _gather(self, group: list[_Waiting]) -> bool:
        """Add what waits already; tell whether the end was reached."""
        while len(group) < AT_ONCE:
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                return False
            if waiting is None:
                return True
            group.append(waiting)
        return False

    def _commit(self, group: list[_Waiting]) -> None:
        done: list[tuple[_Waiting, Any]] = []
        try:
            with self._engine.begin() as connection:
                for alike in _neighbours(group):
                    self._attempt(connection, alike, done)
        except BaseException as error:  # noqa: BLE001 - whatever it is, nobody may wait for ever
            failure = RegisterError(explain(error)) if isinstance(error, DBAPIError) else error
            for waiting in group:
                if not waiting.result.done():
                    waiting.result.set_exception(failure)
            return
        for waiting, result in done:
            waiting.result.set_result(result)

    def _attempt(self, connection: Connection, alike: Sequence[_Waiting], done: list[tuple[_Waiting, Any]]) -> None:
        savepoint = connection.begin_nested()
        try:
            results = alike[0].work(connection, [waiting.item for waiting in alike])
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever handed the work in
            if savepoint.is_active:
                savepoint.rollback()
            if len(alike) == 1:
                alike[0].result.set_exception(RegisterError(explain(error)) if isinstance(error, DBAPIError) else error)
                return
            for waiting in alike:
                self._attempt(connection, [waiting], done)
        else:
            savepoint.commit()
            done.extend(zip(alike, results, strict=True))


def _neighbours(group: Sequence[_Waiting]) -> Iterator[list[_Waiting]]:
    """The works in their order, those of one kind that stand side by side as one."""
    for kind, neighbours in groupby(group, key=lambda waiting: waiting.kind):
        alike = list(neighbours)
        yield from ([waiting] for waiting in alike) if kind is None else [alike]
