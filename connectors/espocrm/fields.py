"""EspoCRM's fields: ours bear a prefix and capitals there, and only an administrator may make them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contactable.connectors.parts import Account, refuse_other_types
from contactable.connectors.protocol import Property, Shape
from contactable.errors import Refused

OURS, THEIRS = "contactable_", "cContactable"
TYPES = {Shape.CHOICE: "enum", Shape.CHOICES: "multiEnum", Shape.DATE: "date", Shape.NUMBER: "float"}
"""What is not here is a text: EspoCRM's moments have no thousandths."""
OF_ONE_LIST = frozenset({"targetListIsOptedOut"})
"""What EspoCRM tells of a contact inside one target list, and of nobody elsewhere."""
MANAGER = "/Admin/fieldManager/Contact"


def field_of(name: str) -> str:
    """EspoCRM's name of a property: ``contactable_email`` is ``cContactableEmail``."""
    if not name.startswith(OURS):
        return name
    return "c" + "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def property_of(field: str) -> str:
    """The property's name of a field."""
    if not field.startswith(THEIRS):
        return field
    return OURS + re.sub(r"(?<!^)(?=[A-Z])", "_", field.removeprefix(THEIRS)).lower()


def fields_of(account: Account) -> Mapping[str, Mapping[str, Any]]:
    """All fields of contacts, by EspoCRM's names."""
    found: Mapping[str, Mapping[str, Any]] = account.get("/Metadata", {"key": "entityDefs.Contact.fields"}).json
    return found


def ensure(account: Account, admin: Account | None, schema: Sequence[Property]) -> Iterator[str]:
    """Create what is missing and yield the names created; ``Refused`` before that where a type is another."""
    existing = fields_of(account)
    there = {each.name: existing.get(field_of(each.name)) for each in schema}
    wrong = (each.name for each in schema if (known := there[each.name]) and known.get("type") != _type(each))
    refuse_other_types("EspoCRM", wrong)
    made = [each for each in schema if there[each.name] is None]
    grown = [each for each in schema if (known := there[each.name]) and _lacks(known, each)]
    if not made and not grown:
        return
    if admin is None:
        raise Refused(
            f"EspoCRM lets only an administrator make fields: give `admin`, or make them by hand: {_by_hand(made)}."
        )
    for wanted in grown:
        admin.call("PUT", f"{MANAGER}/{field_of(wanted.name)}", json=_definition(wanted))
    for wanted in made:
        admin.post(MANAGER, {"name": _without_prefix(wanted.name), **_definition(wanted)})
    admin.post("/Admin/rebuild", {})
    yield from (each.name for each in made)


def value_of(known: Mapping[str, Any], text: str) -> Any:
    """A text as EspoCRM takes it, for a field of this definition."""
    if known.get("type") in ("multiEnum", "array", "checklist"):
        return [each for each in text.split(";") if each]
    if known.get("type") == "bool":
        return text == "true"
    return text or None


def _definition(wanted: Property) -> dict[str, Any]:
    kind = _type(wanted)
    labels = {each.value: each.label for each in wanted.options}
    empty = {"": ""} if kind == "enum" else {}
    choice = {"options": [*empty, *labels], "translatedOptions": {**empty, **labels}} if _chosen(kind) else {}
    return {"type": kind, "label": wanted.label, "tooltipText": wanted.description, **choice}


def _without_prefix(name: str) -> str:
    """As EspoCRM is asked for a field, before it adds its prefix."""
    own = field_of(name)
    return own[1].lower() + own[2:]


def _lacks(known: Mapping[str, Any], wanted: Property) -> bool:
    return _chosen(_type(wanted)) and bool({each.value for each in wanted.options} - set(known.get("options") or ()))


def _by_hand(wanted: Sequence[Property]) -> str:
    return ", ".join(f"{field_of(each.name)} ({_type(each)})" for each in wanted)


def _chosen(kind: str) -> bool:
    return kind in ("enum", "multiEnum")


def _type(wanted: Property) -> str:
    return TYPES.get(Shape(wanted.shape), "text")
