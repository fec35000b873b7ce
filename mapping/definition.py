"""A mapping as the settings define it: for each column its sources, and the properties that must be read for them.

``[connectors.NAME.mapping]`` and a ``--map`` file say the same thing in the same words. What they leave out comes from
the map that the kit ships for that CRM, and from properties that are named like a column. A source that is written for
a column which opens replaces the shipped ones; for a column that only closes it stands beside them.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable
from collections.abc import Mapping as Table
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from contactable.errors import SettingsError
from contactable.mapping.columns import (
    ADDRESS_COLUMNS,
    BY_NAME,
    CHANNELS,
    COLUMNS,
    Column,
    column_named,
)
from contactable.mapping.offers import OfferSettings, vocabulary
from contactable.mapping.plan import Plan, plan_of
from contactable.mapping.sources import Source, membership
from contactable.mapping.written import sources_of

_ABOUT = ("created", "source", "owner", "form")
_SPECIAL = {"based_on", "subscriptions", "about", "declined", "phone_country"}
# declined: suggestions that a person refused; phone_country: the country that the CRM computed from a number.
# A salesperson's tick in our own property is read back like any other opposition; "calls" are both kinds of call.
_TICKS = {"phone": "calls", "robocall": "calls"}
OPPOSE_PROPERTY = "contactable_oppose"


@dataclass(frozen=True, slots=True)
class Mapping:
    """What a CRM's records mean. ``properties`` must be read for it; ``fingerprint`` changes with any meaning."""

    sources: tuple[Source, ...]
    plan: Plan
    addresses: Table[str, tuple[str, ...]]  # address column -> properties, the preferred one first
    subscriptions: Table[str, Column]  # beginning of a property's name -> opposition bound to a subscription type
    about: Table[str, tuple[str, ...]]  # what declarations ask -> properties
    properties: tuple[str, ...]
    unwritten: frozenset[str]  # columns that a property of their name fills though neither settings nor map say so
    fingerprint: str

    @property
    def lists(self) -> tuple[str, ...]:
        """The lists (names or ids) whose members must be read: without them an opposition may go unseen."""
        members = (source.membership.partition(":") for source in self.sources)
        return tuple(dict.fromkeys(name for kind, _, name in members if kind == "list"))

    @classmethod
    def from_settings(
        cls,
        table: Table[str, Any],
        *,
        crm: str = "hubspot",
        shipped: Table[str, Any] = {},
        offers: Iterable[OfferSettings] = (),
        subscriptions: Iterable[str] = (),
    ) -> Mapping:
        """Understand a mapping table; raise ``SettingsError`` naming the column and what is wrong with it.

        ``offers`` give the codes (trades, products …) worth keeping; ``subscriptions`` are the ids of the CRM's
        subscription types, of which each has a property of its own. ``shipped`` is the map that comes with a
        connector from elsewhere.
        """
        if "based_on" in table and table["based_on"] not in shipped_maps():
            raise SettingsError(f"Mapping: `based_on` names no shipped map; there are {', '.join(shipped_maps())}.")
        shipped = shipped_map(str(table.get("based_on", crm))) or shipped
        written = _merged(table, shipped)
        offers = tuple(offers)
        sources = [
            source
            for name, entry in written.items()
            if name not in _SPECIAL and name not in ADDRESS_COLUMNS
            for source in sources_of(column_named(name), entry, vocabulary(offers))
        ]
        scoped = {prefix: column_named(name) for name, prefix in written.get("subscriptions", {}).items()}
        # HubSpot has one property for each subscription type, and returns only those that are asked for.
        types = {*subscriptions, *(each for offer in offers for each in offer.subscriptions)}
        opt_outs = [prefix + each for prefix in scoped for each in sorted(types)]
        # What an offer names is kept of a contact, and nothing else: other offers read the same properties otherwise.
        fingerprint = _fingerprint([written, sorted(vocabulary(offers)), opt_outs])
        told = (shipped, table)
        unwritten = {name for name in BY_NAME if not any(name in _in_order(name, each.get(name, [])) for each in told)}
        return _compiled(written, sources, scoped, opt_outs, frozenset(unwritten), fingerprint)


def shipped_maps() -> tuple[str, ...]:
    """The names of the maps that the kit ships."""
    files = resources.files("contactable.mapping").joinpath("maps").iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


@cache
def shipped_map(name: str) -> dict[str, Any]:
    """Read the map that the kit ships under that name; an empty one for a CRM that has none."""
    if name not in shipped_maps():
        return {}
    text = resources.files("contactable.mapping").joinpath("maps", f"{name}.toml").read_text(encoding="utf-8")
    mapping: dict[str, Any] = tomllib.loads(text)["mapping"]
    return mapping


def _merged(table: Table[str, Any], shipped: Table[str, Any]) -> dict[str, Any]:
    """Lay the settings over the shipped map, and properties named like a column under both."""
    merged: dict[str, list[Any]] = {name: [name] for name in BY_NAME}
    for layer in (shipped, table):
        for name, entry in layer.items():
            if name not in _SPECIAL:
                entries = _in_order(name, entry)
                # A company's own choice ends what is guessed, save where guessing too much is the safe side.
                keep = layer is shipped or (name in COLUMNS and COLUMNS[name].forbids)
                kept = merged.get(name, []) if keep else []
                merged[name] = [each for each in kept if each not in entries] + entries
    # Last, so that a tick is named as the source only where nothing else says the same.
    for channel in (*CHANNELS, "all"):
        merged[f"opposed_{channel}_on"] += [{"property": OPPOSE_PROPERTY, "contains": _TICKS.get(channel, channel)}]
    # These add to the shipped ones key by key: who renames the owner does not lose the forms.
    special = {key: {**shipped.get(key, {}), **table.get(key, {})} for key in ("subscriptions", "about")}
    phone_country = table.get("phone_country", shipped.get("phone_country", []))
    return {**merged, **special, "phone_country": phone_country}


def _in_order(name: str, entry: Any) -> list[Any]:
    """What is written for a column, the preferred source first; raise ``SettingsError`` for a cycle of preferences."""
    entries = entry if isinstance(entry, list) else [entry]
    tables = [{"property": each} if isinstance(each, str) else each for each in entries]
    for place, each in enumerate(tables):
        if each in tables[:place]:
            raise SettingsError(
                f"Mapping of `{name}`: `{entries[place]}` comes before itself: "
                "an order of preference names each source once."
            )
    return entries


def _compiled(
    written: Table[str, Any],
    sources: list[Source],
    scoped: dict[str, Column],
    opt_outs: list[str],
    unwritten: frozenset[str],
    fingerprint: str,
) -> Mapping:
    addresses = {name: _names(name, written.get(name, [])) for name in sorted(ADDRESS_COLUMNS)}
    addresses["phone_country"] = _names("phone_country", written["phone_country"])
    addresses["numbers"] = tuple(dict.fromkeys(addresses["mobile"] + addresses["landline"]))
    about = {key: _names(f"about.{key}", entry) for key, entry in written["about"].items()}
    if unknown := sorted(set(about) - set(_ABOUT)):
        raise SettingsError(f"Mapping: `about.{unknown[0]}` is not known; known: {', '.join(_ABOUT)}.")
    others = [name for names in (*addresses.values(), *about.values()) for name in names]
    read = [name for each in sources for name in (each.property_name, each.at, *dict(each.when)) if name]
    return Mapping(
        tuple(sources),
        plan_of(sources, scoped),
        addresses,
        scoped,
        about,
        tuple(dict.fromkeys([*read, *opt_outs, *others])),
        unwritten,
        fingerprint,
    )


def _names(key: str, entry: Any) -> tuple[str, ...]:
    names = entry if isinstance(entry, list) else [entry]
    if not all(isinstance(name, str) and name for name in names):
        raise SettingsError(f"Mapping of `{key}`: write the name of a property, or a list of names.")
    return tuple(dict.fromkeys(names))


def _fingerprint(written: Any) -> str:
    return hashlib.sha256(json.dumps(written, sort_keys=True, default=str).encode()).hexdigest()[:16]


def properties_named(table: Table[str, Any]) -> tuple[str, ...]:
    """The properties that a company's own mapping table names, dates beside boxes among them."""
    sources = [
        each
        for name, entry in table.items()
        if name not in _SPECIAL and name not in ADDRESS_COLUMNS
        for each in sources_of(column_named(name), entry)
    ]
    named = [name for each in sources for name in (each.property_name, each.at) if name]
    addresses = [name for column in ADDRESS_COLUMNS & table.keys() for name in _names(column, table[column])]
    return tuple(dict.fromkeys([*named, *sorted(addresses)]))


def absent_sources(
    table: Table[str, Any], *, properties: Iterable[str], lists: Iterable[str] = (), forms: Iterable[str] | None = None
) -> tuple[str, ...]:
    """Name the company's own sources that the CRM no longer has: a property deleted, a list or form renamed. An alert.

    ``forms`` is None where nobody can tell them. The shipped map and columns by name are left out: no CRM has all of
    those. A source that is gone says nothing, so that a permission closes, and an opposition of which it was the only
    witness must be looked at by a person.
    """
    there = set(properties)
    named = {"list": lists, "form": forms}
    members = {kind: {membership(kind, name) for name in names} for kind, names in named.items() if names is not None}
    absent = []
    for name in table.keys() - _SPECIAL - ADDRESS_COLUMNS:
        for source in sources_of(column_named(name), table[name]):
            kind, _, name_of_it = source.membership.partition(":")
            gone = kind in members and membership(kind, name_of_it) not in members[kind]
            if gone or (source.property_name and source.property_name not in there):
                absent.append(f"{name}: {source.label}")
    return tuple(sorted(absent))
