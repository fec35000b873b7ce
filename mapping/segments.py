"""The lists that a CRM may keep by itself over our properties: whom a campaign may reach, whom it must leave out.

In a CRM an exclusion always wins, so there is one for each channel. Both kinds look at the day and at people's ticks:
who may be reached gets fewer by itself should nothing be written any more. Yesterday's permission is none today.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from contactable.mapping.properties import ALLOWED, DENIED, PREFIX
from contactable.mapping.segment_texts import TEXTS
from contactable.rules import Channel, Reason
from contactable.rules.labels import Language, label

ASK_AGAIN_DAYS = 60  # a consent to calls lasts a year at most: time to ask for the next one
STRETCH_HOURS = 3  # for so long after the moment of the next call a person may be called
OPPOSE = PREFIX + "oppose"
_TICKS = {Channel.PHONE: "calls", Channel.ROBOCALL: "calls"}
_MARKETING = "hs_marketable_status"  # whom HubSpot charges for


class Test(StrEnum):
    """What is asked of a property."""

    ANY_OF = "any_of"
    NONE_OF = "none_of"  # a contact without a value passes
    KNOWN = "known"
    UNKNOWN = "unknown"
    CONTAINS = "contains"
    LACKS = "lacks"
    AFTER_DAY = "after_day"  # later than today and so many days
    BEFORE_DAY = "before_day"  # earlier than today and so many days
    AFTER_NOW = "after_now"  # later than now and so many hours
    BEFORE_NOW = "before_now"  # earlier than now and so many hours


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing asked of one property; ``values`` for choices and texts, ``days`` and ``hours`` from today or now."""

    property_name: str
    test: Test
    values: tuple[str, ...] = ()
    days: int = 0
    hours: int = 0


@dataclass(frozen=True, slots=True)
class Segment:
    """One list: who meets all conditions of any of its groups. ``key`` names it in every language."""

    key: str
    name: str
    any_of: tuple[tuple[Condition, ...], ...]


def segments(*, language: Language = "fr", compact: bool = False) -> tuple[Segment, ...]:
    """The lists over the properties of one schema, in the order in which people look for them."""
    say = TEXTS[language]
    found: list[Segment] = []
    for key, of_channel in (("reachable", _reachable), ("exclude", _exclude)):
        for channel in Channel:
            name = say[key].format(channel=label(channel, language))
            found.append(Segment(f"{key}_{channel}", name, tuple(of_channel(channel, compact))))
    whole = _compact() if compact else _full()
    return (*found, *(Segment(key, say[key], groups) for key, groups in whole))


def names_of_ours() -> frozenset[str]:
    """What our lists are called, in any language: they tell nothing that we did not write ourselves."""
    return frozenset(each.name for language in TEXTS for each in segments(language=language))


def _reachable(channel: Channel, compact: bool) -> Iterator[tuple[Condition, ...]]:
    open_now, until = _open(channel, Test.ANY_OF, compact), _until(channel, compact)
    # A tick that nobody has read yet closes at once.
    nobody_ticked = Condition(OPPOSE, Test.NONE_OF, _ticks(channel))
    for still in (Condition(until, Test.UNKNOWN), Condition(until, Test.AFTER_DAY)):
        yield open_now, nobody_ticked, still


def _exclude(channel: Channel, compact: bool) -> Iterator[tuple[Condition, ...]]:
    yield (_open(channel, Test.NONE_OF, compact),)
    yield (Condition(OPPOSE, Test.ANY_OF, _ticks(channel)),)
    yield (Condition(_until(channel, compact), Test.BEFORE_DAY, days=1),)


def _full() -> Iterator[tuple[str, tuple[tuple[Condition, ...], ...]]]:
    denied = {each: Condition(PREFIX + each, Test.ANY_OF, (DENIED,)) for each in Channel}
    by_consent = Condition(f"{PREFIX}phone_reason", Test.ANY_OF, (Reason.CONSENT,))
    soon = Condition(_until(Channel.PHONE), Test.BEFORE_DAY, days=ASK_AGAIN_DAYS + 1)
    yield "consents_ending", ((by_consent, soon),)
    ended = (Condition(f"{PREFIX}{each}_reason", Test.ANY_OF, (Reason.RETENTION_ENDED,)) for each in Channel)
    yield "retention_ended", tuple((each,) for each in ended)
    yield "marketing_closed", ((_marketing(), *denied.values()),)
    yield "call_now", tuple(_call_now())
    yield "one_fact_missing", tuple((denied[each], *_one_advised(f"{PREFIX}{each}_advice")) for each in Channel)


def _call_now() -> Iterator[tuple[Condition, ...]]:
    """Whoever may be called, now: inside the hours, or a professional, who has none."""
    next_call = PREFIX + "phone_next_call"
    inside = Condition(next_call, Test.BEFORE_NOW), Condition(next_call, Test.AFTER_NOW, hours=-STRETCH_HOURS)
    professional = Condition(f"{PREFIX}phone_reason", Test.ANY_OF, (Reason.LEGITIMATE_INTEREST_PROFESSIONAL,))
    for reachable in _reachable(Channel.PHONE, compact=False):
        yield (*reachable, *inside)
        yield (*reachable, professional)


def _compact() -> Iterator[tuple[str, tuple[tuple[Condition, ...], ...]]]:
    """Coarser: one day for all channels, and no advice."""
    reasons = PREFIX + "reasons"
    by_consent = Condition(reasons, Test.CONTAINS, (f"{Channel.PHONE}:{Reason.CONSENT};",))
    soon = Condition(PREFIX + "until", Test.BEFORE_DAY, days=ASK_AGAIN_DAYS + 1)
    yield "consents_ending", ((by_consent, soon),)
    yield "retention_ended", ((Condition(reasons, Test.CONTAINS, (f":{Reason.RETENTION_ENDED}",)),),)
    all_closed = (
        Condition(PREFIX + "channels", Test.UNKNOWN),
        Condition(reasons, Test.KNOWN),
        Condition(reasons, Test.LACKS, (f":{Reason.OUTSIDE_SCOPE}",)),
    )
    yield "marketing_closed", ((_marketing(), *all_closed),)


def _one_advised(advice: str) -> tuple[Condition, Condition]:
    """Advice names what would open, joined by `` + ``: one name alone."""
    return Condition(advice, Test.KNOWN), Condition(advice, Test.LACKS, (" + ",))


def _marketing() -> Condition:
    return Condition(_MARKETING, Test.ANY_OF, ("true",))


def _open(channel: Channel, test: Test, compact: bool) -> Condition:
    if compact:
        return Condition(PREFIX + "channels", test, (channel,))
    return Condition(PREFIX + channel, test, (ALLOWED,))


def _until(channel: Channel, compact: bool = False) -> str:
    return PREFIX + ("until" if compact else f"{channel}_until")


def _ticks(channel: Channel) -> tuple[str, ...]:
    return _TICKS.get(channel, channel), "all"
