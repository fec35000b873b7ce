"""When a consumer may be called: days, hours and frequency of Code de la consommation art. D223-9, both versions.

Monday to Friday, 10–13 h and 14–20 h where the consumer is, no public holiday; at most four attempts in thirty days.
Until 2026-08-10 a refusal closed sixty days and an express consent lifted the hours; from 2026-08-11 a refusal is a
withdrawal (``decide`` knows it, this module does not) and only a slot that was agreed to, and can be attested, lifts
the hours. Hours say nothing of *whether* one may call: that is the verdict on ``phone``. Professionals have no hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from contactable.errors import Malformed
from contactable.rules.calendar import PARIS, is_public_holiday, paris_day
from contactable.rules.consumer_code import D223_9_2023, D223_9_2026
from contactable.rules.sources import FIRST_DAY, KIT_SCOPE
from contactable.rules.time_zones import Zones, zones_of


class CallStatus(StrEnum):
    """The answer: yes, no, or that a fact is missing without which nobody may say yes."""

    ALLOWED = "allowed"
    NOT_ALLOWED = "not_allowed"
    UNKNOWN = "unknown"


class CallReason(StrEnum):
    """Why; the first that speaks."""

    NO_HOURS_YET = "no_hours_yet"
    INSIDE_HOURS = "inside_hours"
    EXPRESS_CONSENT = "express_consent"
    AGREED_SLOT = "agreed_slot"
    REFUSED_LATELY = "refused_lately"
    FOUR_ATTEMPTS = "four_attempts"
    WEEKEND = "weekend"
    PUBLIC_HOLIDAY = "public_holiday"
    OUTSIDE_HOURS = "outside_hours"
    ATTEMPTS_UNKNOWN = "attempts_unknown"
    REFUSALS_UNKNOWN = "refusals_unknown"
    OUTSIDE_SCOPE = "outside_scope"


class Slot(NamedTuple):
    """A date and time that the consumer explicitly agreed to, which can be attested; the end is outside."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class CallAnswer:
    """What ``may_call_at`` answers.

    ``next_allowed`` is the first allowed moment from the one asked about on, None where a fact is missing for saying
    so; ``hours_open_at`` is that moment as far as days, hours and slots go. ``sources`` is empty before 2023-03-01:
    there were no hours. ``zones`` are the time zones in which the moment was judged.
    """

    status: CallStatus
    reason: CallReason
    next_allowed: datetime | None
    hours_open_at: datetime | None
    zones: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        """True where the answer is yes; unknown is no yes."""
        return self.status is CallStatus.ALLOWED


WINDOWS = ((time(10), time(13)), (time(14), time(20)))
MOST_ATTEMPTS = 4
ATTEMPT_DAYS = 30
REFUSAL_DAYS = 60

_YES = frozenset({CallReason.NO_HOURS_YET, CallReason.INSIDE_HOURS, CallReason.EXPRESS_CONSENT, CallReason.AGREED_SLOT})
_SATURDAY = 5
# Sixty days of refusal, then the longest run of weekend and holidays: far within.
_HORIZON_DAYS = 120


@dataclass(frozen=True, slots=True)
class _Case:
    """One consumer, as known at the moment asked about; days are days in Europe/Paris."""

    attempts: tuple[date, ...]
    refusals: tuple[date, ...]
    slots: tuple[Slot, ...]
    express_consent: bool
    zones: Zones


def may_call_at(
    moment: datetime,
    attempts: Iterable[date] | None,
    refusals: Iterable[date] | None,
    agreed_slots: Sequence[tuple[datetime, datetime]] = (),
    *,
    express_consent: bool = False,
    postcode: str | None = None,
    country: str | None = None,
    phone: str | None = None,
) -> CallAnswer:
    """Tell whether a consumer may be called at a moment, and when next (D223-9).

    ``attempts`` (calls count as attempts) and ``refusals`` are days or aware date-times; None means that nobody knows,
    and the answer is then never yes. Those after the moment are not known at it. ``express_consent`` counts until
    2026-08-10, ``agreed_slots`` from 2026-08-11. ``postcode``, ``country`` and ``phone`` (E.164) tell the time zone;
    where they leave several, only moments allowed in all of them are. Raises ``Malformed`` for a moment without zone.
    """
    moment = _asked(moment)
    zones = zones_of(postcode, country, phone)
    if not zones:
        return CallAnswer(CallStatus.UNKNOWN, CallReason.OUTSIDE_SCOPE, None, None, (), (KIT_SCOPE.id,))
    slots = tuple(Slot(_aware(start, "agreed_slots"), _aware(end, "agreed_slots")) for start, end in agreed_slots)
    case = _Case(
        _days_known_at(moment, attempts, "attempts"),
        _days_known_at(moment, refusals, "refusals"),
        slots,
        express_consent,
        zones,
    )
    return _answer(case, moment, _missing(attempts, refusals))


def _answer(case: _Case, moment: datetime, missing: CallReason | None) -> CallAnswer:
    reason, opens = _reason_at(case, moment), _first_allowed(case, moment)
    status = CallStatus.ALLOWED if reason in _YES else CallStatus.NOT_ALLOWED
    if missing and reason in _YES:
        status, reason = CallStatus.UNKNOWN, missing
    return CallAnswer(
        status,
        reason,
        next_allowed=None if missing else opens,
        hours_open_at=_first_allowed(_without_history(case), moment),
        zones=tuple(sorted(case.zones)),
        sources=_sources(paris_day(moment)),
    )


def _missing(attempts: Iterable[date] | None, refusals: Iterable[date] | None) -> CallReason | None:
    if attempts is None:
        return CallReason.ATTEMPTS_UNKNOWN
    return CallReason.REFUSALS_UNKNOWN if refusals is None else None


def _reason_at(case: _Case, moment: datetime) -> CallReason:
    day = paris_day(moment)
    if not _sources(day):
        return CallReason.NO_HOURS_YET
    if D223_9_2023.in_force(day) and any((day - refusal).days <= REFUSAL_DAYS for refusal in case.refusals):
        return CallReason.REFUSED_LATELY
    if sum((day - attempt).days < ATTEMPT_DAYS for attempt in case.attempts) >= MOST_ATTEMPTS:
        return CallReason.FOUR_ATTEMPTS
    return _hours(case, moment, day)


def _hours(case: _Case, moment: datetime, day: date) -> CallReason:
    """Days and hours alone: what lifts them, then the clock in every zone where the consumer may be."""
    if D223_9_2023.in_force(day) and case.express_consent:
        return CallReason.EXPRESS_CONSENT
    if D223_9_2026.in_force(day) and any(slot.start <= moment < slot.end for slot in case.slots):
        return CallReason.AGREED_SLOT
    closed = (reason for zone in sorted(case.zones) if (reason := _clock(moment.astimezone(ZoneInfo(zone)))))
    return next(closed, CallReason.INSIDE_HOURS)


def _clock(local: datetime) -> CallReason | None:
    if local.weekday() >= _SATURDAY:
        return CallReason.WEEKEND
    if is_public_holiday(local.date()):
        return CallReason.PUBLIC_HOLIDAY
    inside = any(start <= local.time() < end for start, end in WINDOWS)
    return None if inside else CallReason.OUTSIDE_HOURS


def _first_allowed(case: _Case, moment: datetime) -> datetime | None:
    """The first allowed moment, written in the consumer's own time where that is known."""
    home = ZoneInfo(next(iter(case.zones)) if len(case.zones) == 1 else PARIS)
    found = next((then for then in _openings(case, moment) if _reason_at(case, then) in _YES), None)
    return found and found.astimezone(home)


def _openings(case: _Case, moment: datetime) -> Iterator[datetime]:
    """Every moment at which an answer may turn to yes: now, midnights, starts of windows and of slots."""
    yield moment
    first = paris_day(moment)
    for day in (first + timedelta(days=count) for count in range(_HORIZON_DAYS)):
        starts = [datetime.combine(day, time(0), ZoneInfo(PARIS))]
        starts += [datetime.combine(day, start, ZoneInfo(zone)) for zone in case.zones for start, _ in WINDOWS]
        starts += [slot.start for slot in case.slots if paris_day(slot.start) == day]
        # In UTC, because two times of one zone are compared by the wall clock.
        yield from sorted(then for start in starts if (then := start.astimezone(UTC)) > moment)


def _without_history(case: _Case) -> _Case:
    return _Case((), (), case.slots, case.express_consent, case.zones)


def _sources(day: date) -> tuple[str, ...]:
    return tuple(source.id for source in (D223_9_2023, D223_9_2026) if source.in_force(day))


def _days_known_at(moment: datetime, events: Iterable[date] | None, name: str) -> tuple[date, ...]:
    days = []
    for event in events or ():
        known = _aware(event, name) <= moment if isinstance(event, datetime) else event <= paris_day(moment)
        if known:
            days.append(paris_day(event))
    return tuple(days)


def _aware(moment: datetime, name: str) -> datetime:
    if moment.utcoffset() is None:
        raise Malformed(f"{name}: {moment.isoformat()} has no time zone; give one, such as +01:00.")
    return moment


def _asked(moment: datetime) -> datetime:
    if paris_day(_aware(moment, "moment")) < FIRST_DAY:
        raise Malformed(f"moment: {moment.isoformat()} lies before {FIRST_DAY}; nothing is asked before.")
    return moment.astimezone(UTC)
