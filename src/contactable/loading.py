"""A whole sync of one CRM as a person starts it: its preview, and its run until nothing is left to write."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from contactable import own_properties
from contactable.identifiers import IdentifierKind
from contactable.keeping import Summary
from contactable.register import mirror, outbox, siblings
from contactable.settling import LATER
from contactable.sync import Progress
from contactable.worker import work

if TYPE_CHECKING:
    from contactable.kit import Contactable


PATIENCE = 10.0  # seconds that a command waits for a CRM that could not take something: three tries


def load(
    kit: Contactable,
    name: str,
    *,
    full: bool = False,
    since: datetime | None = None,
    progress: Progress = lambda done, total: None,
) -> str:
    """Sync one CRM and write everything that is to be written; return a sentence on what was done."""
    made = own_properties.ensure(kit, name)
    summary = kit.reader(name).sync(full=full, since=since, progress=progress)
    return write_and_tell(kit, name, summary, len(made), progress)


def write_and_tell(kit: Contactable, name: str, summary: Summary, made: int, progress: Progress) -> str:
    """Write everything that is to be written after a reading; return the sentence on what was done."""
    before = _gone(kit, name)
    written = drain(kit, name, progress)
    gone = _gone(kit, name) - before  # archived since they were read
    done = f"{summary.read} contacts read, {written - gone} brought up to date, {made} properties made"
    return "; ".join([done, *_besides(kit, name, summary, gone)])


def _gone(kit: Contactable, name: str) -> int:
    with kit.register.read() as tx:
        return mirror.count_gone(tx, name)


def _besides(kit: Contactable, name: str, summary: Summary, gone: int) -> Iterator[str]:
    """What was left out, and why: codes and counts, nobody's name."""
    if summary.gone + gone:
        yield f"{summary.gone + gone} gone from the CRM"
    if summary.without_email:
        yield f"{summary.without_email} without an e-mail address"
    if summary.written_over:
        yield f"{summary.written_over} whose values somebody had changed in the CRM, written again"
    if summary.warnings:
        yield "not understood: " + ", ".join(f"{code} {count}" for code, count in sorted(summary.warnings.items()))
    with kit.register.read() as tx:
        waiting, sharing = outbox.put_off(tx, name), siblings.sharing(tx, name, IdentifierKind.PHONE)
    if sharing:
        yield f"{sharing} share a number with another"
    if waiting:
        yield "put off: " + ", ".join(f"{why} {count}" for why, count in sorted(waiting.items()))


def drain(kit: Contactable, name: str, progress: Progress = lambda done, total: None) -> int:
    """Work off the outbox of one CRM until nothing is left that can be done now or in some seconds."""
    desk = kit.desk(name)
    with kit.register.read() as tx:
        waiting = outbox.pending(tx).get(name)
    done, total = 0, waiting.contacts if waiting else 0
    while True:
        for taken in work(desk):
            done += taken
            progress(done, max(total, done))
        if not _is_due_soon(kit, name):
            break
    return done


def _is_due_soon(kit: Contactable, name: str) -> bool:
    """Wait for what the CRM could not take a moment ago; False where there is none, or the wait would be long."""
    with kit.register.read() as tx:
        due = outbox.next_due(tx, name, LATER)
        seconds = (due - tx.now).total_seconds() if due else PATIENCE
    if seconds >= PATIENCE:
        return False
    time.sleep(max(seconds, 0.0))
    return True
