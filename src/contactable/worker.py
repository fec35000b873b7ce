"""The worker: brings stale contacts of one CRM up to date.

Level-triggered: it takes promises from the outbox, decides each contact as it stands now, writes what differs from what
was last written, and keeps the promise only at the version it took. A crash, a duplicate or a storm of events costs a
repeat at most.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from contactable.brake import HELD, WINDOW, allowance
from contactable.clock import Clock
from contactable.connectors.protocol import Change, Connector, Outcome, Result
from contactable.errors import ContactableError
from contactable.identifiers import IdentifierKind
from contactable.judging import Judge, Verdicts, next_until
from contactable.logs import trace
from contactable.mapping import property_values
from contactable.next_calls import NextCalls
from contactable.own_properties import PROPERTIES, is_compact
from contactable.register import MirrorRow, Promise, Register, Tx, ledger, mirror, outbox, shown, subjects
from contactable.rules import Reason
from contactable.rules.calendar import paris_day
from contactable.rules.labels import Language
from contactable.settings import BrakeSettings
from contactable.turns import Turn
from contactable.unsubscribing import NO_WISH, OPT_OUT, WAITS, Wish, leave, wish

log = structlog.get_logger()

BATCH = 1000  # promises taken at a time
LEASE = 120.0  # seconds after which another worker may take a promise over
IDLE = 0.5  # seconds between two looks at the outbox when nobody wakes us
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=2), timedelta(hours=1)
LATER = "later"
"""Why a promise waits whose contact the CRM could not take now."""
CHANGED_AT = "contactable_changed_at"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done for one promise: the properties that differ, and the verdicts behind them."""

    promise: Promise
    row: MirrorRow | None = None
    verdicts: Verdicts | None = None
    values: Mapping[str, str] | None = None
    changes: Mapping[str, str] | None = None
    held: bool = False  # the brake keeps an opening back
    wish: Wish = NO_WISH  # what is to be left in the CRM itself


@dataclass(frozen=True, slots=True)
class Desk:
    """What a worker works with: one CRM, how contacts are decided and read anew, and how values are written."""

    register: Register
    connector: Connector
    judge: Judge
    refresh: Callable[[Sequence[str]], object]
    read_forms: Callable[[], object]
    next_calls: NextCalls
    link: Callable[[str], str]  # a record's subject -> its preference link, or ""
    clock: Clock
    language: Language
    versions: Mapping[str, str]
    brake: BrakeSettings
    unsubscribes: bool = False  # oppositions to e-mail are written as the CRM's own unsubscribe too


def work(desk: Desk) -> int:
    """Take a batch of promises, write what changed, and return how many promises were taken."""
    name = desk.connector.name
    promises = desk.register.write(lambda tx: outbox.claim(tx, name, BATCH, LEASE))
    if not promises:
        return 0
    try:
        _bring_up_to_date(desk, promises)
    except ContactableError:
        desk.register.write(lambda tx: _put_off(tx, promises))  # or they would wait for the lease to end
        raise
    return len(promises)


def _bring_up_to_date(desk: Desk, promises: Sequence[Promise]) -> None:
    if any(promise.why == outbox.SUBMITTED for promise in promises):
        desk.read_forms()
    desk.refresh([promise.record_id for promise in promises if promise.refresh])
    with desk.register.read() as tx:
        plans = list(_plans(tx, desk, promises))
    outcomes = _write(desk, [plan for plan in plans if plan.changes])
    wanted = {plan.promise.record_id: plan.wish.scopes for plan in plans if plan.wish.scopes}
    left = leave(desk.register, desk.connector, wanted)
    desk.register.write(lambda tx: _settle(tx, desk, plans, outcomes, left))


def _put_off(tx: Tx, promises: Sequence[Promise]) -> None:
    for promise in promises:
        outbox.postpone(tx, promise, _delay(promise.attempts), LATER)


def _plans(tx: Tx, desk: Desk, promises: Sequence[Promise]) -> Iterable[Plan]:
    name, today = desk.connector.name, paris_day(desk.clock())
    ids = [promise.record_id for promise in promises]
    rows = mirror.contacts(tx, name, ids)
    entries = ledger.entries_of_contacts(tx, name, ids)
    own = subjects.find_subjects(tx, [(IdentifierKind.RECORD, f"{name}:{id}") for id in ids])
    left, compact = allowance(tx, name, desk.brake), is_compact(tx, name)
    for promise in promises:
        row = rows.get(promise.record_id)
        if row is None or row.gone_at:
            yield Plan(promise)
        else:
            link = desk.link(own[IdentifierKind.RECORD, f"{name}:{row.record_id}"])
            verdicts = desk.judge.verdicts(row.facts, entries[row.record_id], today)
            shown_now, held = left.hold(verdicts, row.written or {})
            values = property_values(
                shown_now,
                changed_at=desk.clock(),
                link=link,
                next_call="" if compact else desk.next_calls.of(tx, row, shown_now),
                compact=compact,
                language=desk.language,
            )
            wanted = wish(verdicts, row, entries[row.record_id], desk.judge.offers) if desk.unsubscribes else NO_WISH
            yield Plan(promise, row, shown_now, values, _changes(row, values), held, wanted)


def _changes(row: MirrorRow, values: Mapping[str, str]) -> Mapping[str, str]:
    """What differs from what was last written; when it changed is no change."""
    before = (row.written or {}).get(PROPERTIES, {})
    changes = {name: value for name, value in values.items() if before.get(name, "") != value}
    return {} if changes.keys() == {CHANGED_AT} else changes


def _write(desk: Desk, plans: Sequence[Plan]) -> dict[str, Outcome]:
    """Write; whatever goes wrong, each contact has an outcome, and those that were not reached come later."""
    outcomes: dict[str, Outcome] = {}
    try:
        for outcome in desk.connector.write([Change(plan.promise.record_id, plan.changes or {}) for plan in plans]):
            outcomes[outcome.id] = outcome
    except ContactableError as error:
        log.warning("crm_not_written", connector=desk.connector.name, why=str(error))
    return outcomes


def _settle(
    tx: Tx, desk: Desk, plans: Sequence[Plan], outcomes: Mapping[str, Outcome], left: Mapping[str, Result]
) -> None:
    """Keep what became of each promise."""
    kept: list[Promise] = []
    for plan in plans:
        id = plan.promise.record_id
        put_off = _keep(tx, desk, plan, outcomes.get(id), left.get(id, Result.LATER))
        if put_off is None:
            kept.append(plan.promise)
        else:
            outbox.postpone(tx, plan.promise, *put_off)
    outbox.kept(tx, kept)


def _keep(tx: Tx, desk: Desk, plan: Plan, outcome: Outcome | None, left: Result) -> tuple[timedelta, str] | None:
    """Keep what became of one contact; give the delay and the reason where its promise is not kept yet."""
    if plan.row is None or plan.verdicts is None:
        return None
    row, until = plan.row, next_until(plan.verdicts)
    if plan.changes and (outcome is None or outcome.result is Result.LATER):
        return _delay(plan.promise.attempts), LATER
    if outcome and outcome.result is Result.REFUSED:
        return LONGEST_DELAY, outcome.why[:200]
    if outcome and outcome.survivor:
        _follow(tx, row, outcome.survivor)
        return None
    if outcome and outcome.result is Result.GONE:
        mirror.forget(tx, row.connector, [row.record_id])
        return None
    waits = bool(plan.wish.scopes) and left in (Result.LATER, Result.REFUSED)
    if plan.changes or (plan.wish.scopes and not waits):
        mirror.written(tx, row.connector, row.record_id, _written(plan, waits), until, tx.now)
        shown.add(tx, _shown(desk, row, plan.verdicts))
    else:
        mirror.checked(tx, row.connector, row.record_id, until)
    if waits:
        return (LONGEST_DELAY, WAITS) if left is Result.REFUSED else (_delay(plan.promise.attempts), LATER)
    return (WINDOW, HELD) if plan.held else None


def _follow(tx: Tx, row: MirrorRow, survivor: str) -> None:
    """The record was merged: what was written under its id fell on the survivor, which is read and written anew."""
    mirror.merge(tx, row.connector, survivor, [row.record_id])
    mirror.written(tx, row.connector, survivor, {}, None, tx.now)
    outbox.promise(tx, row.connector, [survivor], urgent=True, refresh=True, why="merged")


def _written(plan: Plan, waits: bool) -> dict[str, Mapping[str, str]]:
    left = (plan.row.written or {}).get(OPT_OUT, {}) if plan.row else {}
    left = left if waits else plan.wish.left(left)
    reasons = {
        offer: {str(channel): str(verdict.reason) for channel, verdict in by_channel.items()}
        for offer, by_channel in (plan.verdicts or {}).items()
    }
    return {PROPERTIES: dict(plan.values or {}), **({OPT_OUT: left} if left else {}), **reasons}


def _shown(desk: Desk, row: MirrorRow, verdicts: Verdicts) -> Iterable[shown.Shown]:
    """One row for each verdict that is now shown otherwise than before."""
    for offer, by_channel in verdicts.items():
        before = (row.written or {}).get(offer, {})
        for channel, verdict in by_channel.items():
            reason = before.get(channel)
            if reason == verdict.reason:
                continue
            yield shown.Shown(
                connector=row.connector,
                record_id=row.record_id,
                offer=offer,
                channel=channel,
                allowed=verdict.allowed,
                reason=verdict.reason,
                was_allowed=None if reason is None else Reason(reason).opens,
                until=verdict.until.isoformat() if verdict.until else None,
                facts=row.facts,
                versions=desk.versions,
            )


def _delay(attempts: int) -> timedelta:
    doubled: timedelta = FIRST_DELAY * 2 ** min(attempts, 12)
    return min(doubled, LONGEST_DELAY)


class Worker:
    """Runs ``work`` in a thread of its own until it is stopped, as long as it is this process's turn."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        name = desk.connector.name
        self._turn = Turn(desk.register, f"crm {name}", desk.clock, lambda tx: outbox.free(tx, name))
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name=f"worker-{desk.connector.name}", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def wake(self) -> None:
        """Look at the outbox now."""
        self._woken.set()

    def stop(self) -> None:
        """End after the batch in hand."""
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()
            self._turn.give_back()

    def _loop(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            if not self._work():
                self._woken.wait(IDLE)

    def _work(self) -> int:
        try:
            return work(self._desk) if self._turn.is_mine() else 0
        except ContactableError as error:
            log.warning("worker_waits", connector=self._desk.connector.name, why=str(error))
        except Exception as error:  # noqa: BLE001  a contact that breaks us must not end the work for the others
            log.error("worker_broke", connector=self._desk.connector.name, error=trace(error))
        self._stopping.wait(FIRST_DELAY.total_seconds())
        return 0
