"""From mapped facts, an offer, and what the register knows, to the rules' own ``Facts``: who is believed.

The register is the strongest source. It is taken consent by consent: parts of two different consents never make one.
What forbids is the strictest of all. A consent that stands in the CRM lifts no opposition, whatever its date: only an
act of the person's own does, and those are in the register.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from contactable.mapping.columns import COLUMNS as MAPPED_COLUMNS
from contactable.mapping.columns import CONSENT_CHANNELS, UNKNOWN_TIME, Agreement
from contactable.mapping.offers import TIES, OfferSettings
from contactable.mapping.sources import Sourced
from contactable.rules import COLUMNS, Audience, ConsentAct, ConsentRecipient, DataSource, Facts, Mailbox, Sale
from contactable.rules import UNKNOWN_TIME as SOME_TIME
from contactable.rules.moments import at_the_latest, moment_of

REGISTER = "register"
_FIELDS = frozenset(COLUMNS)
_CONSENT = {
    channel: tuple(name for name in COLUMNS if name.startswith(f"consent_{channel}_") and not name.endswith("drawn_on"))
    for channel in CONSENT_CHANNELS
}
_ENUMS: dict[str, Callable[[str], Any]] = {
    "audience": Audience,
    "email": Mailbox,
    "sale": Sale,
    "source": DataSource,
    **{f"consent_{channel}_act": ConsentAct for channel in CONSENT_CHANNELS},
    **{f"consent_{channel}_to": ConsentRecipient for channel in CONSENT_CHANNELS},
}
_WORDS = {"yes": True, "no": False, UNKNOWN_TIME: SOME_TIME, "": None}


def facts_of(
    mapped: Mapping[str, Sourced],
    offer: OfferSettings,
    known: Mapping[str, Any],
    *,
    entered: Collection[str] = (),
) -> Facts:
    """Give what the rules may know of one contact for one offer.

    ``mapped`` is what ``map_record`` said (or the mirror kept); ``known`` is what the register says of that person for
    that offer, as values of ``Facts`` by field name. ``entered`` names sources (``property:contactable_oppose``) whose
    oppositions have entries in the register: for those the register speaks, with its times and its releases.
    """
    if entered:
        mapped = {name: fact for name, fact in mapped.items() if fact.source not in entered or "opposed" not in name}
    if known:
        return Facts(**believed(mapped, offer, known))
    return _facts_of_the_crm_alone(tuple(mapped.items()), offer)


@lru_cache(maxsize=32768)
def _facts_of_the_crm_alone(mapped: tuple[tuple[str, Sourced], ...], offer: OfferSettings) -> Facts:
    """Remember, within bounds, what contacts of whom the register knows nothing have in common."""
    return Facts(**believed(dict(mapped), offer, {}))


def believed(mapped: Mapping[str, Sourced], offer: OfferSettings, known: Mapping[str, Any]) -> dict[str, Any]:
    """The values behind ``facts_of``, by field name; what is unknown is left out."""
    values = {name: _typed(name, fact.value) for name, fact in mapped.items() if name in _FIELDS}
    for name, fact in mapped.items():
        column, _, subscription = name.partition("/")
        if subscription and offer.closed_by(subscription):
            values[column] = _stricter(values.get(column), _typed(column, fact.value))
    _tie(values, mapped, offer)
    _drop_consents_that_would_lift(values, known)
    for channel in CONSENT_CHANNELS if known else ():
        if known.get(f"consent_{channel}_on") is not None:
            for name in _CONSENT[channel]:
                values.pop(name, None)
    for name, value in known.items():
        values[name] = _with_register(name, values.get(name), value)
    return {name: value for name, value in values.items() if value is not None}


def sources_of_facts(mapped: Mapping[str, Sourced], offer: OfferSettings, known: Mapping[str, Any]) -> dict[str, str]:
    """Name the source of each fact that counted, for ``explain`` and for what is kept of every shown verdict."""
    values = believed(mapped, offer, known)
    return {name: _source(name, values[name], mapped, offer, known) for name in COLUMNS if name in values}


@lru_cache(maxsize=65536)
def _typed(name: str, text: str) -> Any:
    """Give a value of the contact file's words as the rules take it."""
    if name in _ENUMS:
        return _ENUMS[name](text) if text else None
    if name == "country":
        return text or None
    if text in _WORDS:
        return _WORDS[text]
    day = date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    return day.date() if name == "consent_phone_until" and isinstance(day, datetime) else day


def _tie(values: dict[str, Any], mapped: Mapping[str, Sourced], offer: OfferSettings) -> None:
    """Compute what ties the contact to this offer; a column of the contact's own that says no is not overruled."""
    for column, (_, codes) in TIES.items():
        if offer.ties[column] is None:
            continue
        fact = mapped.get(codes)
        told = offer.tie(column, fact.value if fact else None)
        if told is not None and values.get(column) is not False:
            values[column] = told == "yes"


def _drop_consents_that_would_lift(values: dict[str, Any], known: Mapping[str, Any]) -> None:
    """Drop each mapped consent that is later than an opposition which the person has not lifted in the register."""
    for channel in CONSENT_CHANNELS:
        given = values.get(f"consent_{channel}_on")
        if given is None:
            continue
        names = (f"opposed_{channel}_on", "opposed_all_on", f"consent_{channel}_withdrawn_on")
        opposed = [time for name in names for time in (values.get(name), known.get(name)) if time is not None]
        lifted = known.get(f"reopened_{channel}_on")
        if any(_would_lift(given, time, lifted) for time in opposed):
            del values[f"consent_{channel}_on"]


def _would_lift(given: date, opposed: Any, lifted: date | None) -> bool:
    """Whether a consent that only the CRM knows would end this opposition by its date, no release having done so."""
    if opposed is SOME_TIME or at_the_latest(moment_of(opposed)) >= moment_of(given):
        return False
    released = lifted is not None and at_the_latest(moment_of(opposed)) < moment_of(lifted) <= moment_of(given)
    return not released


def _with_register(name: str, mapped: Any, known: Any) -> Any:
    column = MAPPED_COLUMNS.get(name)
    if known is None or mapped is None or column is None:
        return mapped if known is None else known
    if column.agreement is Agreement.LATEST:
        return max(mapped, known, key=moment_of)
    if not column.forbids:
        return known
    return _stricter(mapped, known) if not column.values else mapped or known


def _stricter(one: Any, other: Any) -> Any:
    """Of two times of opposition the stricter: unknown before any date, then the later; None is none."""
    if one is None or other is None:
        return other if one is None else one
    if SOME_TIME in (one, other):
        return SOME_TIME
    return max(one, other, key=lambda time: at_the_latest(moment_of(time)))


def _source(
    name: str, value: Any, mapped: Mapping[str, Sourced], offer: OfferSettings, known: Mapping[str, Any]
) -> str:
    if name in known and known[name] == value:
        return REGISTER
    if name in TIES and offer.ties[name] is not None:
        return f"offer:{offer.name}"
    for key, fact in mapped.items():
        if key.partition("/")[0] == name and _typed(name, fact.value) == value:
            return fact.source
    return REGISTER
