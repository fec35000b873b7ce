"""The law of all channels as one value: what it answers to a case, and the days on which it changes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final

from contactable.rules.case import Case
from contactable.rules.channels import CHANNELS
from contactable.rules.consent import FAULTS_OF_CONSENT_TO_CALLS
from contactable.rules.rule import Answer, Rule, first_answer
from contactable.rules.source import days_of_change
from contactable.rules.sources import FIRST_DAY
from contactable.rules.terms import Channel


@dataclass(frozen=True, eq=False)
class Law:
    """The rules of each channel, in order. ``FRENCH_LAW`` is the one in force; tests make others."""

    channels: Mapping[Channel, tuple[Rule, ...]]
    _in_force: dict[tuple[Channel, int], tuple[Rule, ...]] = field(default_factory=dict, repr=False)

    @cached_property
    def changes(self) -> tuple[int, ...]:
        """The days (ordinals) on which some rule begins to be in force or has ended, in order."""
        rules = (each for channel in self.channels.values() for each in channel)
        faults = (fault.rule for fault in FAULTS_OF_CONSENT_TO_CALLS)
        return days_of_change(source for each in (*rules, *faults) for source in each.sources)

    def period(self, day: int) -> int:
        """The number of changes up to a day: on two days of one period the law is the same."""
        return bisect_right(self.changes, day)

    def a_day_of(self, period: int) -> date:
        """The first day of a period on which anything can be asked."""
        return max(FIRST_DAY, date.fromordinal(self.changes[period - 1])) if period else FIRST_DAY

    def rules(self, channel: Channel, day: date) -> tuple[Rule, ...]:
        """The rules of a channel that are in force on a day, in order."""
        key = channel, self.period(day.toordinal())
        if key not in self._in_force:
            self._in_force[key] = tuple(each for each in self.channels[channel] if each.in_force(day))
        return self._in_force[key]

    def answer(self, case: Case) -> Answer:
        """What the first rule that speaks says. The last rule of every channel speaks."""
        answer = first_answer(self.rules(case.channel, case.day), case)
        # Never to be met: the proofs run every combination. An open channel by default would be the worse mistake.
        if answer is None:
            raise AssertionError(f"no rule of {case.channel} speaks on {case.day}")
        return answer


FRENCH_LAW: Final = Law(CHANNELS)
