"""Run rules on every combination of the facts they ask for, and only of those.

A run starts with an empty case. Where a rule asks a fact that is not there, the run is repeated once for each value
that the fact can have, until all runs end with an answer: a tree of questions that covers every combination there is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeVar

from contactable.rules.case import Case, Derivations, NotAsked
from contactable.rules.conditions import DEMANDS
from contactable.rules.derived import DERIVED
from contactable.rules.fields import VALUES
from contactable.rules.law import Law
from contactable.rules.place import Place
from contactable.rules.readings import Readings
from contactable.rules.situation import OVER
from contactable.rules.terms import Channel, Consent, ConsentAct, ConsentRecipient, Purpose, Sector

T = TypeVar("T")

_YES_OR_NO = (None, True, False)
_HOLDS = (False, True)
_CONDITIONS = ("opposed", "reopened", "consent_on_file", "last_contact_known", "relation_ended", "first_message_sent")

DOMAIN: Final[Mapping[str, Sequence[Any]]] = {
    **{name: values for name, values in VALUES.items() if not name.startswith("consent_")},
    "place": tuple(Place),
    "purpose": tuple(Purpose),
    "sector": (None, *Sector),
    "consent_act": (None, *ConsentAct),
    "consent_to": (None, *ConsentRecipient),
    "consent_proof": _YES_OR_NO,
    "consent_complete": _YES_OR_NO,
    **dict.fromkeys((*_CONDITIONS, *OVER), _HOLDS),
    **dict.fromkeys(DERIVED, _HOLDS),
    "consent": tuple(Consent),
}
"""Every value of everything that a rule can ask, derived facts included."""


class Frame(NamedTuple):
    """What a case holds besides facts."""

    channel: Channel
    day: date
    readings: Readings


def explore(
    says: Callable[[Case], T],
    frame: Frame,
    given: Mapping[str, Any] | None = None,
    derive: Derivations | None = None,
    only: Mapping[str, Collection[Any]] | None = None,
) -> Iterator[tuple[dict[str, Any], T]]:
    """Yield, for each way through ``says``, the facts that were asked on it with their values, and what was said.

    ``given`` facts are not varied, those in ``only`` among these values; facts in ``derive`` are worked out, all others
    asked as they are.
    """
    values = DOMAIN if only is None else {**DOMAIN, **{name: tuple(some) for name, some in only.items()}}
    open_ways: list[dict[str, Any]] = [dict(given or {})]
    while open_ways:
        facts = open_ways.pop()
        try:
            said = says(Case(*frame, facts, derive or {}))
        except NotAsked as missing:
            open_ways += [facts | {missing.fact: value} for value in reversed(values[missing.fact])]
        else:
            yield facts, said


def asked(says: Callable[[Case], Any], frame: Frame) -> set[str]:
    """The names of all facts that are asked on some way, derived facts as such."""
    return {name for facts, _ in explore(says, frame) for name in facts}


@lru_cache(maxsize=256)
def facts_behind(law: Law, frame: Frame) -> frozenset[str]:
    """The names of all facts, derived ones taken apart, that some rule or some condition of a channel may ask."""
    found = set[str]()
    says = [*(rule.answer for rule in law.rules(frame.channel, frame.day)), *(each.towards for each in DEMANDS)]
    unseen = {name for each in says for name in asked(each, frame)}
    while unseen:
        name = unseen.pop()
        found.add(name)
        unseen |= (asked(DERIVED[name], frame) if name in DERIVED else set()) - found
    return frozenset(found - DERIVED.keys())
