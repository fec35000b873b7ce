"""Meaning: from a CRM's records to the facts that the law asks for, and from verdicts to what people read in the CRM.

A mapping says what properties, lists, forms and outcomes mean; an offer, what a campaign proposes; a declaration, what
the company states, signed, about contacts whose record cannot say it.
"""

from __future__ import annotations

from contactable.mapping.declarations import Declaration
from contactable.mapping.declare_tables import declarations_from_settings
from contactable.mapping.definition import OPPOSE_PROPERTY, Mapping, shipped_maps
from contactable.mapping.facts import facts_of, sources_of_facts, verdicts_of
from contactable.mapping.map_file import MapFile, read_map
from contactable.mapping.memberships import Asked
from contactable.mapping.offers import OfferSettings, offers_from_settings
from contactable.mapping.properties import Choice, Property, opposed_by_tick, property_values, schema, state_of
from contactable.mapping.records import Mapped, from_json, map_record, to_json
from contactable.mapping.sources import Sourced
from contactable.mapping.standing import disputed, in_force_on

__all__ = [
    "OPPOSE_PROPERTY",
    "Asked",
    "Choice",
    "Declaration",
    "MapFile",
    "Mapped",
    "Mapping",
    "OfferSettings",
    "Property",
    "Sourced",
    "declarations_from_settings",
    "disputed",
    "facts_of",
    "from_json",
    "in_force_on",
    "map_record",
    "offers_from_settings",
    "opposed_by_tick",
    "property_values",
    "read_map",
    "schema",
    "shipped_maps",
    "sources_of_facts",
    "state_of",
    "to_json",
    "verdicts_of",
]
