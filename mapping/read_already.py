"""Oppositions that a mapping reads already, the CRM's own opt-outs above all, and how many contacts say no there."""

from __future__ import annotations

from collections.abc import Iterator

from contactable.mapping.definition import Mapping
from contactable.mapping.portal import Portal
from contactable.mapping.suggest import Suggestion


def read_already(portal: Portal, mapping: Mapping) -> Iterator[Suggestion]:
    """Yield the properties of these contacts that the mapping reads as oppositions; nobody need take them."""
    there = {name for contact in portal.contacts for name in contact.properties}
    for source in mapping.sources:
        if not source.column.forbids or source.property_name not in there:
            continue
        said = 0
        for each in portal.contacts:
            told = source.told(each.properties)
            said += any(found.fact.value not in ("", "no") for found in told)
        yield Suggestion(source.name, source.property_name, "the mapping", said)
