"""From a CRM's record to facts, each with its source: what the register's mirror keeps, and ``facts_of`` completes.

What forbids is the strictest of all sources. What permits is what the settings prefer; two boxes that contradict each
other give the stricter, and a warning. Declarations fill what nothing else says. Facts are codes and ISO dates only:
no address and nothing that people typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from contactable.mapping.addresses import Identifier, read_addresses
from contactable.mapping.columns import Agreement
from contactable.mapping.contradiction import CONTRADICTION
from contactable.mapping.declarations import Declaration, Declared, declared
from contactable.mapping.definition import Mapping as Definition
from contactable.mapping.sources import Found, Source, Sourced, membership, remembered
from contactable.mapping.values import day_in, time_of
from contactable.rules.moments import moment_of
from contactable.rules.place import country_told_by

_T = TypeVar("_T")
Facts = dict[str, Sourced]
_Alike = tuple[tuple[Found, ...], tuple[str, ...], Declared]  # found, prefixes of numbers, declared
Memberships = Mapping[str, str] | Iterable[str]
"""Names (or ids) of lists, forms, outcomes; as a mapping, with the day of each."""


class Mapped(msgspec.Struct, frozen=True):
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
    addresses = read_addresses(properties, mapping.addresses)
    found, warnings = addresses.found, addresses.warnings
    plan = mapping.plan
    readers = plan.readers
    for name, text in properties.items():
        if text and (reader := readers[name]) is not None:
            found += reader[text]
    for source in plan.beside:
        found += source.told(properties)
    memberships = {"list": lists, "form": forms, "outcome": outcomes}
    if plan.by_membership and (lists or forms or outcomes):
        _from_memberships(found, memberships, properties, plan.by_membership)
    said = declared(declarations, properties, mapping.about, memberships) if declarations else ()
    shared, told = _TOGETHER[tuple(found), tuple(addresses.prefixes), said]
    facts = shared.copy()
    for sources in plan.latest:
        latest = None
        for name, source, reader in sources:
            text = properties.get(name)
            if not text or (source.when and not source.concerns(properties)):
                continue
            for one in reader[day_in(text)]:
                if latest is None or one.fact.value > latest.fact.value:
                    latest = one
        if latest is not None:
            _keep(facts, latest, warnings)
    if told:
        warnings += told
    return Mapped(record_id, facts, _each_once(addresses.identifiers), _each_once(warnings))


class _Together(dict[_Alike, tuple[Facts, tuple[str, ...]]]):
    """What all sources say together of contacts alike, and the warnings; remembered within bounds.

    Nine contacts of ten say, their days apart, what another one said before.
    """

    def __missing__(self, alike: _Alike) -> tuple[Facts, tuple[str, ...]]:
        return remembered(self, alike, _together(*alike))


_TOGETHER = _Together()


def _together(found: tuple[Found, ...], prefixes: tuple[str, ...], said: Declared) -> tuple[Facts, tuple[str, ...]]:
    facts: Facts = {}
    warnings: list[str] = []
    believed: dict[str, Found] = {}  # of all that say the same fact, by its name
    for each in found:
        before = believed.get(each.name)
        believed[each.name] = each if before is None else _believed(before, each, warnings)
    for each in believed.values():
        _keep(facts, each, warnings)
    # A number that was written down is observed; a declaration is only stated, and comes last.
    if prefixes and "country" not in facts:
        _from_prefixes(facts, prefixes, warnings)
    _from_declarations(facts, said, warnings)
    return facts, tuple(warnings)


def to_json(facts: Mapping[str, Sourced]) -> dict[str, list[str]]:
    """Give facts as JSON: column to value and source."""
    return {name: list(fact) for name, fact in sorted(facts.items())}


def from_json(data: Mapping[str, Sequence[str]]) -> Facts:
    """Give back the facts that ``to_json`` gave."""
    return {name: Sourced(value, source) for name, (value, source) in data.items()}


def _each_once(several: list[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(several)) if len(several) > 1 else tuple(several)


def _keep(facts: Facts, found: Found, warnings: list[str]) -> None:
    if not found.clear:
        warnings.append(f"{found.name}:unreadable")
    if found.fact.value:
        facts[found.name] = found.fact


def _from_memberships(
    found: list[Found],
    memberships: Mapping[str, Memberships],
    properties: Mapping[str, str | None],
    by_membership: Mapping[str, tuple[Source, ...]],
) -> None:
    for kind, names in memberships.items():
        if not names:
            continue
        # Asking the abstract class costs as much as reading a membership, and most CRMs tell no days.
        days = names if type(names) is not tuple and isinstance(names, Mapping) else {}
        for name in names:
            for source in by_membership.get(membership(kind, name), ()):
                found += source.says(days.get(name, ""), properties)


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


def _from_prefixes(facts: Facts, prefixes: Sequence[str], warnings: list[str]) -> None:
    """Take the country that a number tells where no property does; two that differ leave it unknown for good."""
    told = country_told_by(prefixes) if len(prefixes) > 1 else prefixes[0]
    if told is None:
        # Kept as an empty fact, so that no declaration fills what two numbers contradict.
        warnings.append("country:contradictory")
        facts["country"] = Sourced("", "prefix")
    else:
        facts["country"] = Sourced(told, "prefix")


def _from_declarations(facts: Facts, said: Declared, warnings: list[str]) -> None:
    for column, fact in said:
        if column not in facts:
            facts[column] = fact  # an empty one tells the register why the fact is missing
            if not fact.value:
                warnings.append(f"{column}:declarations_contradict:{fact.source.removeprefix(CONTRADICTION)}")
