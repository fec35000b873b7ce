"""A chunk of contacts in columns: what rules ask of them, answered for all at once.

A fact is an array of codes (the place of each contact's value in ``DOMAIN``), or one code where all contacts share it,
as they do when the column is missing. What time does not change is worked out once a chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Any, Final

from contactable.rules.columns import (
    DATES,
    EPOCH,
    NO_DAY,
    NO_MOMENT,
    SOME_DAY,
    SOME_MOMENT,
    as_moments,
    read_codes,
    read_days,
)
from contactable.rules.compiled import SILENT, Program, Table
from contactable.rules.exploration import DOMAIN
from contactable.rules.facts import Offer
from contactable.rules.moments import DAY, NEVER
from contactable.rules.packing import HAPPENED, OBJECTIONS, compared
from contactable.rules.periods import (
    LONGEST_CALLBACK,
    callback_ends,
    consent_year_ends,
    first_month_ends,
    retention_ends,
    stated_period_ends,
)
from contactable.rules.situation import OVER
from contactable.rules.terms import Channel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Codes = Any
"""An array of codes, or one code (an int or a bool) that all contacts share."""

LATEST: Final = NEVER - EPOCH
"""A day that does not come, counted from 1970."""

_HAPPENED = dict(zip(("last_contact_known", "relation_ended", "first_message_sent"), HAPPENED, strict=True))
_STANDING = ("opposed", "reopened", "consent_on_file")
_COLUMN_OF = {
    "place": "country",
    "consent_act": "consent_{}_act",
    "consent_to": "consent_{}_to",
    "consent_proof": "consent_{}_proof",
    "consent_complete": "consent_phone_complete",
}
_OF_A_CHANNEL = frozenset({*_STANDING, "consent_act", "consent_to", "consent_proof", "has_address", "consent"})


@dataclass(eq=False)
class Contacts:
    """A chunk of contacts, with what is known of them at one moment (``moments``)."""

    columns: Mapping[str, Any]
    offer: Offer
    moment: int
    _kept: dict[Any, Codes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        dates = {name: read_days(name, self.columns[name]) for name in DATES if name in self.columns}
        self.timed = any(each.dtype == "int64" for each in dates.values())
        self.today = self.moment // DAY - EPOCH
        self.never, self.some = (NO_MOMENT, SOME_MOMENT) if self.timed else (NO_DAY, SOME_DAY)
        self.dates = {name: self._known(name, as_moments(each) if self.timed else each) for name, each in dates.items()}

    def _known(self, name: str, dates: NDArray[Any]) -> NDArray[Any]:
        """The dates of what had happened by the moment asked about; a stated period is known with its consent."""
        import numpy as np

        limit = self.moment - EPOCH * DAY if self.timed else self.today
        if name == "consent_phone_until" or not dates.size or dates.max() <= limit:
            return dates
        unknown = (dates > limit) & ((dates < self.some) if name in OBJECTIONS else True)
        return np.where(unknown, dates.dtype.type(self.never), dates)

    def days(self, name: str) -> Any:
        """The days of a column of dates; far in the past for what did not happen."""
        dates = self.dates.get(name, self.never)
        return dates // DAY if self.timed else dates

    def standing(self, channel: Channel) -> tuple[Codes, Codes, Codes]:
        """As ``packing.standing``, for all contacts at once."""
        import numpy as np

        names = (f"opposed_{channel}_on", f"consent_{channel}_withdrawn_on", "opposed_all_on")
        objections = [self._at_the_latest(self.dates[name]) for name in names if name in self.dates]
        last = reduce(np.maximum, objections) if objections else self.never
        acts = (self.dates.get(f"{act}_{channel}_on", self.never) for act in ("reopened", "consent"))
        return compared(last, *acts, never=self.never)

    def _at_the_latest(self, moments: NDArray[Any]) -> NDArray[Any]:
        import numpy as np

        if not self.timed:
            return moments
        return np.where((moments % DAY == 0) & (moments > self.never), moments + (DAY - 1), moments)

    def plain(self, name: str, channel: Channel) -> Codes:
        """The codes of a fact that is not derived and that time does not change."""
        if name in _HAPPENED:
            return self.dates[event] > self.never if (event := _HAPPENED[name]) in self.dates else False
        if name in _STANDING:
            standing = self.standing(channel)
            self._kept |= {(fact, channel): codes for fact, codes in zip(_STANDING, standing, strict=True)}
            return standing[_STANDING.index(name)]
        column = _COLUMN_OF.get(name, name).format(channel)
        if column in self.columns:
            return read_codes(column, self.columns[column])
        return DOMAIN[name].index(getattr(self.offer, name)) if name in ("purpose", "sector") else 0

    def kept(self, key: Any, work_out: Callable[[], Codes]) -> Codes:
        """What was worked out before under that key, or is now."""
        if key not in self._kept:
            self._kept[key] = work_out()
        return self._kept[key]

    def end(self, clock: str) -> Any:
        """For each contact the day on which a period is over (``periods``), counted from 1970."""
        return self.kept(clock, lambda: _ENDS[clock](self))


@dataclass(eq=False)
class Inquiry:
    """What one channel's program asks of a chunk of contacts on a day, the same for all or one for each."""

    contacts: Contacts
    channel: Channel
    program: Program
    day: Any
    _asked: dict[str, Codes] = field(default_factory=dict)

    def answer(self) -> Codes:
        """The codes of the reasons (``REASONS``): the questions asked first, then the channel's own rules."""
        import numpy as np

        before = look_up(self.program.questions, self.fact)
        own = look_up(self.program.own, self.fact)
        return np.where(before == SILENT, own, before)

    def fact(self, name: str) -> Codes:
        """The codes of any fact."""
        if name in self.program.timed:
            if name not in self._asked:
                self._asked[name] = self._timed(name)
            return self._asked[name]
        channel = self.channel if name in _OF_A_CHANNEL else None
        table = self.program.derived.get(name)
        if table is None:
            return self.contacts.kept((name, channel), lambda: self.contacts.plain(name, self.channel))
        return self.contacts.kept((table, channel), lambda: look_up(table, self.fact))

    def _timed(self, name: str) -> Codes:
        if name in OVER:
            return self.contacts.end(name) <= self.day
        return look_up(self.program.derived[name], self.fact)


def look_up(table: Table, fact: Callable[[str], Codes]) -> Codes:
    """Pack the facts that a table asks into places, and gather the answers."""
    import numpy as np

    start, added = 0, list[Any]()
    for name, steps in table.steps.items():
        codes = fact(name)
        if not isinstance(codes, np.ndarray):
            start += int(steps.of[int(codes)])
        elif len(steps.others) > _FEW:
            added.append(steps.of.take(codes))
        else:
            start += steps.common
            added += [np.multiply(codes == value, more) for value, more in steps.others]
    if not added:
        return int(table.answers[start])
    places = reduce(lambda places, more: np.add(places, more, out=places), added)
    return table.answers.take(np.add(places, np.uint16(start % _WRAP), out=places))


_FEW: Final = 2  # values that differ from the common one: beyond this a look-up is quicker than comparing
_WRAP: Final = 1 << 16


def _ends_by_day(contacts: Contacts, days: Any, ends: Callable[[int], int], longest: int) -> Any:
    """When a period is over that began on each day; no period is longer than ``longest`` days."""
    import numpy as np

    if not isinstance(days, np.ndarray):
        return -LATEST
    first = contacts.today - longest
    return _ends_between(ends, first, contacts.today).take(np.maximum(days, first) - first)


@lru_cache(maxsize=64)
def _ends_between(ends: Callable[[int], int], first: int, last: int) -> NDArray[np.int32]:
    import numpy as np

    return np.array([ends(day + EPOCH) - EPOCH for day in range(first, last + 1)], np.int32)


def _retention_ends(contacts: Contacts) -> Any:
    import numpy as np

    last = [contacts.days(name) for name in ("last_contact_on", "relation_ended_on") if name in contacts.dates]
    days = reduce(np.maximum, last) if last else None
    return _ends_by_day(contacts, days, retention_ends, longest=3 * 366)


def _stated_period_ends(contacts: Contacts) -> Any:
    import numpy as np

    if "consent_phone_until" not in contacts.dates:
        return LATEST
    stated = contacts.dates["consent_phone_until"] > contacts.never
    return np.where(stated, stated_period_ends(contacts.days("consent_phone_until")), LATEST)


_ENDS: Final[Mapping[str, Callable[[Contacts], Any]]] = {
    "retention_over": _retention_ends,
    "consent_year_over": lambda of: _ends_by_day(of, of.days("consent_phone_on"), consent_year_ends, longest=366),
    "consent_period_over": _stated_period_ends,
    "callback_over": lambda of: _ends_by_day(
        of, of.days("callback_requested_on"), callback_ends, longest=LONGEST_CALLBACK
    ),
    "first_month_over": lambda of: _ends_by_day(of, of.days("collected_on"), first_month_ends, longest=31),
}
