"""What became of a batch of promises, kept in one transaction with few statements: written, put off, or gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from contactable.brake import HELD, WINDOW
from contactable.connectors.protocol import Outcome, Result
from contactable.forgetting import forget
from contactable.judging import Verdicts, next_until
from contactable.merging import keep_oppositions
from contactable.own_properties import PROPERTIES
from contactable.register import MirrorRow, Promise, Tx, mirror, outbox, shown
from contactable.register.mirror import WrittenContact
from contactable.rules import Reason
from contactable.unsubscribing import NO_WISH, OPT_OUT, WAITS, Wish

FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=2), timedelta(hours=1)
LATER = "later"
"""Why a promise waits whose contact the CRM could not take now."""
PutOff = tuple[timedelta, str]


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
class Became:
    """What the CRM said of each contact: of its properties, and of its opt-outs. Who is missing was not reached.

    ``left`` is None where the opt-outs were not tried yet.
    """

    written: Mapping[str, Outcome]
    left: Mapping[str, Result] | None


@dataclass(slots=True)
class _Kept:
    """What is to be kept of a batch, gathered."""

    promises: list[Promise] = field(default_factory=list)
    leaving: list[Promise] = field(default_factory=list)
    written: list[WrittenContact] = field(default_factory=list)
    shown: list[shown.Shown] = field(default_factory=list)


def settle(tx: Tx, plans: Sequence[Plan], became: Became, versions: Mapping[str, str]) -> None:
    """Keep what became of each promise."""
    kept = _Kept()
    for plan in plans:
        delayed = _settle(tx, plan, became, versions, kept)
        if delayed is None:
            kept.promises.append(plan.promise)
        elif delayed[1] == outbox.LEAVING:
            kept.leaving.append(plan.promise)
        else:
            outbox.postpone(tx, plan.promise, *delayed)
    mirror.written_all(tx, kept.written)
    shown.add(tx, kept.shown)
    outbox.kept(tx, kept.promises)
    outbox.hand_on(tx, kept.leaving, outbox.LEAVING)


def put_off(tx: Tx, promises: Iterable[Promise]) -> None:
    """Free promises that could not be worked on now, to be tried a while later."""
    for promise in promises:
        outbox.postpone(tx, promise, _delay(promise.attempts), LATER)


def _settle(tx: Tx, plan: Plan, became: Became, versions: Mapping[str, str], kept: _Kept) -> PutOff | None:
    """Gather what is to be kept of one contact; give the delay and the reason where its promise is not kept yet."""
    if plan.row is None or plan.verdicts is None:
        return None
    outcome = became.written.get(plan.promise.record_id)
    if plan.changes and (outcome is None or outcome.result is Result.LATER):
        return _delay(plan.promise.attempts), LATER
    if outcome and outcome.result is Result.REFUSED:
        return LONGEST_DELAY, outcome.why[:200]
    if outcome and (outcome.survivor or outcome.result is Result.GONE):
        _let_go(tx, plan.row, outcome.survivor)
        return None
    left = None if became.left is None else became.left.get(plan.promise.record_id, Result.LATER)
    return _keep(tx, plan, left, versions, kept)


def _keep(tx: Tx, plan: Plan, left: Result | None, versions: Mapping[str, str], kept: _Kept) -> PutOff | None:
    if plan.row is None or plan.verdicts is None:
        return None
    row, until = plan.row, next_until(plan.verdicts)
    waits = bool(plan.wish.leaves) and left in (None, Result.LATER, Result.REFUSED)
    if plan.changes or (plan.wish.leaves and not waits):
        kept.written.append(WrittenContact(row.connector, row.record_id, _written(plan, waits), until, tx.now))
        kept.shown.extend(_shown(versions, row, plan.verdicts))
    elif until != row.until:
        mirror.checked(tx, row.connector, row.record_id, until)
    if waits and left is None:
        return timedelta(), outbox.LEAVING
    if waits:
        return (LONGEST_DELAY, WAITS) if left is Result.REFUSED else (_delay(plan.promise.attempts), LATER)
    return (WINDOW, HELD) if plan.held else None


def _let_go(tx: Tx, row: MirrorRow, survivor: str) -> None:
    """The record is no more. Where it was merged, what was written under its id fell on the survivor, which is read
    and written anew."""
    if not survivor:
        forget(tx, row.connector, [row.record_id])
        return
    there = mirror.contacts(tx, row.connector, [row.record_id, survivor])
    facts = {id: each.facts or {} for id, each in there.items()}
    mirror.merge(tx, row.connector, survivor, [row.record_id])
    keep_oppositions(tx, row.connector, {survivor: {row.record_id: facts.get(row.record_id, {})}}, facts)
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


def _shown(versions: Mapping[str, str], row: MirrorRow, verdicts: Verdicts) -> Iterable[shown.Shown]:
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
                versions=versions,
            )


def _delay(attempts: int) -> timedelta:
    doubled: timedelta = FIRST_DELAY * 2 ** min(attempts, 12)
    return min(doubled, LONGEST_DELAY)
