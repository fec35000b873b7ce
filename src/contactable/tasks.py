"""What an installation does by the clock: its tasks, and the jobs that commands left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import time
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from contactable import alerts, notices, outward, own_properties, sender_urls, watching
from contactable.beginning import begun_with
from contactable.connectors.protocol import WorksOut
from contactable.errors import Conflict, ContactableError, RegisterError
from contactable.next_calls import roll
from contactable.polling import answer_bell, poll, pollable, ringing
from contactable.register import cursors, jobs, mirror, outbox, summary
from contactable.register.retention import purge
from contactable.register.sealing import seal
from contactable.register.verifying import verify
from contactable.rules.calendar import paris_day
from contactable.schedule import Task
from contactable.sync import CHANGES

if TYPE_CHECKING:
    from contactable.kit import Contactable

log = structlog.get_logger()

JOB_LEASE = 60.0  # seconds; longer than two reports of progress
JOBS_EVERY = 0.5  # seconds
BELLS_EVERY = 5.0  # seconds
MINUTE, DAY = 60.0, 86_400.0  # seconds
PURGE_AT = time(2, 30)  # of Europe/Paris
SEAL_EVERY = 3600.0  # seconds
SEAL_REST = (
    9.0  # a tenth of the writer's time: after a storm its senders come first, and a million entries take minutes
)
VERIFY_EVERY = 7 * DAY
SUMMARY_EVERY = 900.0  # seconds


def tasks(kit: Contactable, wake: Callable[[], None]) -> Iterator[Task]:
    """The schedule of an installation."""
    schedule = kit.settings.schedule
    for name in kit.connectors:
        yield Task(f"sync {name}", partial(_sync, kit, name, wake), every=schedule.sync)
        if kit.connectors[name].capabilities.consent_feed:
            yield Task(f"consents {name}", partial(_consents, kit, name, wake), every=schedule.consent_feed)
        if kit.connectors[name].capabilities.forms:
            yield Task(f"forms {name}", partial(_forms, kit, name, wake), every=schedule.forms)
        yield Task(f"reconcile {name}", partial(_reconcile, kit, name, wake), every=schedule.reconcile)
        yield Task(f"hours {name}", partial(roll, kit, name, wake), every=MINUTE)
        yield Task(f"coverage {name}", partial(watching.remember_coverage, kit, name), every=DAY)
        yield Task(f"sources {name}", partial(watching.look_at_sources, kit, name), every=watching.EVERY)
    for name in pollable(kit):
        yield Task(f"poll {name}", partial(poll, kit, name), every=schedule.poll)
    for name in ringing(kit):
        yield Task(f"bell {name}", partial(answer_bell, kit, name), every=BELLS_EVERY)
    for name in outward.connected(kit):
        yield Task(f"blocklist {name}", partial(outward.renew, kit, name), every=DAY)
    for name in notices.renewable(kit):
        yield Task(f"notices {name}", partial(notices.renew, kit, name), every=notices.EVERY)
    for name in sender_urls.askable(kit):
        yield Task(f"url {name}", partial(sender_urls.remember, kit, name), every=sender_urls.EVERY)
    yield Task("day roll", partial(day_roll, kit, wake), daily_at=time.fromisoformat(schedule.day_roll))
    yield Task("purge", partial(_purge, kit), daily_at=PURGE_AT)
    yield Task("seal", partial(_seal, kit), every=SEAL_EVERY)
    yield Task("verify", partial(_verify, kit), every=VERIFY_EVERY)
    yield Task("summary", partial(_summary, kit), every=SUMMARY_EVERY)
    yield Task("alerts", partial(alerts.look, kit), every=alerts.EVERY)
    if kit.settings.alerts.to:
        yield Task("digest", partial(alerts.send_digest, kit), every=alerts.WEEK)
    yield Task("jobs", partial(_jobs, kit, wake), every=JOBS_EVERY)


def day_roll(kit: Contactable, wake: Callable[[], None] = lambda: None) -> str:
    """Mark every contact of which a verdict changes by itself today; the worker decides and writes it anew."""
    today = paris_day(kit.clock())
    promised = 0
    while due := _due(kit, today):
        by_connector: dict[str, list[str]] = {}
        for connector, record_id in due:
            by_connector.setdefault(connector, []).append(record_id)
        promised += kit.register.write(partial(_promise, by_connector=by_connector))
    wake()
    return f"{promised} contacts"


def _due(kit: Contactable, today: Any) -> list[tuple[str, str]]:
    with kit.register.read() as tx:
        return mirror.due(tx, today)


def _promise(tx: Any, by_connector: Mapping[str, list[str]]) -> int:
    for connector, ids in by_connector.items():
        outbox.promise(tx, connector, ids, why="day")
        for record_id in ids:
            mirror.checked(tx, connector, record_id, None)  # the worker sets the next day
    return sum(map(len, by_connector.values()))


def has_begun(kit: Contactable, name: str) -> bool:
    """Whether a person has started the first sync of this CRM."""
    with kit.register.read() as tx:
        return cursors.get(tx, name, CHANGES) is not None


def _sync(kit: Contactable, name: str, wake: Callable[[], None]) -> str:
    begun = has_begun(kit, name)
    few = [] if begun else begun_with(kit, name)
    if not begun and not few:
        return f"waits for a person: contactable sync {name} --yes"
    made = _properties(kit, name)
    try:
        summary = kit.reader(name).sync() if begun else kit.reader(name).sync_some(few)
    except Conflict:
        return "somebody syncs it already"
    if summary.changed:
        wake()
    return f"{summary.read} read, {summary.changed} changed{made}"


def _properties(kit: Contactable, name: str) -> str:
    """Bring our properties up to this version; a CRM that refuses is read all the same, for what it says may close."""
    try:
        made = own_properties.ensure_again(kit, name)
    except ContactableError as error:
        log.warning("properties_not_made", connector=name, why=str(error))
        return f"; properties: {error}"
    return f", {len(made)} properties made" if made else ""


def _consents(kit: Contactable, name: str, wake: Callable[[], None]) -> str:
    if not has_begun(kit, name):
        return ""
    summary = kit.reader(name).sync_consents()
    if summary.changed:
        wake()
    return f"{summary.changed} changed"


def _forms(kit: Contactable, name: str, wake: Callable[[], None]) -> str:
    """What people sent, between two syncs: whoever asked to be called waits for it."""
    if not has_begun(kit, name):
        return ""
    made = kit.reader(name).sync_forms()
    if made:
        wake()
    return f"{made} entered" if made else ""


def _reconcile(kit: Contactable, name: str, wake: Callable[[], None]) -> str:
    """Forget who is gone; read everybody again where the mapping asks for what may change without a contact's doing."""
    if not has_begun(kit, name):
        return "waits for the first sync"
    reader, connector = kit.reader(name), kit.connectors[name]
    gone = reader.reconcile()
    if not (isinstance(connector, WorksOut) and connector.works_out(kit.mapping(name).properties)):
        return f"{gone} gone"
    summary = reader.read_all_again()
    if summary.changed:
        wake()
    return f"{gone} gone, {summary.read} read again, {summary.changed} changed"


def _purge(kit: Contactable) -> str:
    purged = asdict(purge(kit.register))
    return ", ".join(f"{count} {name}" for name, count in purged.items() if count) or "nothing had served"


def _summary(kit: Contactable) -> str:
    """Count what the console's overview shows."""
    return f"{summary.count(kit.register, paris_day(kit.clock())).contacts} contacts"


def _seal(kit: Contactable) -> str:
    stopped = kit.service.stopping  # a server that is told to stop leaves the rest to the next seal
    count = seal(kit.register, kit.seal_key, kit.settings.roots, rest=lambda took: stopped.wait(SEAL_REST * took))
    return f"{count} entries" if count else ""


def _verify(kit: Contactable) -> str:
    """Compute the seals anew; what does not hold is a failure of this task, and so an alert."""
    found = verify(kit.register, kit.seal_key)
    if not found.is_whole:
        raise RegisterError(f"{len(found.problems)} entries or seals were changed: contactable register verify")
    return f"{found.entries} entries whole"


def _jobs(kit: Contactable, wake: Callable[[], None]) -> str:
    """Run the oldest job that a command left."""
    with kit.register.read() as tx:
        if not jobs.waiting(tx):
            return ""
    job = kit.register.write(lambda tx: jobs.claim(tx, JOB_LEASE))
    if job is None:
        return ""
    try:
        note, ok = kit.run_job(job.name, job.arguments, job.id), True
    except ContactableError as error:
        note, ok = str(error), False
    kit.register.write(lambda tx: jobs.done(tx, job.id, note, ok=ok))
    wake()
    return f"{job.name}: {note}"
