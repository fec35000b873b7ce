"""The thread that writes to SQLite, and those that keep webhooks in PostgreSQL, committing in groups.

Each commit costs a flush of the disk, so works that wait together are committed together. Neighbours of one kind are
given their items at once, which costs a few statements instead of a few for each; where that fails, each is tried
alone, in a savepoint of its own: one that fails is undone alone. Whoever handed a work in gets its result after the
commit is on disk. While a group is committed the next one gathers; what is written together also waits a moment for
company, since a group that grows has the interpreter to itself afterwards, and neighbours of a commit do not.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from contactable.errors import RegisterError
from contactable.register.database import explain, when_met

AT_ONCE = 256  # works in one commit, at most
A_MOMENT = 0.001  # seconds, and again while more come: 64 connections got a twentieth to a fifth more answers
MOMENTS = 8

Work = Callable[[Connection, Sequence[Any]], Sequence[Any]]
"""Does what its items ask for; one result for each."""


class _Result:
    """What a caller waits for. A bare lock: a ``Future`` costs four times as much, and many callers wake at once."""

    __slots__ = ("_error", "_ready", "_value", "is_given")

    def __init__(self) -> None:
        self._value: Any = None
        self._error: BaseException | None = None
        self._ready = threading.Lock()
        self._ready.acquire()
        self.is_given = False

    def give(self, value: Any = None, error: BaseException | None = None) -> None:
        self._value, self._error, self.is_given = value, error, True
        self._ready.release()

    def wait(self) -> Any:
        self._ready.acquire()
        if self._error is not None:
            raise self._error
        return self._value


@dataclass(frozen=True, slots=True)
class _Waiting:
    kind: Hashable
    work: Work
    item: Any
    result: _Result
    weight: int = 1


class Writer:
    """Runs works in threads of its own: one, where they must come one after the other."""

    def __init__(self, engine: Engine, threads: int = 1) -> None:
        self._engine = engine
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._door = threading.Lock()
        self._threads = [
            threading.Thread(target=self._run, name="register-writer", daemon=True) for _ in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def run(self, work: Work, item: Any = None, kind: Hashable = None, weight: int = 1) -> Any:
        """Run a work on an item, together with neighbours of its kind; return the result once that is on disk.

        Raise what it raised. Without a kind it is run alone. ``weight`` is how many rows it is worth, about: what is
        heavy waits for no company.
        """
        if threading.current_thread() in self._threads:
            raise RegisterError("A work that writes cannot wait for another one: pass its transaction on.")
        waiting = _Waiting(kind, work, item, _Result(), weight)
        with self._door:
            if self._closed.is_set():
                raise RegisterError("The register is closed.")
            self._queue.put(waiting)
        return waiting.result.wait()

    def close(self) -> None:
        """Finish what was handed in, then end."""
        with self._door:
            if not self._closed.is_set():
                self._closed.set()
                for _ in self._threads:
                    self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            group = [first]
            ended = self._gather(group)
            self._commit(group)
            if ended:
                return

    def _gather(self, group: list[_Waiting]) -> bool:
        """Add what waits already, and what comes in a moment; tell whether the end was reached."""
        for _ in range(MOMENTS if group[0].kind is not None else 0):
            before = len(group)
            if sum(waiting.weight for waiting in group) >= AT_ONCE:
                break
            time.sleep(A_MOMENT)
            if self._take(group):
                return True
            if len(group) == before:
                break
        return self._take(group)

    def _take(self, group: list[_Waiting]) -> bool:
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
        kind = group[0].kind
        if kind is not None and all(waiting.kind == kind for waiting in group) and self._commit_alike(group):
            return
        done: list[tuple[_Waiting, Any]] = []
        try:
            with self._engine.begin() as connection:
                for alike in _neighbours(group):
                    self._attempt(connection, alike, done)
        except BaseException as error:  # noqa: BLE001 - whatever it is, nobody may wait for ever
            _fail(group, error)
        else:
            for waiting, result in done:
                waiting.result.give(result)

    def _commit_alike(self, group: list[_Waiting]) -> bool:
        """Commit a group of one kind without savepoints; False where one of them failed and nothing was done."""
        try:
            results = self._transaction(group)
        except OperationalError as error:  # a full disk, a lock: the same for each, so not waited for again
            _fail(group, error)
        except BaseException:  # noqa: BLE001 - each is tried alone then, and told what it raised
            return False
        else:
            for waiting, result in zip(group, results, strict=True):
                waiting.result.give(result)
        return True

    @when_met
    def _transaction(self, group: Sequence[_Waiting]) -> Sequence[Any]:
        with self._engine.begin() as connection:
            return group[0].work(connection, [waiting.item for waiting in group])

    def _attempt(self, connection: Connection, alike: Sequence[_Waiting], done: list[tuple[_Waiting, Any]]) -> None:
        savepoint = connection.begin_nested()
        try:
            results = alike[0].work(connection, [waiting.item for waiting in alike])
        except BaseException as error:
            if not _is_open(connection):
                raise
            if savepoint.is_active:
                savepoint.rollback()
            if len(alike) == 1:
                failure = RegisterError(explain(error)) if isinstance(error, DBAPIError) else error
                alike[0].result.give(error=failure)
                return
            for waiting in alike:
                self._attempt(connection, [waiting], done)
        else:
            savepoint.commit()
            done.extend(zip(alike, results, strict=True))


def _fail(group: Sequence[_Waiting], error: BaseException) -> None:
    """Tell everybody of a group who was told nothing yet."""
    failure = RegisterError(explain(error)) if isinstance(error, DBAPIError) else error
    for waiting in group:
        if not waiting.result.is_given:
            waiting.result.give(error=failure)


def _is_open(connection: Connection) -> bool:
    """Whether the transaction still stands: SQLite undoes the whole of it where the disk is full or fails."""
    driver: Any = connection.connection.driver_connection
    return bool(driver.in_transaction) if connection.dialect.name == "sqlite" else not driver.closed


def _neighbours(group: Sequence[_Waiting]) -> Iterator[list[_Waiting]]:
    """The works in their order, those of one kind that stand side by side as one."""
    for kind, neighbours in groupby(group, key=lambda waiting: waiting.kind):
        alike = list(neighbours)
        yield from ([waiting] for waiting in alike) if kind is None else [alike]
