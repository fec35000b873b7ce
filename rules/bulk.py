"""A chunk of contacts in columns: what rules ask of them, answered for all at once.

A fact is an array of codes (the place of each contact's value in ``DOMAIN``), or one code where all contacts share it,
as they do when the column is missing. What time does not change is worked out once a chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Any, Final

from contactable.errors import Malformed
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
from contactable.rules.compiled import Program
from contactable.rules.exploration import DOMAIN
from contactable.rules.facts import Offer
from contactable.rules.fields import ACTS_ON, HAPPENED, OBJECTIONS, OBJECTIONS_TO
from contactable.rules.lookup import Codes, Table, look_up
from contactable.rules.moments import DAY, NEVER
from contactable.rules.packing import compared
from contactable.rules.periods import (
    LONGEST_CALLBACK,
    callback_ends,
    consent_year_ends,
    first_month_ends,
    retention_ends,
    stated_period_ends,
)
from contactable.rules.situation import OVER, STANDING
from contactable.rules.terms import Channel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LATEST: Final = NEVER - EPOCH
"""A day that does not come, counted from 1970."""

_HAPPENED = dict(zip(("last_contact_known", "relation_ended", "first_message_sent"), HAPPENED, strict=True))
_COLUMN_OF = {
    "place": "country",
    "consent_act": "consent_{}_act",
    "consent_to": "consent_{}_to",
    "consent_proof": "consent_{}_proof",
    "consent_complete": "consent_phone_complete",
}


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
        self.dates = {name: as_moments(each) if self.timed else each for name, each in dates.items()}
        self._check_periods()

    def _check_periods(self) -> None:
        """Raise ``Malformed`` where a stated period ends before the day of its consent, as ``Facts`` does."""
        until, given = self.dates.get("consent_phone_until"), self.dates.get("consent_phone_on")
        if until is None or given is None:
            return
        if ((self._days(until) < self._days(given)) & (until > self.never)).any():
            raise Malformed("consent_phone_until is before consent_phone_on in some row.")

    def date(self, name: str) -> Any:
        """The dates of what had happened by the moment asked about, ``never`` for the rest."""
        return self.kept(("date", name), lambda: self._known(name)) if name in self.dates else self.never

    def _known(self, name: str) -> NDArray[Any]:
        import numpy as np

        dates, limit = self.dates[name], self.moment - EPOCH * DAY if self.timed else self.today
        # Looking for the latest is ten times as quick as comparing and copying.
        if not dates.size or dates.max() <= limit:
            return dates
        unknown = (dates > limit) & ((dates < self.some) if name in OBJECTIONS else True)
        return np.where(unknown, dates.dtype.type(self.never), dates)

    def days(self, name: str) -> Any:
        """The days of a column of dates; far in the past for what did not happen."""
        return self._days(self.date(name))

    def _days(self, dates: Any) -> Any:
        return dates // DAY if self.timed else dates

    def standing(self, channel: Channel) -> tuple[Codes, Codes, Codes]:
        """As ``packing.standing``, for all contacts at once."""
        import numpy as np

        objections = [self._at_the_latest(self.date(name)) for name in OBJECTIONS_TO[channel] if name in self.dates]
        last: Any = reduce(np.maximum, objections) if objections else self.never
        acts: list[Any] = [self.date(name) for name in ACTS_ON[channel]]
        return compared(self.never, last, *acts)

    def _at_the_latest(self, moments: NDArray[Any]) -> NDArray[Any]:
        import numpy as np

        if not self.timed:
            return moments
        return np.where((moments % DAY == 0) & (moments > self.never), moments + (DAY - 1), moments)

    @property
    def count(self) -> int:
        """How many contacts there are."""
        return len(next(iter(self.columns.values()), ()))

    def plain(self, name: str, channel: Channel) -> Codes:
        """The codes of a fact that is not derived and that time does not change."""
        if name in _HAPPENED:
            return self.date(_HAPPENED[name]) > self.never
        if name in STANDING:
            standing = self.standing(channel)
            self._kept |= {(fact, channel): codes for fact, codes in zip(STANDING, standing, strict=True)}
            return standing[STANDING.index(name)]
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


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What one channel's program asks of a chunk of contacts on some day.

    ``day`` is a day counted from 1970, or the name of a clock: for each contact the day on which that period is over.
    """

    contacts: Contacts
    channel: Channel
    program: Program
    day: int | str

    def answer(self) -> Codes:
        """The codes of the reasons (``REASONS``)."""
        import numpy as np

        return reduce(np.maximum, [self._looked_up(part) for part in self.program.parts])

    def fact(self, name: str) -> Codes:
        """The codes of any fact."""
        if name in self.program.derived:
            return self._looked_up(self.program.derived[name])
        if name in OVER:
            return self.contacts.kept((name, self.day), lambda: self.contacts.end(name) <= self.days())
        channel = self.channel if name in self.program.personal else None
        return self.contacts.kept((name, channel), lambda: self.contacts.plain(name, self.channel))

    def days(self) -> Any:
        """The day, or the days of all contacts."""
        return self.contacts.end(self.day) if isinstance(self.day, str) else self.day

    def _looked_up(self, table: Table) -> Codes:
        """The answers of a table, worked out once for all channels and days that give the same."""
        channel = self.channel if table.places.keys() & self.program.personal else None
        day = self.day if table.places.keys() & self.program.timed else None
        same = table, self.program.beneath[table], channel, day
        return self.contacts.kept(same, lambda: look_up(table, self.fact))


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
    until = contacts.dates["consent_phone_until"]  # known with its consent, however late it is
    days = until // DAY if contacts.timed else until
    return np.where(until > contacts.never, stated_period_ends(days), LATEST)


_ENDS: Final[Mapping[str, Callable[[Contacts], Any]]] = {
    "retention_over": _retention_ends,
    "consent_year_over": lambda of: _ends_by_day(of, of.days("consent_phone_on"), consent_year_ends, longest=366),
    "consent_period_over": _stated_period_ends,
    "callback_over": lambda of: _ends_by_day(
        of, of.days("callback_requested_on"), callback_ends, longest=LONGEST_CALLBACK
    ),
    "first_month_over": lambda of: _ends_by_day(of, of.days("collected_on"), first_month_ends, longest=31),
}
