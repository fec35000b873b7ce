"""From a CRM's record to facts, each with its source: what the register's mirror keeps, and ``facts_of`` completes.

What forbids is the strictest of all sources. What permits is what the settings prefer; two boxes that contradict each
other give the stricter, and a warning. Declarations fill what nothing else says. Facts are codes and ISO dates only:
no address and nothing that people typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter

from contactable.mapping.addresses import Identifier, read_addresses
from contactable.mapping.columns import UNKNOWN_TIME, Agreement
from contactable.mapping.declarations import About, Declaration, declared
from contactable.mapping.definition import Mapping as Definition
from contactable.mapping.sources import Found, Sourced, membership
from contactable.mapping.values import read_opposition
from contactable.rules.moments import moment_of
from contactable.rules.place import country_told_by

Facts = dict[str, Sourced]
Memberships = Mapping[str, str] | Iterable[str]
"""Names (or ids) of lists, forms, outcomes; as a mapping, with the day of each."""
_Candidates = dict[str, list[Found]]


@dataclass(frozen=True, slots=True)
class Mapped:
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
    candidates: _Candidates = {}
    scoped = _from_properties(properties, mapping, candidates)
    memberships = {"list": lists, "form": forms, "outcome": outcomes}
    if mapping.by_membership:
        _from_memberships(memberships, properties, mapping, candidates)
    warnings = addresses.warnings
    facts = addresses.facts
    for name, found in candidates.items():
        believed = found[0] if len(found) == 1 else _believed(found, warnings)
        if not believed.clear:
            warnings.append(f"{name}:unreadable")
        if believed.fact.value:
            facts[name] = believed.fact
    # A number that was written down is observed; a declaration is only stated, and comes last.
    _from_prefixes(facts, addresses.prefixes, warnings)
    if declarations:
        about = About(properties, mapping.about, memberships)
        _from_declarations(facts, declared(declarations, about), warnings)
    facts.update(scoped)
    return Mapped(record_id, facts, tuple(dict.fromkeys(addresses.identifiers)), tuple(dict.fromkeys(warnings)))


def to_json(facts: Mapping[str, Sourced]) -> dict[str, list[str]]:
    """Give facts as JSON: column to value and source."""
    return {name: list(fact) for name, fact in sorted(facts.items())}


def from_json(data: Mapping[str, Sequence[str]]) -> Facts:
    """Give back the facts that ``to_json`` gave."""
    return {name: Sourced(value, source) for name, (value, source) in data.items()}


def _from_properties(
    properties: Mapping[str, str | None], mapping: Definition, candidates: _Candidates
) -> dict[str, Sourced]:
    """Gather what properties say; give apart the opt-outs that are bound to a subscription type."""
    scoped: dict[str, Sourced] = {}
    readers, opt_outs = mapping.readers, tuple(mapping.subscriptions)
    for name, text in properties.items():
        if text:
            if read := readers.get(name):
                for found in read(text):
                    candidates.setdefault(found.column.name, []).append(found)
            elif name.startswith(opt_outs) and name not in readers:
                _opt_out_of_a_type(name, text, mapping, scoped)
    for source in mapping.beside:
        text = properties.get(source.property_name) or ""
        if (text or not source.property_name) and source.concerns(properties):
            _add(candidates, source.look(text, properties.get(source.at) or ""))
    return scoped


def _opt_out_of_a_type(name: str, text: str, mapping: Definition, scoped: Facts) -> None:
    for prefix, column in mapping.subscriptions.items():
        if name.startswith(prefix) and (value := read_opposition(text).value):
            scoped[f"{column.name}/{name.removeprefix(prefix)}"] = Sourced(value, f"property:{name}")


def _from_memberships(
    memberships: Mapping[str, Memberships],
    properties: Mapping[str, str | None],
    mapping: Definition,
    candidates: _Candidates,
) -> None:
    for kind, names in memberships.items():
        days = names if isinstance(names, Mapping) else {}
        for name in names:
            for source in mapping.by_membership.get(membership(kind, name), ()):
                if source.concerns(properties):
                    _add(candidates, source.look(days.get(name, ""), properties.get(source.at) or ""))


def _add(candidates: _Candidates, found: Found | None) -> None:
    if found is not None:
        candidates.setdefault(found.column.name, []).append(found)


def _believed(found: list[Found], warnings: list[str]) -> Found:
    """Choose among several sources of one column."""
    # By rank, because a record has its properties in any order.
    said = sorted((each for each in found if each.fact.value), key=attrgetter("rank"))
    if not said:
        return found[0]
    column = said[0].column
    values = {each.fact.value for each in said}
    if column.agreement is Agreement.FIRST or len(values) == 1:
        return said[0]
    if column.values:
        if not column.forbids:
            warnings.append(f"{column.name}:contradictory")
        return min(said, key=lambda each: column.values.index(each.fact.value))
    if column.whole_days:  # written alike, so that their order is that of their letters
        return max(said, key=lambda each: each.fact.value)
    return max(said, key=lambda each: strictness_of_time(each.fact.value))


def strictness_of_time(value: str) -> tuple[bool, int]:
    """Order the times of oppositions (and of contacts): the later the stricter, an unknown time the strictest."""
    if value == UNKNOWN_TIME:
        return True, 0
    return False, moment_of(date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value))


def _from_prefixes(facts: Facts, prefixes: list[str], warnings: list[str]) -> None:
    """Take the country that a number tells where no property does; two that differ leave it unknown for good."""
    if not prefixes or "country" in facts:
        return
    told = country_told_by(prefixes)
    if told is None:
        # Kept as an empty fact, so that no declaration fills what two numbers contradict.
        warnings.append("country:contradictory")
        facts["country"] = Sourced("", "prefix")
    else:
        facts["country"] = Sourced(told, "prefix")


def _from_declarations(facts: Facts, said: dict[str, dict[str, list[str]]], warnings: list[str]) -> None:
    for column, values in said.items():
        if column in facts:
            continue
        if len(values) > 1:
            warnings.append(f"{column}:declarations_contradict")
            continue
        ((value, names),) = values.items()
        facts[column] = Sourced(value, f"declaration:{names[0]}")
