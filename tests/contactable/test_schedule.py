from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from threading import Event

import pytest

from contactable import Contactable
from contactable.clock import utc_now
from contactable.errors import Unavailable
from contactable.schedule import PARIS, Scheduler, Task
from contactable.turns import Turn

NOON = datetime(2026, 8, 10, 12, tzinfo=PARIS)


class Notes:
    """A memory that lives as long as the test."""

    def __init__(self) -> None:
        self.runs: list[tuple[str, bool, str]] = []
        self.last: dict[str, datetime] = {}

    def last_run(self, name: str) -> datetime | None:
        return self.last.get(name)

    def ran(self, name: str, started: datetime, ok: bool, note: str) -> None:
        self.runs.append((name, ok, note))


def daily(at: str = "00:05") -> Task:
    return Task("day roll", lambda: "", daily_at=time.fromisoformat(at))


def test_what_never_ran_is_due_at_once() -> None:
    assert daily().next_run(None) is None


def test_what_runs_every_so_often_is_due_that_long_after_it_began() -> None:
    task = Task("sync", lambda: "", every=120)

    assert task.next_run(NOON) == NOON + timedelta(seconds=120)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (datetime(2026, 8, 10, 0, 4, tzinfo=PARIS), datetime(2026, 8, 10, 0, 5, tzinfo=PARIS)),
        (datetime(2026, 8, 10, 0, 5, tzinfo=PARIS), datetime(2026, 8, 11, 0, 5, tzinfo=PARIS)),
        (datetime(2026, 8, 10, 23, 59, tzinfo=PARIS), datetime(2026, 8, 11, 0, 5, tzinfo=PARIS)),
        (datetime(2026, 8, 10, 22, 30, tzinfo=UTC), datetime(2026, 8, 12, 0, 5, tzinfo=PARIS)),
        (datetime(2026, 10, 24, 12, tzinfo=PARIS), datetime(2026, 10, 25, 0, 5, tzinfo=PARIS)),
    ],
    ids=["just before", "on the minute", "late in the evening", "already tomorrow in Paris", "over a change of clock"],
)
def test_what_runs_daily_is_due_at_its_time_in_paris(last: datetime, expected: datetime) -> None:
    assert daily().next_run(last) == expected


@pytest.fixture
def turn(make_kit: Callable[..., Contactable]) -> Turn:
    return Turn(make_kit("").register, "schedule", utc_now)


def run_until(happened: Event, task: Task, notes: Notes, turn: Turn, clock: Callable[[], datetime] = utc_now) -> None:
    scheduler = Scheduler([task], notes, clock, turn)
    scheduler.start()
    try:
        assert happened.wait(10)
    finally:
        scheduler.stop()


def test_moving_the_clock_over_midnight_runs_what_is_daily(turn: Turn) -> None:
    rolled, notes = Event(), Notes()
    notes.last["day roll"] = NOON

    def roll() -> str:
        rolled.set()
        return "12 contacts"

    task = Task("day roll", roll, daily_at=time(0, 5))
    run_until(rolled, task, notes, turn, lambda: NOON + timedelta(hours=12, minutes=6))

    assert notes.runs == [("day roll", True, "12 contacts")]


@pytest.mark.parametrize("error", [Unavailable("the CRM does not answer"), ValueError("a bug")])
def test_a_task_that_fails_is_noted_and_the_clock_goes_on(error: Exception, turn: Turn) -> None:
    again, notes = Event(), Notes()
    times: list[int] = []

    def fail() -> str:
        times.append(1)
        if len(times) == 2:
            again.set()
        raise error

    run_until(again, Task("sync", fail, every=0.01), notes, turn)

    assert [ok for _, ok, _ in notes.runs] == [False] * len(notes.runs)
