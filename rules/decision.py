"""Decide: one contact, one offer, one moment, each channel.

The rules run once for each case that is met; what they said is kept under the packed case (``packing``), so that the
next contact like it costs a look-up. A contact's days enter the key only by their order, and a verdict's ``until`` is
one of them. What a channel's rules never ask is no part of that channel's key, so that one case serves many contacts.
The memos are bounded and forget everything when they are full.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, TypeVar

from contactable.errors import Malformed
from contactable.rules.conditions import version_on
from contactable.rules.exploration import Frame, facts_behind
from contactable.rules.facts import Facts, Offer, known_at
from contactable.rules.judgement import Judgement, Judgements, judge
from contactable.rules.law import FRENCH_LAW, Law
from contactable.rules.moments import DAY, NEVER, at_the_latest, day_of, moment_of
from contactable.rules.packing import Starts
from contactable.rules.periods import ends_of
from contactable.rules.readings import DEFAULT_READINGS, DOUBTS, Readings
from contactable.rules.situation import OVER, Situation
from contactable.rules.sources import FIRST_DAY
from contactable.rules.terms import Channel
from contactable.rules.verdict import Verdict

MOST_REMEMBERED: Final = 65_536
_FEW_DAYS: Final = 4  # those asked about at a time: today, and the day on which a declaration ends

_FIRST_DAY = FIRST_DAY.toordinal()
_Key = tuple[Any, ...]
_K = TypeVar("_K")
_T = TypeVar("_T")
_judgements: dict[_Key, Judgements] = {}
_judgements_alone: dict[_Key, Judgement] = {}
_different: dict[Judgement, Judgement] = {}
_CHANNELS = tuple(Channel)
_Order = tuple[int, ...]
_Ahead = tuple[int, ...]
_HAS_COME = -1  # the place in the order of a day that lies behind
_PLACES = {NEVER: -2, 0: -3}  # and of one that does not come, or of a period that never began


def decide(
    facts: Facts,
    offer: Offer,
    on: date,
    readings: Readings = DEFAULT_READINGS,
    *,
    last_contact_on: date | None = None,
    law: Law = FRENCH_LAW,
) -> dict[Channel, Verdict]:
    """Tell for each channel whether the contact may be approached there.

    ``on`` is a day (Europe/Paris), with all that happened on it, or an aware date-time; what lies after it is not
    known. ``last_contact_on`` takes the place of an unknown one in ``facts``: most contacts differ in nothing else, and
    can share their facts. Raises ``Malformed`` for a naive date-time and for a day before 2018-05-25.
    """
    judgements, ahead = _judged(facts, offer, on, readings, law, last_contact_on)
    return judgements.verdicts(ahead)


def decide_channel(
    channel: Channel,
    facts: Facts,
    offer: Offer,
    on: date,
    readings: Readings = DEFAULT_READINGS,
    *,
    law: Law = FRENCH_LAW,
) -> Verdict:
    """Tell whether the contact may be approached on one channel; as ``decide``. Raises ``Malformed`` for no channel."""
    judgements, ahead = _judged(facts, offer, on, readings, law)
    try:
        return judgements.alone[_CHANNELS.index(channel)].verdict(ahead)
    except ValueError:
        raise Malformed(f"channel is {channel!r}: {', '.join(Channel)} are accepted.") from None


def forget() -> None:
    """Forget what was judged, as a full memo does by itself."""
    _judgements.clear()
    _judgements_alone.clear()
    _different.clear()
    _asked.cache_clear()
    _days.cache_clear()


def asked_at(on: date) -> int:
    """The last moment known when asked about a day or an aware date-time. Raises ``Malformed`` as ``decide``."""
    return _asked(_a_day(on), FRENCH_LAW)[0]


def _judged(
    facts: Facts, offer: Offer, on: date, readings: Readings, law: Law, last_contact_on: date | None = None
) -> tuple[Judgements, _Ahead]:
    """The judgements on all channels, and the days ahead on which anything may change."""
    moment, days = _asked(on if isinstance(on, date) else _a_day(on), law)
    packed, latest, starts = facts.normal.contacted_on(last_contact_on) if last_contact_on else facts.normal
    # Seldom: facts lie in the past unless somebody asks about a day gone by.
    if latest > moment:
        facts = replace(facts, last_contact_on=last_contact_on) if last_contact_on else facts
        return _judged(known_at(facts, moment), offer, on, readings, law)
    order, ahead = days[starts]
    key = (law, packed, order, offer.purpose, offer.sector, readings.code)
    judgements = _judgements.get(key)
    if judgements is None:
        situation = Situation(law, facts, offer, days.today, readings, ends_of(starts), ahead, last_contact_on)
        judgements = Judgements(tuple(_judged_alone(channel, situation, order) for channel in _CHANNELS))
        _remember(_judgements, key, judgements)
    return judgements, ahead


def _judged_alone(channel: Channel, situation: Situation, order: tuple[int, ...]) -> Judgement:
    """The judgement on one channel, made once for all contacts that differ in nothing that its rules may ask."""
    law, readings, known = situation.law, situation.readings, situation.known(channel)
    asked = _facts_asked(law, law.period(situation.today), channel, readings)
    key = (law, channel, order, readings.code, *[known[name] for name in asked])
    judgement = _judgements_alone.get(key)
    if judgement is None:
        judgement = judge(channel, situation)
        # A thousand cases end in a hundred judgements: those that are equal share the verdicts that they date.
        if judgement in _different:
            judgement = _different[judgement]
        else:
            _remember(_different, judgement, judgement)
        _remember(_judgements_alone, key, judgement)
    return judgement


@lru_cache(maxsize=512)
def _facts_asked(law: Law, period: int, channel: Channel, readings: Readings) -> tuple[str, ...]:
    """What a channel's rules may ask now or later, under every reading tried. Ends of periods are told by the order."""
    days = [law.a_day_of(each) for each in range(period, len(law.changes) + 1)]
    tried = [readings, *(readings.but(doubt) for doubt in DOUBTS)]
    facts = (facts_behind(law, Frame(channel, day, each)) for day in days for each in tried)
    return tuple(sorted(frozenset().union(*facts).difference(OVER)))


def _remember(memo: dict[_K, _T], key: _K, value: _T, most: int = MOST_REMEMBERED) -> None:
    # Forgetting all at once needs no bookkeeping on the quick road, and costs one slow decision a case.
    if len(memo) >= most:
        memo.clear()
    memo[key] = value


class _Days(dict[Starts, tuple[_Order, _Ahead]]):
    """How the days of contacts lie on one day asked about, by the days from which their periods run.

    A dict that fills itself is looked up in half the time of a function with an ``lru_cache``.
    """

    def __init__(self, law: Law, today: int) -> None:
        super().__init__()
        self.law, self.today, self.period = law, today, law.period(today)

    def __missing__(self, starts: Starts) -> tuple[_Order, _Ahead]:
        """How a contact's days and those of the law lie to each other and to the day, and those to come."""
        days = (*ends_of(starts), *self.law.changes[self.period :])
        ahead = tuple(sorted({day for day in days if self.today < day < NEVER}))
        places = (ahead.index(day) if day in ahead else _PLACES.get(day, _HAS_COME) for day in days)
        found = (self.period, version_on(self.today), *places), ahead
        _remember(self, starts, found, MOST_REMEMBERED // _FEW_DAYS)
        return found


def _a_day(on: date) -> date:
    if not isinstance(on, date):
        raise Malformed(f"on is {on!r}: a date or an aware date-time is accepted.")
    return on


@lru_cache(maxsize=_FEW_DAYS)
def _asked(on: date, law: Law) -> tuple[int, _Days]:
    """The last moment known when asked about a day or a date-time, and how contacts' days lie on its day."""
    try:
        moment = moment_of(on)
    except Malformed as wrong:
        raise Malformed(f"on ({on.isoformat()}) {wrong}") from None
    if moment < _FIRST_DAY * DAY:
        raise Malformed(f"on is {on.isoformat()}: nothing is asked about a day before {FIRST_DAY}.")
    return moment if isinstance(on, datetime) else at_the_latest(moment), _days(law, day_of(moment))


@lru_cache(maxsize=_FEW_DAYS)
def _days(law: Law, today: int) -> _Days:
    return _Days(law, today)
