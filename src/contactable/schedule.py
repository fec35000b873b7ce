"""The clock of the house: what runs by itself, when it ran last, and when it runs next.

The time comes in from outside, so a test may move it over midnight or over a change of law. When a task ran is kept in
the register; after a restart nothing is forgotten and a weekly task does not start anew each time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

import structlog

from contactable.errors import ContactableError
from contactable.logs import trace

if TYPE_CHECKING:
    from contactable.turns import Turn

PARIS = ZoneInfo("Europe/Paris")
TICK = 0.2  # seconds between two looks at the clock

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Task:
    """Something that runs every so many seconds, or each day at a time of Europe/Paris; ``run`` returns a note."""

    name: str
    run: Callable[[], str]
    every: float | None = None
    daily_at: time | None = None

    def next_run(self, last: datetime | None) -> datetime | None:
        """When it is due after it ran at ``last``; None means at once."""
        if last is None:
            return None
        if self.daily_at is None:
            return last + timedelta(seconds=self.every or 0)
        local = last.astimezone(PARIS)
        today = datetime.combine(local.date(), self.daily_at, PARIS)
        return today if local < today else datetime.combine(local.date() + timedelta(days=1), self.daily_at, PARIS)


class Memory(Protocol):
    """Where it is kept when tasks ran: the register."""

    def last_run(self, name: str) -> datetime | None:
        """When the task was last started, or None."""
        ...

    def ran(self, name: str, started: datetime, ok: bool, note: str) -> None:
        """Keep that a task ran, how it ended, and a short note."""
        ...


class Scheduler:
    """Runs each task when it is due, each in a thread of its own, never twice at a time."""

    def __init__(self, tasks: Sequence[Task], memory: Memory, clock: Callable[[], datetime], turn: Turn) -> None:
        self._tasks = tasks
        self._memory = memory
        self._clock = clock
        self._turn = turn
        self._running: dict[str, Future[None]] = {}
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(max_workers=max(len(tasks), 1), thread_name_prefix="task")
        self._last: dict[str, datetime | None] = {}
        self._thread = threading.Thread(target=self._loop, name="schedule", daemon=True)

    def start(self) -> None:
        """Begin to look at the clock."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more, and wait for what runs."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=True)
        self._turn.give_back()

    def _loop(self) -> None:
        while not self._stop.wait(TICK):
            for task in self._tasks if self._is_our_turn() else ():
                if self._is_due(task):
                    self._last[task.name] = self._clock()
                    self._running[task.name] = self._pool.submit(self._run, task, self._clock())

    def _is_our_turn(self) -> bool:
        """Whether this process runs the schedule; when it begins to, it learns what others ran before."""
        had = self._turn.held
        try:
            if self._turn.is_mine() and not had:
                self._last = {task.name: self._memory.last_run(task.name) for task in self._tasks}
        except ContactableError as error:
            log.warning("schedule_waits", why=str(error))
            self._turn.held = False
        return self._turn.held

    def _is_due(self, task: Task) -> bool:
        running = self._running.get(task.name)
        if running is not None and not running.done():
            return False
        due = task.next_run(self._last[task.name])
        return due is None or self._clock() >= due

    def _run(self, task: Task, started: datetime) -> None:
        try:
            note, ok = task.run(), True
        except ContactableError as error:
            note, ok = str(error), False
        except Exception as error:  # noqa: BLE001
            note, ok = type(error).__name__, False
            log.error("task_broke", task=task.name, error=trace(error))
        if not ok:
            log.warning("task_failed", task=task.name, why=note)
        self._memory.ran(task.name, started, ok, note)
