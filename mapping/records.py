"""From a CRM's record to facts, each with its source: what the register's mirror keeps, and ``facts_of`` completes.

What forbids is the strictest of all sources. What permits is what the settings prefer; two boxes that contradict each
other give the stricter, and a warning. Declarations fill what nothing else says. Facts are codes and ISO dates only:
no address and nothing that people typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from contactable.mapping.addresses import Identifier, read_addresses
from contactable.mapping.columns import Agreement
from contactable.mapping.declarations import CONTRADICTION, Declaration, declared
from contactable.mapping.definition import Mapping as Definition
from contactable.mapping.sources import Found, Sourced, membership
from contactable.mapping.values import time_of
from contactable.rules.moments import moment_of
from contactable.rules.place import country_told_by

_T = TypeVar("_T")
Facts = dict[str, Sourced]
Memberships = Mapping[str, str] | Iterable[str]
"""Names (or ids) of lists, forms, outcomes; as a mapping, with the day of each."""
_Said = dict[str, Found]  # by the name of the fact, of all sources the one that is believed


class Mapped(NamedTuple):
    """What one record says. ``identifiers`` go to the register; ``warnings`` are codes such as ``country:unreadable``.

    An opt-out bound to a subscription type is a fact named ``opposed_email_on/<id>``; ``facts_of`` knows which offers
    it closes.
    """

    record_id: str
    facts: Facts
    identifiers: tuple[Identifier, ...]
    warnings: tuple[str, ...]


def map_record(
    record_id: str,
    properties: Mapping[str, str | None],
    mapping: Definition,
    *,
    lists: Memberships = (),
    forms: Memberships = (),
    outcomes: Memberships = (),
    declarations: Sequence[Declaration] = (),
) -> Mapped:
    """Read one record. Nothing in it raises: what cannot be read closes, or is unknown, and is a warning."""
    facts, identifiers, warnings, prefixes = read_addresses(properties, mapping.addresses)
    memberships = {"list": lists, "form": forms, "outcome": outcomes}
    said: _Said = {}
    _from_properties(said, properties, mapping, warnings)
    if mapping.by_membership and (lists or forms or outcomes):
        _from_memberships(said, memberships, properties, mapping, warnings)
    for name, (_, _, _, fact, clear) in said.items():
        if not clear:
            warnings.append(f"{name}:unreadable")
        if fact.value:
            facts[name] = fact
    # A number that was written down is observed; a declaration is only stated, and comes last.
    if prefixes and "country" not in facts:
        _from_prefixes(facts, prefixes, warnings)
    if declarations:
        _from_declarations(facts, declared(declarations, properties, mapping.about, memberships), warnings)
    return Mapped(record_id, facts, _each_once(identifiers), _each_once(warnings))


def to_json(facts: Mapping[str, Sourced]) -> dict[str, list[str]]:
    """Give facts as JSON: column to value and source."""
    return {name: list(fact) for name, fact in sorted(facts.items())}


def from_json(data: Mapping[str, Sequence[str]]) -> Facts:
    """Give back the facts that ``to_json`` gave."""
    return {name: Sourced(value, source) for name, (value, source) in data.items()}


def _each_once(several: list[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(several)) if len(several) > 1 else tuple(several)


def _from_properties(
    said: _Said, properties: Mapping[str, str | None], mapping: Definition, warnings: list[str]
) -> None:
    readers = mapping.readers
    for name, text in properties.items():
        if text and (read := readers[name]) is not None:
            for found in read(text):
                before = said.get(found.name)
                said[found.name] = found if before is None else _believed(before, found, warnings)
    for source in mapping.beside:
        text = properties.get(source.property_name) or ""
        if (text or not source.property_name) and source.concerns(properties):
            _add(said, source.look(text, properties.get(source.at) or ""), warnings)


def _from_memberships(
    said: _Said,
    memberships: Mapping[str, Memberships],
    properties: Mapping[str, str | None],
    mapping: Definition,
    warnings: list[str],
) -> None:
    for kind, names in memberships.items():
        if not names:
            continue
        days = names if isinstance(names, Mapping) else {}
        for name in names:
            for source in mapping.by_membership.get(membership(kind, name), ()):
                if source.concerns(properties):
                    _add(said, source.look(days.get(name, ""), properties.get(source.at) or ""), warnings)


def _add(said: _Said, found: Found | None, warnings: list[str]) -> None:
    if found is not None:
        before = said.get(found.name)
        said[found.name] = found if before is None else _believed(before, found, warnings)


def _believed(one: Found, other: Found, warnings: list[str]) -> Found:
    """Choose between two sources of one column, whichever came first: a record has its properties in any order."""
    if not (one.fact.value and other.fact.value):
        return one if one.fact.value else other
    preferred, second = (one, other) if one.rank <= other.rank else (other, one)
    column, best, next_best = one.column, preferred.fact.value, second.fact.value
    if column.agreement is Agreement.FIRST or best == next_best:
        return preferred
    if column.whole_days:  # written alike, so that their order is that of their letters
        return preferred if best > next_best else second
    if column.values:
        if not column.forbids:
            warnings.append(f"{column.name}:contradictory")
        return min(preferred, second, key=lambda each: column.values.index(each.fact.value))
    return max(preferred, second, key=lambda each: strictness_of_time(each.fact.value))


def strictness_of_time(value: str) -> tuple[bool, int]:
    """Order the times of oppositions (and of contacts): the later the stricter, an unknown time the strictest."""
    at = time_of(value)
    return (True, 0) if at is None else (False, moment_of(at))


def _from_prefixes(facts: Facts, prefixes: list[str], warnings: list[str]) -> None:
    """Take the country that a number tells where no property does; two that differ leave it unknown for good."""
    told = country_told_by(prefixes) if len(prefixes) > 1 else prefixes[0]
    if told is None:
        # Kept as an empty fact, so that no declaration fills what two numbers contradict.
        warnings.append("country:contradictory")
        facts["country"] = Sourced("", "prefix")
    else:
        facts["country"] = Sourced(told, "prefix")


def _from_declarations(facts: Facts, said: Mapping[str, Sourced], warnings: list[str]) -> None:
    for column, fact in said.items():
        if column not in facts:
            facts[column] = fact  # an empty one tells the register why the fact is missing
            if not fact.value:
                warnings.append(f"{column}:declarations_contradict:{fact.source.removeprefix(CONTRADICTION)}")
