"""The worker: brings stale contacts of one CRM up to date.

Level-triggered: it takes promises from the outbox, decides each contact as it stands now, writes what differs from what
was last written, and keeps the promise only at the version it took. A crash, a duplicate or a storm of events costs a
repeat at most.

Two steps, each at its own pace: properties, which marketing filters on, then the CRM's own opt-outs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import structlog

from contactable.brake import Allowance, allowance
from contactable.clock import Clock
from contactable.connectors.protocol import Change, Connector, Outcome
from contactable.errors import ContactableError
from contactable.identifiers import IdentifierKind
from contactable.judging import Judge
from contactable.logs import trace
from contactable.mapping import property_values
from contactable.next_calls import NextCalls
from contactable.own_properties import PROPERTIES, is_compact
from contactable.register import MirrorRow, Promise, Register, Tx, ledger, mirror, outbox, subjects
from contactable.rules.calendar import paris_day
from contactable.rules.labels import Language
from contactable.settings import BrakeSettings
from contactable.settling import FIRST_DELAY, Became, Plan, put_off, settle
from contactable.together import oppositions_elsewhere, with_oppositions
from contactable.transport import giving_way, pipelined
from contactable.turns import Turn
from contactable.unsubscribing import leave, wish

log = structlog.get_logger()

BATCH = 300  # promises taken at a time
LEASE = 120.0  # seconds after which another worker may take a promise over
IDLE = 0.5  # seconds between two looks at the outbox when nobody wakes us
BATCHES_AT_ONCE = 5
LEAVE_AT_ONCE = 100
LEAVE_EVERY = 1.0  # seconds: who is to be opted out gathers meanwhile, for requests are few
CHANGED_AT = "contactable_changed_at"
GoOn = Callable[[], bool]
"""Asked between two batches."""


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
    opt_outs: Sequence[str] = ()  # channels of which oppositions are written as the CRM's own opt-out too


def work(desk: Desk, go_on: GoOn = lambda: True) -> Iterator[int]:
    """Bring contacts up to date until nothing is left that is due; yield how many promises each batch held."""
    yield from write_properties(desk, go_on)
    yield from unsubscribe(desk, go_on)


def write_properties(desk: Desk, go_on: GoOn) -> Iterator[int]:
    """Write what is due, and hand on who is to be opted out in the CRM itself, which takes several requests more.

    While some batches are on their way the next is decided, so that the line to the CRM is never idle.
    """
    yield from pipelined(lambda plans: _carry_out(desk, plans), _batches(desk, go_on, BATCH), at_once=BATCHES_AT_ONCE)


def unsubscribe(desk: Desk, go_on: GoOn) -> Iterator[int]:
    """Write the CRM's own opt-outs, letting properties pass before them; what is no full batch ends a round."""
    for plans in _batches(desk, go_on, LEAVE_AT_ONCE, leaving=True):
        with giving_way():
            _leave(desk, plans)
        yield len(plans)
        if len(plans) < LEAVE_AT_ONCE:
            return


def _batches(desk: Desk, go_on: GoOn, limit: int, *, leaving: bool = False) -> Iterator[Sequence[Plan]]:
    """Claim promises and decide on them, batch after batch."""
    name, left = desk.connector.name, None
    claim = partial(outbox.claim, connector=name, limit=limit, lease_seconds=LEASE, leaving=leaving)
    while go_on() and (promises := desk.register.write(claim)):
        try:
            _read_anew(desk, promises)
        except ContactableError:
            desk.register.write(lambda tx: put_off(tx, promises))
            raise
        with desk.register.read() as tx:
            left = allowance(tx, name, desk.brake).after(left)
            plans = list(_plans(tx, desk, promises, left))
        yield plans


def _read_anew(desk: Desk, promises: Sequence[Promise]) -> None:
    if any(promise.why == outbox.SUBMITTED for promise in promises):
        desk.read_forms()
    desk.refresh([promise.record_id for promise in promises if promise.refresh])


def _carry_out(desk: Desk, plans: Sequence[Plan]) -> int:
    outcomes = _write(desk, [plan for plan in plans if plan.changes])
    desk.register.write(lambda tx: settle(tx, plans, Became(outcomes, None), desk.versions))
    # Who leaves the CRM's own opt-outs is promised still, and who is gone was not brought up to date.
    return sum(plan.row is not None and not plan.wish.leaves for plan in plans)


def _leave(desk: Desk, plans: Sequence[Plan]) -> None:
    # Who differs again in the properties goes back to those that write them: theirs is the brake's allowance too.
    wanted = {plan.promise.record_id: plan.wish.leaves for plan in plans if plan.wish.leaves and not plan.changes}
    left = leave(desk.register, desk.connector, wanted)
    desk.register.write(lambda tx: settle(tx, plans, Became({}, left), desk.versions))


def _plans(tx: Tx, desk: Desk, promises: Sequence[Promise], left: Allowance) -> Iterable[Plan]:
    name, today = desk.connector.name, paris_day(desk.clock())
    ids = [promise.record_id for promise in promises]
    rows = mirror.contacts(tx, name, ids)
    entries = ledger.entries_of_contacts(tx, name, ids)
    own = subjects.find_subjects(tx, [(IdentifierKind.RECORD, f"{name}:{id}") for id in ids])
    compact = is_compact(tx, name)
    calls = {} if compact else desk.next_calls.histories(tx, name, ids)
    told = oppositions_elsewhere(tx, name, ids)
    moment = desk.clock()  # one for the batch: some CRMs write contacts together that get the same values
    for promise in promises:
        row = rows.get(promise.record_id)
        if row is None or row.gone_at:
            yield Plan(promise)
        else:
            row = replace(row, facts=with_oppositions(row.facts, told.get(row.record_id, {})))
            link = desk.link(own[IdentifierKind.RECORD, f"{name}:{row.record_id}"])
            verdicts = desk.judge.verdicts(row.facts, entries[row.record_id], today)
            shown_now, held = left.hold(verdicts, row.written or {})
            values = property_values(
                shown_now,
                changed_at=moment,
                link=link,
                next_call="" if compact else desk.next_calls.of(row, shown_now, calls[row.record_id]),
                compact=compact,
                language=desk.language,
            )
            wanted = wish(verdicts, row, entries[row.record_id], desk.judge.offers, desk.opt_outs)
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


class Worker:
    """Works in threads of its own until it is stopped, as long as it is this process's turn."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        name = desk.connector.name
        self._turn = Turn(desk.register, f"crm {name}", desk.clock, lambda tx: outbox.free(tx, name))
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name=f"worker-{name}", daemon=True)
        self._leaver = threading.Thread(target=self._leave_loop, name=f"leaver-{name}", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()
        self._leaver.start()

    def wake(self) -> None:
        """Look at the outbox now."""
        self._woken.set()

    def stop(self) -> None:
        """End after the batch in hand."""
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()
            self._leaver.join()
            self._turn.give_back()

    def _may_go_on(self) -> bool:
        return not self._stopping.is_set() and self._turn.is_mine()

    def _loop(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            if not self._work(write_properties, self._may_go_on):
                self._woken.wait(IDLE)

    def _leave_loop(self) -> None:
        while not self._stopping.wait(LEAVE_EVERY):
            # The other thread keeps the turn, and asks for it often.
            self._work(unsubscribe, lambda: self._turn.held and not self._stopping.is_set())

    def _work(self, step: Callable[[Desk, GoOn], Iterator[int]], go_on: GoOn) -> int:
        try:
            return sum(step(self._desk, go_on))
        except ContactableError as error:
            log.warning("worker_waits", connector=self._desk.connector.name, why=str(error))
        except Exception as error:  # noqa: BLE001  a contact that breaks us must not end the work for the others
            log.error("worker_broke", connector=self._desk.connector.name, error=trace(error))
        self._stopping.wait(FIRST_DELAY.total_seconds())
        return 0
