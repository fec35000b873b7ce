"""What runs beside the web: a worker for each CRM, the schedule, and the jobs that commands left.

``serve`` is one process of all of it; an application that mounts the blueprint has the same inside.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import TYPE_CHECKING

from contactable import outward
from contactable.agent_cards import Cards
from contactable.connectors.protocol import Closes
from contactable.one_process import alone, free, lock_of
from contactable.register import Register, jobs
from contactable.schedule import Scheduler
from contactable.tasks import tasks
from contactable.turns import Turn
from contactable.worker import Worker

if TYPE_CHECKING:
    from contactable.kit import Contactable
    from contactable.webhooks.events import Event
    from contactable.webhooks.receiver import Endpoint


class Service:
    """Starts and stops everything that runs by itself."""

    def __init__(self, kit: Contactable) -> None:
        self._kit = kit
        self._held = ExitStack()
        self._workers: dict[str, Worker] = {}
        self._senders: dict[str, outward.Sender] = {}
        self._scheduler: Scheduler | None = None
        self._cards = Cards(kit)
        self.stopping = threading.Event()
        """Set while everything ends: who waits for a sender that does not answer waits no longer."""

    def start(self) -> None:
        """Take the register and begin; raises ``Conflict`` when another process has it. Twice is once."""
        if self._scheduler is not None:
            return
        self.stopping.clear()
        self._held.enter_context(alone(self._kit.settings.register_url, "this one"))
        if lock_of(self._kit.settings.register_url) is not None:
            free(self._kit.register)  # what a killed server held, nobody has any more
        for name in self._kit.connectors:
            self._kit.reader(name).catch_up()
        self._workers = {name: Worker(self._kit.desk(name)) for name in self._kit.connectors}
        for worker in self._workers.values():
            worker.start()
        self._senders = outward.start(self._kit)
        self._cards.start()
        register, clock = self._kit.register, self._kit.clock
        turn = Turn(register, "schedule", clock)
        self._scheduler = Scheduler(list(tasks(self._kit, self.wake)), Memory(register), clock, turn)
        self._scheduler.start()

    def wake(self) -> None:
        """Let the workers look at the outbox, and the senders at what they are owed, now."""
        for each in self._threads():
            each.wake()

    def begin(self, endpoint: Endpoint, calls: Sequence[Event]) -> None:
        """Have the agents shown whom they call."""
        self._cards.show(endpoint, calls)

    def stop(self) -> None:
        """End what runs, after what is in hand; who waits for a CRM or sender that does not answer waits no longer."""
        self.stopping.set()
        for connector in self._kit.connectors.values():
            if isinstance(connector, Closes):
                connector.close()
        if self._scheduler is not None:
            self._scheduler.stop()
        for each in (*self._threads(), self._cards):
            each.stop()
        self._scheduler = None
        self._kit.__dict__.pop("connectors", None)  # closed ones serve nobody
        self._held.close()

    def _threads(self) -> list[Worker | outward.Sender]:
        return [*self._workers.values(), *self._senders.values()]


class Memory:
    """Keeps in the register when tasks ran."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def last_run(self, name: str) -> datetime | None:
        """When the task was last started, or None."""
        with self._register.read() as tx:
            run = jobs.last_runs(tx).get(name)
        return run.started_at if run else None

    def ran(self, name: str, started: datetime, ok: bool, note: str) -> None:
        """Keep that a task ran; the look for jobs leaves no trace unless it found one."""
        if note or not ok:
            self._register.write(lambda tx: jobs.ran(tx, name, started, ok, note))
