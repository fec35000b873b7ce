"""What the rules say of one contact on one channel: why, until when, what would open it, which readings touched it.

This is the slow road, taken once for each case (``decision`` keeps the rest).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from contactable.rules.advice import advice_for
from contactable.rules.conditions import conditions_of
from contactable.rules.readings import DOUBTS
from contactable.rules.rule import Answer
from contactable.rules.situation import Situation
from contactable.rules.terms import Channel
from contactable.rules.verdict import Verdict

MOST_DATED: Final = 4096


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict without its date, and which of the days ahead is its ``until`` (None: none of them)."""

    channel: Channel
    undated: Verdict
    until: int | None
    _dated: dict[int, Verdict] = field(default_factory=dict, repr=False, compare=False)

    def verdict(self, ahead: tuple[int, ...]) -> Verdict:
        """The verdict for a contact like the one that was judged; ``ahead`` are that contact's days."""
        if self.until is None:
            return self.undated
        day = ahead[self.until]
        found = self._dated.get(day)
        if found is None:
            if len(self._dated) >= MOST_DATED:
                self._dated.clear()
            found = self._dated[day] = self.undated.ending(date.fromordinal(day))
        return found


class Judgements:
    """Those on all channels, of which most hang on no day."""

    __slots__ = ("_dated", "_undated", "alone")

    def __init__(self, alone: tuple[Judgement, ...]) -> None:
        self.alone = alone
        self._undated = {each.channel: each.undated for each in alone}
        self._dated = tuple(each for each in alone if each.until is not None)

    def verdicts(self, ahead: tuple[int, ...]) -> dict[Channel, Verdict]:
        """The verdicts by channel, as ``Judgement.verdict`` gives each."""
        found = self._undated.copy()
        for each in self._dated:
            found[each.channel] = each.verdict(ahead)
        return found


def judge(channel: Channel, situation: Situation) -> Judgement:
    """Run the rules of a channel: today, on each day ahead, under each other reading, and for advice."""
    case = situation.case(channel, situation.today)
    answer = situation.law.answer(case)
    verdict = Verdict(
        channel,
        answer.allowed,
        answer.reason,
        tuple(source.id for source in answer.sources),
        conditions_of(case, answer.reason),
        advice=advice_for(situation, channel, answer.reason),
        readings=_readings_that_touched(channel, situation, answer),
    )
    return Judgement(channel, verdict, _first_change(channel, situation, answer))


def _first_change(channel: Channel, situation: Situation, now: Answer) -> int | None:
    for place, day in enumerate(situation.ahead):
        if situation.answer(channel, day).reason is not now.reason:
            return place
    return None


def _readings_that_touched(channel: Channel, situation: Situation, answer: Answer) -> tuple[str, ...]:
    """The doubts of which another setting would give another answer."""
    readings = situation.readings
    others = ((doubt.name, readings.but(doubt)) for doubt in DOUBTS)
    return tuple(
        name for name, other in others if situation.answer(channel, situation.today, other).reason is not answer.reason
    )
