"""One writing process on SQLite: who runs ``serve`` has the register; a command leaves its work there, or takes over.

The lock is the operating system's, on a file beside the register: it ends with the process, however that ended. Several
processes on PostgreSQL need none of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import make_url

from contactable.errors import Conflict, ContactableError
from contactable.register import Register, jobs

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
    """Run work here when nobody serves; else leave it to the server, show its progress, and return its note."""
    lock = lock_of(url)
    if lock is None:
        return run()
    try:
        with lock.acquire(timeout=0):
            return run()
    except Timeout:
        pass
    id = register.write(lambda tx: jobs.put(tx, name, arguments))
    return _watch(register, id, watch)


def _watch(register: Register, id: str, watch: Callable[[Mapping[str, Any]], None]) -> str:
    while True:
        with register.read() as tx:
            job = jobs.find(tx, id)
        if job is None:
            raise ContactableError("The job is gone from the register.")
        watch(job.progress)
        if job.state == jobs.FAILED:
            raise ContactableError(job.note)
        if job.state == jobs.DONE:
            return job.note
        time.sleep(LOOK)
