"""Facts in a normal form, made once with them: one integer for all that has a handful of values, and a few days.

Two contacts with the same integer differ only in how their days lie to each other and to the day asked about. This is
what makes deciding quick (``decision``). Wrong values are found here, each named with its field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from operator import attrgetter, is_
from typing import TYPE_CHECKING, Any, NamedTuple

from contactable.errors import Malformed
from contactable.rules.fields import (
    ACTS,
    ACTS_ON,
    EVENTS,
    HAPPENED,
    OBJECTIONS,
    OBJECTIONS_TO,
    VALUES,
    is_country,
    shown,
)
from contactable.rules.moments import DAY, at_the_latest, day_of, moment_of
from contactable.rules.place import Place, place_of
from contactable.rules.terms import UNKNOWN_TIME, Channel

if TYPE_CHECKING:
    from contactable.rules.facts import Facts

_ACTED = frozenset((*ACTS, *OBJECTIONS))
_FAR = DAY * DAY  # later than every act: an objection of unknown time
_BITS_OF_A_CHANNEL = 3  # what ``standing`` tells
_EVENT_BITS = len(HAPPENED) + _BITS_OF_A_CHANNEL * len(Channel)
_CONTACTED = 1 << _EVENT_BITS - 1 - HAPPENED.index("last_contact_on")
_PLACES = tuple(Place)
_finite = attrgetter(*VALUES)
_dated = attrgetter(*EVENTS)


def _codes() -> dict[str, dict[Any, tuple[int, Any]]]:
    """For each finite field, what each value adds to the packed integer, and the value as the rules know it."""
    codes, shift = {}, 0
    for name, values in VALUES.items():
        codes[name] = {value: (code << shift, value) for code, value in enumerate(values)}
        shift += (len(values) - 1).bit_length()
    return codes


_CODES = _codes()
_FINITE_BITS = sum((len(values) - 1).bit_length() for values in VALUES.values())


Starts = tuple[int, int, int, int, int]
"""The days from which a period runs (``periods``), 0 for none."""


class Normal(NamedTuple):
    """Facts in their normal form."""

    packed: int
    latest: int  # the last moment at which anything happened
    starts: Starts

    def contacted_on(self, when: date) -> tuple[int, int, Starts]:
        """The normal form of the same facts with a last contact, which they do not have. Raises ``Malformed``."""
        packed, latest, (since, given, until, asked, collected) = self
        # The quick road of millions of contacts: a mere day, and no call for what one comparison tells.
        moment = when.toordinal() * DAY if type(when) is date else _moment("last_contact_on", when)
        day = moment // DAY
        starts = (day if day > since else since, given, until, asked, collected)
        return packed | _CONTACTED, moment if moment > latest else latest, starts


def normalise(facts: Facts) -> Normal:
    """The normal form of facts. Raises ``Malformed`` for a value that a field does not take."""
    values = _pack_values(facts)
    moments = read_events(facts)
    happened = {name: moment for name, moment in moments.items() if moment is not None}
    return Normal(
        values << _EVENT_BITS | _pack_events(moments),
        max(happened.values(), default=0),
        (
            day_of(max(happened.get("last_contact_on", 0), happened.get("relation_ended_on", 0))),
            day_of(happened.get("consent_phone_on", 0)),
            _last_day_of_consent(facts, happened),
            day_of(happened.get("callback_requested_on", 0)),
            day_of(happened.get("collected_on", 0)),
        ),
    )


def read_events(facts: Facts) -> dict[str, int | None]:
    """The moment of each event that happened; None for an objection of unknown time."""
    moments: dict[str, int | None] = {}
    for name, when in zip(EVENTS, _dated(facts), strict=True):
        if when is not None:
            moments[name] = None if when is UNKNOWN_TIME and name in OBJECTIONS else _moment(name, when)
    return moments


def standing(channel: Channel, moments: Mapping[str, int | None]) -> tuple[bool, bool, bool]:
    """Whether somebody objected on a channel or on all, and whether a release, and a consent, came after that.

    A withdrawn consent is an objection. At one instant, or on one day when either has no time, the objection is later.
    """
    # Only the last objection counts: what comes after it comes after all of them.
    last, acts = 0, [moments.get(name) or 0 for name in ACTS_ON[channel]]
    for name in OBJECTIONS_TO[channel]:
        if name in moments:
            moment = moments[name]
            last = max(last, _FAR if moment is None else at_the_latest(moment))
    return compared(0, last, *acts)


def compared(never: int, objected: Any, released: Any, consented: Any) -> tuple[Any, Any, Any]:
    """What ``standing`` tells, from the last objection and the acts of one contact or, as arrays, of many."""
    return objected > never, released > objected, consented > objected


def _pack_events(moments: Mapping[str, int | None]) -> int:
    packed = 0
    for name in HAPPENED:
        packed = packed << 1 | (name in moments)
    if _ACTED.isdisjoint(moments):  # of most contacts nobody knows that they ever said anything
        return packed << _BITS_OF_A_CHANNEL * len(Channel)
    for channel in Channel:
        for known in standing(channel, moments):
            packed = packed << 1 | known
    return packed


def _pack_values(facts: Facts) -> int:
    """The packed integer of the finite fields; gives fields that hold a plain text their proper value."""
    place = _PLACES.index(_place(facts.country)) << _FINITE_BITS
    values = _finite(facts)
    try:
        packed, proper = _packed_values(values)
    except (KeyError, TypeError):
        raise _wrong_value(values) from None
    # A plain text equals its enumeration, but rules ask with `is`.
    if not all(map(is_, values, proper)):
        for name, value in zip(_CODES, proper, strict=True):
            object.__setattr__(facts, name, value)
    return place | packed


@lru_cache(maxsize=65_536)
def _packed_values(values: tuple[Any, ...]) -> tuple[int, tuple[Any, ...]]:
    """The packed integer of the finite values, and these as the rules know them: contacts have them in common."""
    found = [codes[value] for codes, value in zip(_CODES.values(), values, strict=True)]
    return sum(code for code, _ in found), tuple(proper for _, proper in found)


def _wrong_value(values: Sequence[Any]) -> Malformed:
    """What to say of the first value that its field does not take."""
    for (name, codes), value in zip(_CODES.items(), values, strict=True):
        try:
            codes[value]
        except (KeyError, TypeError):
            return Malformed(f"{name} is {shown(name, value)}: {_accepted(codes)}.")
    raise AssertionError("every value is accepted")


def _place(country: Any) -> Place:
    if country is not None and not is_country(country):
        raise Malformed(f"country is {country!r}: a code of ISO 3166-1 with two capital letters, or None, is accepted.")
    return place_of(country)


def _accepted(values: Mapping[Any, Any]) -> str:
    return ", ".join(value.value if isinstance(value, Enum) else repr(value) for value in values) + " are accepted"


def _moment(name: str, when: Any) -> int:
    if not isinstance(when, date):
        raise Malformed(f"{name} is {when!r}: a date, an aware date-time or None is accepted.")
    try:
        return moment_of(when)
    except Malformed as wrong:
        raise Malformed(f"{name} ({when.isoformat()}) {wrong}") from None
    except OverflowError:
        raise Malformed(f"{name} is {when!r}: no calendar reaches it.") from None


def _last_day_of_consent(facts: Facts, happened: Mapping[str, int]) -> int:
    until = facts.consent_phone_until
    if until is None:
        return 0
    if not isinstance(until, date) or isinstance(until, datetime):
        raise Malformed(f"consent_phone_until is {until!r}: a date or None is accepted.")
    if until.toordinal() < day_of(happened.get("consent_phone_on", 0)):
        raise Malformed(f"consent_phone_until is {until}: before consent_phone_on ({facts.consent_phone_on}).")
    return until.toordinal()
