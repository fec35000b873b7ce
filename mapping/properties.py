"""What the kit writes into a CRM: its properties, and their values from verdicts.

``contactable_channels`` is what marketing teams filter on. Per channel stand the state, the reason, what would open it
and until when. One property is written by people: ``contactable_oppose``, where a tick is an opposition and taking it
away releases nothing. Portals with few custom properties left get five (*compact*).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

from contactable.mapping.offers import OfferSettings
from contactable.mapping.property_texts import TEXTS
from contactable.rules import Channel, Reason, Verdict
from contactable.rules.labels import Language, column_label, label

PREFIX = "contactable_"
ALLOWED, DENIED, NOT_COVERED = "allowed", "denied", "not_covered"
OPPOSE_VALUES = ("email", "sms", "calls", "post", "all")


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a choice, and what people read."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Property:
    """A property of ours; ``shape`` is text, choice, choices, date or datetime; ``for_people`` is written by people."""

    name: str
    label: str
    description: str
    shape: str
    options: tuple[Choice, ...] = ()
    for_people: bool = False


def schema(
    offers: Mapping[str, OfferSettings], *, language: Language = "fr", compact: bool = False
) -> tuple[Property, ...]:
    """List the properties that a CRM's contacts need, labels in French (``fr``) or English (``en``)."""
    say = TEXTS[language]
    channels = [Choice(channel, label(channel, language)) for channel in Channel]
    common = [
        _property("channels", say, "choices", channels),
        _property("oppose", say, "choices", [Choice(v, say[f"oppose.{v}"]) for v in OPPOSE_VALUES], for_people=True),
    ]
    if compact:
        last = [
            _property("reasons", say, "text"),
            _property("until", say, "date"),
            _property("changed_at", say, "datetime"),
        ]
        return (*common, *last)
    further = [offer for name, offer in offers.items() if name != "main"]
    return (
        *common,
        *(each for channel in Channel for each in _of_channel(channel, language)),
        _property("phone_next_call", say, "datetime"),
        _property("changed_at", say, "datetime"),
        _property("link", say, "text"),
        *(_of_offer(offer, say, channels) for offer in further),
    )


def property_values(
    verdicts_by_offer: Mapping[str, Mapping[Channel, Verdict]],
    *,
    changed_at: datetime,
    link: str = "",
    next_call: str = "",
    compact: bool = False,
    language: Language = "fr",
) -> dict[str, str]:
    """Give what to write on one contact; an empty text clears a value. ``changed_at`` must be aware.

    ``next_call`` is when the person may be called (ISO), empty where that is not known.
    """
    main = verdicts_by_offer["main"]
    values = {PREFIX + "channels": open_channels(main), PREFIX + "changed_at": _instant(changed_at)}
    if compact:
        # Codes and no labels: after a restore the register reads its oppositions back from here.
        values[PREFIX + "reasons"] = ";".join(f"{channel}:{main[channel].reason}" for channel in Channel)
        values[PREFIX + "until"] = _day(min((v.until for v in main.values() if v.until), default=None))
        return values
    for channel, verdict in main.items():
        name = PREFIX + channel
        values[name] = state_of(verdict)
        values[f"{name}_reason"] = verdict.reason.value
        values[f"{name}_advice"] = _advice(verdict.advice, language)
        values[f"{name}_until"] = _day(verdict.until)
    further = {name: verdicts for name, verdicts in verdicts_by_offer.items() if name != "main"}
    values |= {f"{PREFIX}channels_{name}": open_channels(verdicts) for name, verdicts in further.items()}
    return {**values, PREFIX + "link": link, PREFIX + "phone_next_call": next_call}


def state_of(verdict: Verdict) -> str:
    """``allowed``, ``denied``, or ``not_covered`` for places where no rule of this kit says anything."""
    # "Denied" would say that French law forbids it; it says nothing there.
    if verdict.reason is Reason.OUTSIDE_SCOPE:
        return NOT_COVERED
    return ALLOWED if verdict.allowed else DENIED


def open_channels(verdicts: Mapping[Channel, Verdict]) -> str:
    """The open channels as a multi-checkbox holds them: ``email;post``."""
    return ";".join(channel for channel in Channel if verdicts[channel].allowed)


def opposed_by_tick(value: str) -> Iterator[str]:
    """Give the channels (or ``all``) that ticks in ``contactable_oppose`` close; ``calls`` closes both kinds of call.

    A value that is not ours closes all: somebody meant an opposition by it.
    """
    for tick in filter(None, (part.strip() for part in value.split(";"))):
        if tick == "calls":
            yield from (Channel.PHONE, Channel.ROBOCALL)
        else:
            yield tick if tick in OPPOSE_VALUES else "all"


def _of_channel(channel: Channel, language: Language) -> Iterator[Property]:
    say, name = TEXTS[language], label(channel, language)
    states = [Choice(state, say[f"state.{state}"]) for state in (ALLOWED, DENIED, NOT_COVERED)]
    reasons = [Choice(reason, label(reason, language)) for reason in Reason]
    yield _property(channel, say, "choice", states, key="state", channel=name)
    yield _property(f"{channel}_reason", say, "choice", reasons, key="reason", channel=name)
    yield _property(f"{channel}_advice", say, "text", key="advice", channel=name)
    yield _property(f"{channel}_until", say, "date", key="until_channel", channel=name)


def _of_offer(offer: OfferSettings, say: Mapping[str, str], channels: Iterable[Choice]) -> Property:
    """A further offer has one property; its description says what the offer is."""
    return Property(
        f"{PREFIX}channels_{offer.name}",
        say["offer"].format(offer=offer.label),
        offer.description or say["offer.description"].format(offer=offer.label),
        "choices",
        tuple(channels),
    )


def _property(
    name: str,
    say: Mapping[str, str],
    shape: str,
    options: Iterable[Choice] = (),
    *,
    key: str = "",
    channel: str = "",
    for_people: bool = False,
) -> Property:
    key = key or name
    return Property(
        PREFIX + name,
        say[key].format(channel=channel),
        say[f"{key}.description"].format(channel=channel),
        shape,
        tuple(options),
        for_people,
    )


@lru_cache(maxsize=1024)
def _advice(columns: tuple[str, ...], language: Language) -> str:
    return " + ".join(column_label(column, language) for column in columns)


def _day(until: date | None) -> str:
    return until.isoformat() if until else ""


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
