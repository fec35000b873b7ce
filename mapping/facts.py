"""From mapped facts, an offer, and what the register knows, to the rules' own ``Facts``: who is believed.

The register is the strongest source. It is taken consent by consent: parts of two different consents never make one.
What forbids is the strictest of all. A consent that stands in the CRM lifts no opposition, whatever its date: only an
act of the person's own does, and those are in the register.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import chain
from typing import Any

from contactable.mapping.columns import COLUMNS as MAPPED_COLUMNS
from contactable.mapping.columns import CONSENT_CHANNELS, UNKNOWN_TIME, Agreement
from contactable.mapping.lifting import consents_to_drop
from contactable.mapping.offers import TIES, OfferSettings
from contactable.mapping.sources import Sourced
from contactable.rules import (
    COLUMNS,
    DEFAULT_READINGS,
    Audience,
    Channel,
    ConsentAct,
    ConsentRecipient,
    DataSource,
    Facts,
    Mailbox,
    Readings,
    Sale,
    Verdict,
    decide,
)
from contactable.rules import UNKNOWN_TIME as SOME_TIME
from contactable.rules.moments import at_the_latest, day_of, moment_of

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
_A_DAY = len("2026-11-24")
_WORDS = {"yes": True, "no": False, UNKNOWN_TIME: SOME_TIME, "": None}


def facts_of(
    mapped: Mapping[str, Sourced],
    offer: OfferSettings,
    known: Mapping[str, Any],
    *,
    entered: Collection[str] = (),
    own_consents: Collection[str] = (),
    in_force: Collection[str] | None = None,
) -> Facts:
    """Give what the rules may know of one contact for one offer.

    ``mapped`` is what ``map_record`` said (or the mirror kept); ``known`` is what the register says of that person for
    that offer, as values of ``Facts`` by field name. ``entered`` names sources (``property:contactable_oppose``) whose
    oppositions have entries in the register: for those the register speaks, with its times and its releases.
    ``own_consents`` are the channels whose consent in ``known`` is the person's own act
    (``rules.acts.consents_by_the_person``): those alone lift an opposition that stands in the CRM. ``in_force`` are the
    names of the declarations that still hold, None for all: withdrawing one closes what it opened, at once.
    """
    if entered or in_force is not None:
        mapped = {name: fact for name, fact in mapped.items() if _counts(name, fact, entered, in_force)}
    return Facts(**believed(mapped, offer, known, own_consents))


def verdicts_of(
    mapped: Mapping[str, Sequence[str]], offer: OfferSettings, on: date, readings: Readings = DEFAULT_READINGS
) -> dict[Channel, Verdict]:
    """Decide a contact of whom the register knows nothing, as ``decide(facts_of(mapped, offer, {}), …)`` does.

    Each fact is a value and its source, or what the mirror keeps of them: the values alone count. Quicker by far:
    contacts have their facts in common, the day of the last contact apart.
    """
    # A tuple of texts is hashed and compared more quickly than one of pairs: their hashes are known, and they are the
    # same objects, since readers remember what they read.
    alike = dict(mapped)
    contact = alike.pop("last_contact_on", None)
    alike.pop("postcode", None)  # in which contacts differ, too; the rules ask none
    values = (*alike, *[fact[0] for fact in alike.values()])
    last = _day_of(contact[0]) if contact else None
    return decide(_facts_in_common(values, offer), offer.offer, on, readings, last_contact_on=last)


def _day_of(text: str) -> Any:
    # Nearly always a mere day, which costs no more to read than to remember.
    return date.fromisoformat(text) if len(text) == _A_DAY else _typed("last_contact_on", text)


@lru_cache(maxsize=2048)  # half of the contacts share their facts with few others; more of them found no more
def _facts_in_common(alike: tuple[str, ...], offer: OfferSettings) -> Facts:
    """The facts of contacts alike: the names of what is known of them, and as many values."""
    half = len(alike) // 2
    mapped = {name: Sourced(value, "") for name, value in zip(alike[:half], alike[half:], strict=True)}
    return Facts(**believed(mapped, offer, {}))


def _counts(name: str, fact: Sourced, entered: Collection[str], in_force: Collection[str] | None) -> bool:
    if fact.source in entered and name.startswith("opposed_"):
        return False
    kind, _, declaration = fact.source.partition(":")
    return kind != "declaration" or in_force is None or declaration in in_force


def believed(
    mapped: Mapping[str, Sourced], offer: OfferSettings, known: Mapping[str, Any], own_consents: Collection[str] = ()
) -> dict[str, Any]:
    """The values behind ``facts_of``, by field name; what is unknown is left out."""
    values = {name: _typed(name, fact.value) for name, fact in mapped.items() if name in _FIELDS}
    for name, fact in mapped.items():
        column, _, subscription = name.partition("/")
        if subscription and offer.closed_by(subscription):
            values[column] = _stricter(values.get(column), _typed(column, fact.value))
    _tie(values, mapped, offer)
    # Consents are judged before the two are merged: afterwards nobody could tell whose a date was.
    dropped = [_CONSENT[channel] for channel in consents_to_drop(values, known, own_consents)]
    replaced = [_CONSENT[channel] for channel in CONSENT_CHANNELS if known.get(f"consent_{channel}_on") is not None]
    for name in chain(*dropped, *replaced):
        values.pop(name, None)
    for name, value in known.items():
        if not any(name in names for names in dropped):
            values[name] = _with_register(name, values.get(name), value)
    _drop_a_consent_that_ended_before_it_was_given(values)
    return {name: value for name, value in values.items() if value is not None}


def sources_of_facts(
    mapped: Mapping[str, Sourced],
    offer: OfferSettings,
    known: Mapping[str, Any],
    *,
    own_consents: Collection[str] = (),
    in_force: Collection[str] | None = None,
) -> dict[str, tuple[str, str]]:
    """Name the value and the source of each fact that counted, for ``explain``; as ``facts_of`` in all else."""
    counting = {name: fact for name, fact in mapped.items() if _counts(name, fact, (), in_force)}
    values = believed(counting, offer, known, own_consents)
    return {
        name: (_shown(values[name]), _source(name, values[name], counting, offer, known))
        for name in COLUMNS
        if name in values
    }


def _shown(value: Any) -> str:
    """A value in the contact file's words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is SOME_TIME:
        return UNKNOWN_TIME
    return value.isoformat() if isinstance(value, date) else str(value)


@lru_cache(maxsize=65536)
def _typed(name: str, text: str) -> Any:
    """Give a value of the contact file's words as the rules take it."""
    if name in _ENUMS:
        return _ENUMS[name](text) if text else None
    if name == "country":
        return text or None
    if text in _WORDS:
        return _WORDS[text]
    day = date.fromisoformat(text) if len(text) == _A_DAY else datetime.fromisoformat(text)
    return day.date() if name == "consent_phone_until" and isinstance(day, datetime) else day


def _tie(values: dict[str, Any], mapped: Mapping[str, Sourced], offer: OfferSettings) -> None:
    """Compute what ties the contact to this offer; a column of the contact's own that says no is not overruled."""
    for column, (_, codes) in TIES.items():
        if offer.ties[column] is None:
            continue
        fact = mapped.get(codes)
        told = offer.tie(column, fact.value if fact else None)
        # A salesperson who wrote "no" on this contact knows more than a list of trades.
        if told is not None and values.get(column) is not False:
            values[column] = told == "yes"


def _drop_a_consent_that_ended_before_it_was_given(values: dict[str, Any]) -> None:
    """Two dates of one consent that cannot both be true make it none."""
    given, until = values.get("consent_phone_on"), values.get("consent_phone_until")
    if given is not None and until is not None and until.toordinal() < day_of(moment_of(given)):
        del values["consent_phone_on"], values["consent_phone_until"]


def _with_register(name: str, mapped: Any, known: Any) -> Any:
    column = MAPPED_COLUMNS.get(name)
    if known is None or mapped is None or column is None:
        return mapped if known is None else known
    if column.agreement is Agreement.LATEST:
        return max(mapped, known, key=moment_of)
    if not column.forbids:  # the register is the stronger source, whatever it says
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
