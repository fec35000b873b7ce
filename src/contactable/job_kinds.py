"""The kinds of work that a command may leave for the running server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from contactable import effects, first_steps, register_jobs, segments
from contactable.beginning import Few, load_few
from contactable.errors import Malformed
from contactable.leaving import leave
from contactable.loading import load
from contactable.register import jobs
from contactable.supposing import suppose_job
from contactable.tasks import JOB_LEASE

if TYPE_CHECKING:
    from contactable.kit import Contactable


def run_job(kit: Contactable, name: str, arguments: Mapping[str, Any], job: str) -> str:
    """Run one job, telling its progress in the register; raises ``Malformed`` for a kind that is not known."""
    if name not in KINDS:
        raise Malformed(f"There is no job of the kind {name!r}.")

    def tell(done: int, total: int | None) -> None:
        kit.register.write(lambda tx: jobs.progress(tx, job, {"done": done, "total": total}, JOB_LEASE))

    return KINDS[name](kit, arguments, tell)


def run_here_or_leave(kit: Contactable, name: str, arguments: Mapping[str, Any]) -> str:
    """Run a job here with a progress bar when nobody serves, else have the server do it; return its note."""
    return register_jobs.run(kit, name, arguments, KINDS)


def _make_lists(kit: Contactable, arguments: Mapping[str, Any], tell: Callable[[int, int | None], None]) -> str:
    return segments.make(kit, arguments["connector"], arguments.get("only", ()), tell)


def _remove_lists(kit: Contactable, arguments: Mapping[str, Any], tell: Callable[[int, int | None], None]) -> str:
    return segments.remove(kit, arguments["connector"])


def _uninstall(kit: Contactable, arguments: Mapping[str, Any], tell: Callable[[int, int | None], None]) -> str:
    return leave(kit, arguments["connector"], tell)


def _sync(kit: Contactable, arguments: Mapping[str, Any], tell: Callable[[int, int | None], None]) -> str:
    if few := Few.of(arguments):
        return load_few(kit, arguments["connector"], few, tell)
    since = datetime.fromisoformat(arguments["since"]) if arguments.get("since") else None
    return load(kit, arguments["connector"], full=bool(arguments.get("full")), since=since, progress=tell)


def _forget(kit: Contactable, arguments: Mapping[str, Any], tell: Callable[[int, int | None], None]) -> str:
    return f"{kit.reader(arguments['connector']).reconcile(sure=True)} contacts forgotten"


KINDS: Final[Mapping[str, Callable[..., str]]] = {
    "sync": _sync,
    "forget": _forget,
    "make_lists": _make_lists,
    "remove_lists": _remove_lists,
    "uninstall": _uninstall,
    "effects": effects.count_job,
    "what if": suppose_job,
    "dry run": first_steps.dry_run_job,
    "first sync": first_steps.go_job,
    **register_jobs.KINDS,
}
"""What each kind of job runs."""
