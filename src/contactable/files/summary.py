"""What a check found, for somebody who manages: who can be reached, why not, what ends soon, what a form would open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from contactable.files.verdicts import Decided, Ends
from contactable.rules import Channel, Reason


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

    rows: int = 0
    refused: int = 0
    warnings: Counter[str] = field(default_factory=Counter)
    open: Counter[Channel] = field(default_factory=Counter)
    reachable: int = 0
    closed: Counter[tuple[Channel, Reason]] = field(default_factory=Counter)
    ends: Ends = field(default_factory=Counter)
    opens: Counter[tuple[Channel, tuple[str, ...]]] = field(default_factory=Counter)

    def add(self, decided: Decided) -> None:
        """Count one chunk."""
        self.rows += len(decided.ids)
        self.refused += len({remark.place for remark in decided.refused})
        self.warnings.update(remark.column for remark in decided.warnings)
        self.reachable += sum("yes" in allowed for allowed in zip(*decided.cells[::5], strict=True))
        self.ends.update(decided.ends)
        for place, channel in enumerate(Channel):
            allowed, reason, _, advice, _ = decided.cells[5 * place : 5 * place + 5]
            for (opened, why, columns), times in Counter(zip(allowed, reason, advice, strict=True)).items():
                self._count(channel, opened == "yes", Reason(why), tuple(columns.split("+")) if columns else (), times)

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

    def _count(self, channel: Channel, opened: bool, reason: Reason, advice: tuple[str, ...], times: int) -> None:
        if opened:
            self.open[channel] += times
            return
        self.closed[channel, reason] += times
        if advice and asked_by_a_form(advice):
            self.opens[channel, advice] += times
