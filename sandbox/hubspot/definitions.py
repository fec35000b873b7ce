"""The properties that a contact has: HubSpot's own, and those that people and apps made.

Names: lower-case letters, digits, underscore, at most 100. That a ``bool`` must have the options true and false is
to be confirmed on a real portal, and so is the number of custom properties of free accounts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from contactable.sandbox.hubspot.problems import conflict, invalid, not_found
from contactable.sandbox.hubspot.standard import STANDARD, STANDARD_GROUPS
from contactable.sandbox.hubspot.times import iso

FIELD_TYPES = {  # type -> the ways in which it may be shown
    "string": ("text", "textarea", "file", "html", "phonenumber", "calculation_equation"),
    "enumeration": ("select", "radio", "checkbox", "booleancheckbox", "calculation_equation"),
    "bool": ("booleancheckbox", "calculation_equation"),
    "date": ("date",),
    "datetime": ("date",),
    "number": ("number", "calculation_equation"),
    "phone_number": ("phonenumber",),
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")


@dataclass(frozen=True, slots=True)
class Definition:
    """One property. ``read_only``: no app may write it. ``own``: HubSpot's, so it counts against no quota."""

    name: str
    label: str
    type: str
    field_type: str
    group: str = "contactinformation"
    options: tuple[Mapping[str, Any], ...] = ()
    description: str = ""
    read_only: bool = False
    own: bool = False
    unique: bool = False
    archived: bool = False
    created_at: int = 0
    updated_at: int = 0

    @property
    def as_json(self) -> dict[str, Any]:
        """As the properties interface gives it."""
        return {
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "fieldType": self.field_type,
            "description": self.description,
            "groupName": self.group,
            "options": list(self.options),
            "displayOrder": -1,
            "calculated": self.field_type == "calculation_equation",
            "externalOptions": False,
            "hasUniqueValue": self.unique,
            "hidden": False,
            "hubspotDefined": self.own,
            "formField": not self.read_only,
            "dataSensitivity": "non_sensitive",
            "archived": self.archived,
            "createdAt": iso(self.created_at),
            "updatedAt": iso(self.updated_at),
            "modificationMetadata": {
                "archivable": not self.own,
                "readOnlyDefinition": self.own,
                "readOnlyValue": self.read_only,
            },
        }


@dataclass(slots=True)
class Definitions:
    """The properties and groups of contacts, and how many custom ones the account may have."""

    quota: int = 1_000
    by_name: dict[str, Definition] = field(default_factory=lambda: {d.name: d for d in own_definitions()})
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, label in STANDARD_GROUPS.items():
            self.groups[name] = {"name": name, "label": label, "displayOrder": -1, "archived": False}

    @property
    def custom(self) -> int:
        """How many of the quota are used."""
        return sum(not d.own and not d.archived for d in self.by_name.values())

    def get(self, name: str) -> Definition:
        """The property of that name; raise a 404 where there is none."""
        definition = self.by_name.get(name)
        if definition is None or definition.archived:
            raise not_found(f"Property {name} does not exist.")
        return definition

    def create(self, given: Mapping[str, Any], at: int) -> Definition:
        """Make a property; 409 where the name is taken, 400 where the form is wrong or the quota is used up."""
        wanted = read_definition(given, at)
        known = self.by_name.get(wanted.name)
        if known is not None and not known.archived:
            raise conflict(f"A property named '{wanted.name}' already exists.", "OBJECT_ALREADY_EXISTS")
        if wanted.group not in self.groups:
            raise invalid(f"Property group {wanted.group} does not exist.")
        if self.custom >= self.quota:
            raise invalid(f"You have reached your account's limit of {self.quota} custom properties for CONTACT.")
        self.by_name[wanted.name] = wanted
        return wanted

    def update(self, name: str, given: Mapping[str, Any], at: int) -> Definition:
        """Change label, description, group or options."""
        old = self.get(name)
        merged = {**old.as_json, **{key: value for key, value in given.items() if value is not None}}
        changed = replace(read_definition(merged, at), created_at=old.created_at, own=old.own, read_only=old.read_only)
        self.by_name[name] = changed
        return changed

    def archive(self, name: str) -> None:
        """Delete a custom property; its name is free again."""
        definition = self.get(name)
        if definition.own:
            raise invalid(f"Property {name} is defined by HubSpot and cannot be deleted.")
        self.by_name[name] = replace(definition, archived=True)

    def create_group(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Make a group of properties; 409 where there is one of that name."""
        name, label = given.get("name"), given.get("label")
        if not isinstance(name, str) or not isinstance(label, str) or not _NAME.fullmatch(name):
            raise invalid("A group has a name of lower-case letters, digits and underscores, and a label.")
        if name in self.groups:
            raise conflict(f"A property group named '{name}' already exists.", "OBJECT_ALREADY_EXISTS")
        self.groups[name] = {"name": name, "label": label, "displayOrder": given.get("displayOrder", -1)}
        self.groups[name]["archived"] = False
        return self.groups[name]


def read_definition(given: Mapping[str, Any], at: int) -> Definition:
    """Understand what is posted; raise a 400 naming what is wrong."""
    texts = {key: given.get(key) for key in ("name", "label", "type", "fieldType", "groupName")}
    for key, text in texts.items():
        if not isinstance(text, str) or not text:
            raise invalid(f"Some required fields were not set: [{key}]")
    name, type, field_type = str(texts["name"]), str(texts["type"]), str(texts["fieldType"])
    if not _NAME.fullmatch(name):
        raise invalid(f"Property name {name!r} is invalid: lower-case letters, digits and underscores, at most 100.")
    if field_type not in FIELD_TYPES.get(type, ()):
        raise invalid(f"fieldType {field_type} is not valid for type {type}.")
    return Definition(
        name,
        str(texts["label"]),
        type,
        field_type,
        str(texts["groupName"]),
        tuple(_options(given.get("options") or [], type)),
        str(given.get("description") or ""),
        unique=bool(given.get("hasUniqueValue")),
        created_at=at,
        updated_at=at,
    )


def _options(given: Sequence[Mapping[str, Any]], type: str) -> Iterator[dict[str, Any]]:
    if type == "bool" and {option.get("value") for option in given} != {"true", "false"}:
        raise invalid("Boolean properties must have exactly two options: true and false.")
    if type == "enumeration" and not given:
        raise invalid("Enumeration properties must have options.")
    values = [option.get("value") for option in given]
    if len(set(values)) != len(values):
        raise invalid("Property option values must be unique.")
    for order, option in enumerate(given):
        if not option.get("label") or option.get("value") is None:
            raise invalid("Property options have a label and a value.")
        yield {
            "label": option["label"],
            "value": str(option["value"]),
            "description": option.get("description") or "",
            "displayOrder": option.get("displayOrder", order),
            "hidden": bool(option.get("hidden")),
        }


def choices(*values: str, **labelled: str) -> list[dict[str, str]]:
    """Options whose label is their value, or as named."""
    return [{"value": v, "label": v} for v in values] + [{"value": v, "label": t} for v, t in labelled.items()]


def own_definitions() -> Iterator[Definition]:
    """HubSpot's own properties of contacts, those that matter here."""
    for name, (label, type, field_type, group, *rest) in STANDARD.items():
        read_only = "read only" in rest
        options = next((each for each in rest if isinstance(each, tuple)), ())
        yield Definition(
            name, label, type, field_type, group, tuple(_options(choices(*options), "")), read_only=read_only, own=True
        )
