"""One writing process on SQLite: who runs ``serve`` has the register; a command leaves its work there, or takes over.

The lock is the operating system's, on a file beside the register: it ends with the process, however that ended. Several
processes on PostgreSQL need none of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import make_url

from contactable.errors import Conflict, ContactableError
from contactable.register import Register, jobs, leases, outbox

LOOK = 0.2  # seconds between two looks at a job that the server runs


def lock_of(url: str) -> FileLock | None:
    """The lock of a register in a file; None where several processes may write."""
    where = make_url(url)
    return FileLock(f"{where.database}.lock", mode=0o600) if where.get_backend_name() == "sqlite" else None


@contextmanager
def alone(url: str, who: str) -> Iterator[None]:
    """Be the one process that writes; raise ``Conflict`` when another is."""
    lock = lock_of(url)
    try:
        if lock is not None:
            lock.acquire(timeout=0)
    except Timeout:
        raise Conflict(
            f"Another process has this register, so {who} cannot start: stop it, or move to PostgreSQL, "
            "which several processes may share."
        ) from None
    try:
        yield
    finally:
        if lock is not None:
            lock.release()


def run_or_leave(
    url: str,
    register: Register,
    name: str,
    arguments: Mapping[str, Any],
    run: Callable[[], str],
    watch: Callable[[Mapping[str, Any]], None],
) -> str:
    """Run work here when nobody serves; else leave it to the server, show its progress, and return its note.

    Where whoever had the register ends without having taken the work, it is run here.
    """
    lock = lock_of(url)
    if lock is None:
        return run()
    try:
        return _run_alone(lock, register, run)
    except Timeout:
        id = register.write(lambda tx: jobs.put(tx, name, arguments))
    while (note := _ended(register, id, watch)) is None:
        try:
            return _run_alone(lock, register, partial(_take_back, register, id, run))
        except Timeout:
            time.sleep(LOOK)
    return note


def free(register: Register) -> None:
    """Take back what a killed process held; only for the one that has the register alone."""
    register.write(leases.clear)
    register.write(lambda tx: [outbox.free(tx, name) for name in outbox.pending(tx)])


def _run_alone(lock: FileLock, register: Register, run: Callable[[], str]) -> str:
    """Run work while nobody else has the register; raises ``Timeout`` where somebody has."""
    with lock.acquire(timeout=0):
        free(register)
        return run()


def _take_back(register: Register, id: str, run: Callable[[], str]) -> str:
    register.write(lambda tx: jobs.done(tx, id, "run by the command itself"))
    return run()


def _ended(register: Register, id: str, watch: Callable[[Mapping[str, Any]], None]) -> str | None:
    """The note of a job that has ended, None as long as it has not; raises where it failed."""
    with register.read() as tx:
        job = jobs.find(tx, id)
    if job is None or job.state == jobs.FAILED:
        raise ContactableError(job.note if job else "The job is gone from the register.")
    watch(job.progress)
    return job.note if job.state == jobs.DONE else None
