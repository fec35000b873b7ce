"""What two days make different for the contacts of one table: a law begins, a consent ends, a fact comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

from contactable.files.contacts import Question
from contactable.files.sheets import Remark, Sheet
from contactable.files.verdicts import Decided, decide_sheet
from contactable.rules import Channel, Reason

Change = tuple[Channel, Reason, Reason]
"""A channel, and the reasons of its verdict on the first and on the second day."""


@dataclass(slots=True)
class Differences:
    """How many contacts were compared, how many verdicts changed and how; the rows that could not be read."""

    rows: int = 0
    changes: Counter[Change] = field(default_factory=Counter)
    refused: list[Remark] = field(default_factory=list)

    def sorted_changes(self) -> list[tuple[Change, int]]:
        """By channel, the most frequent first."""
        return sorted(self.changes.items(), key=lambda item: (list(Channel).index(item[0][0]), -item[1], item[0]))


def compare(
    sheet: Sheet, question: Question, days: tuple[date, date], tell: Callable[[str, Change], None] = lambda *_: None
) -> Differences:
    """Decide a table on two days; ``tell`` is called with the id and each change of a row."""
    found = Differences()
    first, second = (decide_sheet(sheet, replace(question, on=day)) for day in days)
    for before, after in zip(first, second, strict=True):
        found.rows += len(before.ids)
        found.refused += before.refused
        for place, channel in enumerate(Channel):
            _count(before, after, 5 * place + 1, channel, found, tell)
    return found


def _count(
    before: Decided,
    after: Decided,
    column: int,
    channel: Channel,
    found: Differences,
    tell: Callable[[str, Change], None],
) -> None:
    """A reason is either always open or always closed, so another reason says all."""
    for id_, old, new in zip(before.ids, before.cells[column], after.cells[column], strict=True):
        if old != new:  # codes as texts: cheaper than reading a million of them into reasons
            change = channel, Reason(old), Reason(new)
            found.changes[change] += 1
            tell(id_, change)
