"""What a check found, for somebody who manages: who can be reached, why not, what ends soon, what a form would open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from contactable.files.verdicts import Decided, Outcome
from contactable.rules import Channel, Reason
from contactable.rules.calendar import paris_day

SOON_DAYS = (30, 90)


def asked_by_a_form(columns: Iterable[str]) -> bool:
    """Whether a better form could fill these columns: a consent and how it was given, what people are told, a wish."""
    return all(name.startswith("consent_") or name in _FORM_COLUMNS for name in columns)


_FORM_COLUMNS = frozenset(
    "country informed collected_at_sale parental_authorisation callback_requested_on callback_proof "
    "offer_as_asked audience".split()
)


@dataclass(slots=True)
class Summary:
    """Counts over the whole table. Its size follows the law and the calendar, not the number of rows."""

    on: date
    rows: int = 0
    refused: int = 0
    warnings: Counter[str] = field(default_factory=Counter)
    open: Counter[Channel] = field(default_factory=Counter)
    reachable: int = 0
    closed: Counter[tuple[Channel, Reason]] = field(default_factory=Counter)
    ends: Counter[tuple[Channel, Reason, int]] = field(default_factory=Counter)
    opens: Counter[tuple[Channel, tuple[str, ...]]] = field(default_factory=Counter)

    def add(self, decided: Decided) -> None:
        """Count one chunk."""
        self.rows += len(decided.ids)
        self.refused += len({remark.place for remark in decided.refused})
        self.warnings.update(remark.column for remark in decided.warnings)
        for outcome, times in Counter(decided.outcomes).items():
            self._count(outcome, times)

    def why_not(self, channel: Channel) -> list[tuple[Reason, int]]:
        """Why contacts are closed on a channel, the most frequent reason first."""
        found = [(reason, times) for (closed, reason), times in self.closed.items() if closed is channel]
        return sorted(found, key=lambda item: (-item[1], item[0]))

    def ending_within(self, days: int, channel: Channel) -> int:
        """How many of the open contacts of a channel close by themselves within some days (30 or 90)."""
        return sum(times for (open_, _, soon), times in self.ends.items() if open_ is channel and soon <= days)

    def consents_to_calls_ending_within(self, days: int) -> int:
        """How many consents to calls end within some days (30 or 90)."""
        kept = (Channel.PHONE, Reason.CONSENT)
        return sum(times for (*what, soon), times in self.ends.items() if tuple(what) == kept and soon <= days)

    def a_better_form_opens(self, most: int = 5) -> Sequence[tuple[Channel, tuple[str, ...], int]]:
        """What a form could ask, and how many contacts that would open, the most useful first."""
        found = [(channel, columns, times) for (channel, columns), times in self.opens.items()]
        return sorted(found, key=lambda item: (-item[2], item[0], item[1]))[:most]

    def _count(self, outcome: Outcome, times: int) -> None:
        self.reachable += times * any(verdict.allowed for verdict in outcome.verdicts)
        for verdict in outcome.verdicts:
            if not verdict.allowed:
                self.closed[verdict.channel, verdict.reason] += times
                if verdict.advice and asked_by_a_form(verdict.advice):
                    self.opens[verdict.channel, verdict.advice] += times
            else:
                self.open[verdict.channel] += times
        for verdict in outcome.ending:
            soon = next(days for days in SOON_DAYS if verdict.until and verdict.until <= self._today + timedelta(days))
            self.ends[verdict.channel, verdict.reason, soon] += times

    @property
    def _today(self) -> date:
        return paris_day(self.on)
