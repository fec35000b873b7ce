"""What two days make different for the contacts of one table: a law begins, a consent ends, a fact comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from contactable.files.contacts import Question
from contactable.files.sheets import Remark, Sheet
from contactable.files.verdicts import Outcome, decide_sheet
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
        pairs = list(zip(before.outcomes, after.outcomes, strict=True))
        for (old, new), times in Counter(pairs).items():
            found.changes.update(dict.fromkeys(changes_of(old, new), times))
        _tell_each(before.ids, pairs, tell)
    return found


def changes_of(old: Outcome, new: Outcome) -> list[Change]:
    """The channels whose verdict is another, with both reasons (a reason is either always open or always closed)."""
    both = zip(old.verdicts, new.verdicts, strict=True)
    return [(each.channel, each.reason, then.reason) for each, then in both if each.reason is not then.reason]


def _tell_each(
    ids: Sequence[str], pairs: Sequence[tuple[Outcome, Outcome]], tell: Callable[[str, Change], None]
) -> None:
    for id_, (old, new) in zip(ids, pairs, strict=True):
        for change in changes_of(old, new):
            tell(id_, change)
