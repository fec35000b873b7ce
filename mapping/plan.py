"""A mapping made ready for millions of records: who reads which property, and what is looked at beside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from contactable.mapping.columns import Agreement, Column
from contactable.mapping.sources import Reader, Source, membership
from contactable.mapping.values import read_opposition

_MOST_NAMES = 16_384


@dataclass(frozen=True, slots=True)
class Plan:
    """The sources of a mapping, by how they are asked.

    ``latest`` are those of columns of which the latest day counts and that properties alone tell, by column, the
    preferred one first, each with its property and what reads it: in those days contacts differ, and in little else.
    """

    readers: Readers  # by the name of a property: what needs no second one
    beside: tuple[Source, ...]  # constants, and sources that look at a second property
    latest: tuple[tuple[tuple[str, Source, Reader], ...], ...]
    by_membership: Mapping[str, tuple[Source, ...]]


def plan_of(sources: Iterable[Source], scoped: Mapping[str, Column]) -> Plan:
    """Order sources; ``scoped`` tells by the beginning of their names which properties are opt-outs of a type."""
    alone: dict[str, list[Source]] = {}
    beside: list[Source] = []
    latest: dict[str, list[Source]] = {}
    by_membership: dict[str, tuple[Source, ...]] = {}
    sources = tuple(sources)
    in_common = {each.name for each in sources if each.at or not each.property_name}
    for source in sources:
        if source.membership:
            kind, _, name = source.membership.partition(":")
            key = membership(kind, name)
            by_membership[key] = (*by_membership.get(key, ()), source)
        elif source.column.agreement is Agreement.LATEST and source.column.whole_days and source.name not in in_common:
            latest.setdefault(source.name, []).append(source)
        elif source.at or source.when or not source.property_name:
            beside.append(source)
        else:
            alone.setdefault(source.property_name, []).append(source)
    readers = Readers({name: Reader(*several) for name, several in alone.items()}, scoped)
    by_column = tuple(tuple((each.property_name, each, each.reader) for each in several) for several in latest.values())
    return Plan(readers, tuple(beside), by_column, by_membership)


class Readers(dict[str, Reader | None]):
    """Who reads a property, by its name; None where it says nothing. What opt-outs are called is found out once."""

    def __init__(self, known: Mapping[str, Reader], scoped: Mapping[str, Column]) -> None:
        super().__init__(known)
        self._scoped = tuple(scoped.items())

    def __missing__(self, name: str) -> Reader | None:
        found = next((_opt_out(name, each, column) for each, column in self._scoped if name.startswith(each)), None)
        if len(self) < _MOST_NAMES:
            self[name] = found
        return found


def _opt_out(name: str, prefix: str, column: Column) -> Reader:
    subscription = name.removeprefix(prefix)
    return Reader(Source(column, property_name=name, subscription=subscription, read=read_opposition))
