"""``contactable status``: what runs, what ran last, what waits."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click
from filelock import Timeout
from rich.console import Console
from rich.table import Table

from contactable.cli import Context, json_option, pass_context, print_json
from contactable.incidents import troubles
from contactable.kit import Contactable
from contactable.one_process import lock_of
from contactable.polling import waiting_bells
from contactable.register import blocks, cursors, inbox, jobs, mirror, outbox
from contactable.reviewing import questions
from contactable.secret_ages import ages
from contactable.sync import CHANGES
from contactable.tasks import tasks
from contactable.webhooks.knocks import refused_lately


@click.command()
@json_option
@pass_context
def command(context: Context, as_json: bool) -> None:
    """Say what runs, what ran last and comes next, and what waits."""
    with context.kit() as kit:
        found = look(kit)
    if as_json:
        print_json(found)
    else:
        show(found)


def look(kit: Contactable) -> dict[str, Any]:
    """Everything that ``status`` says, as one document."""
    with kit.register.read() as tx:
        runs = jobs.last_runs(tx)
        found: dict[str, Any] = {
            "serving": is_served(kit.settings.register_url),
            "contacts": mirror.counts(tx),
            "pending": {name: asdict(each) for name, each in outbox.pending(tx).items()},
            "inbox": inbox.counts(tx),
            "senders": inbox.last_received(tx),
            "refused": {name: refused_lately(tx, name) for name in kit.settings.endpoints},
            "synced": {name: at for (name, what), at in cursors.updated(tx).items() if what == CHANGES},
            "blocks": {name: asdict(each) for name, each in blocks.waiting(tx).items()},
            "bells": {
                name: {"tries": bell.tries, "again_at": bell.again_at} for name, bell in waiting_bells(kit, tx).items()
            },
            "review": len(questions(tx)),
        }
    found["secrets"] = [asdict(each) for each in ages(kit.settings)]
    found["wrong"] = [asdict(each) for each in troubles(kit)]
    found["tasks"] = [
        {
            "name": task.name,
            "last": run.started_at if run else None,
            "ok": run.ok if run else None,
            "note": run.note if run else "",
            "next": task.next_run(run.started_at if run else None),
        }
        for task in tasks(kit, lambda: None)
        for run in [runs.get(task.name)]
    ]
    return found


def is_served(url: str) -> bool | None:
    """Whether a process has the register now; None where several may."""
    lock = lock_of(url)
    if lock is None:
        return None
    try:
        with lock.acquire(timeout=0):
            return False
    except Timeout:
        return True


def show(found: dict[str, Any]) -> None:
    """Print it for people."""
    console = Console()
    console.print("serving" if found["serving"] else "nobody serves: `contactable serve` does")
    for name, count in found["contacts"].items():
        waiting = found["pending"].get(name)
        console.print(f"{name}: {count} contacts, {waiting['contacts'] if waiting else 0} waiting to be written")
    table = Table("task", "last", "next", "", title="schedule")
    for task in found["tasks"]:
        ended = "" if task["ok"] is None else "ok" if task["ok"] else "failed"
        table.add_row(task["name"], _time(task["last"]), _time(task["next"]), f"{ended} {task['note']}".strip())
    console.print(table)
    unread = found["inbox"].get(inbox.UNREADABLE, 0) + found["inbox"].get(inbox.UNRESOLVED, 0)
    if unread:
        console.print(f"{unread} deliveries could not be read, or name nobody: `contactable inbox list`")
    for name, owed in found["blocks"].items():
        console.print(f"{name}: {owed['blocks']} blocks wait to be put on its list")
    for name, bell in found["bells"].items():
        tried = f" ({bell['tries']} tries, the next at {_time(bell['again_at'])})" if bell["tries"] else ""
        console.print(f"{name} rang, and its lists are still to be read{tried}")
    if found["review"]:
        console.print(f"{found['review']} questions wait for a person: `contactable review list`")
    for each in found["wrong"]:
        console.print(f"wrong: {each['what']} {each['to_do']}")


def _time(when: Any) -> str:
    return when.astimezone().strftime("%Y-%m-%d %H:%M:%S") if when else "-"
