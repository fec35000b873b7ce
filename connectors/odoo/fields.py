"""Odoo's fields of a contact: ours begin with ``x_contactable_``, and what people tick is one box a choice.

Odoo has no field of several choices. Ours that the kit writes is a text, which a filter searches; the one that people
write, ``contactable_oppose``, is a box for each of its values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from contactable.connectors.odoo.rpc import Rpc
from contactable.connectors.parts import refuse_other_types
from contactable.connectors.protocol import Property, Shape

OURS, PARTNER = "contactable_", "res.partner"
TYPES = {Shape.CHOICE: "selection", Shape.DATE: "date", Shape.NUMBER: "float"}
"""What is not here is a text of any length: Odoo cuts moments to seconds."""
READABLE = frozenset("char text selection boolean date datetime integer float monetary many2one".split())
"""Types that are told as properties: pictures, computed lists and the like would only make readings slow."""
SAID_AGAIN = frozenset({"phone_blacklisted", "mobile_blacklisted"})
"""They say of which field the number is that ``phone_sanitized_blacklisted`` is about."""
Known = Mapping[str, Mapping[str, Any]]


def field_of(name: str) -> str:
    """Odoo's name of a property."""
    return f"x_{name}" if name.startswith(OURS) else name


def property_of(field: str) -> str:
    """The property's name of a field."""
    return field.removeprefix("x_") if field.startswith(f"x_{OURS}") else field


def known(rpc: Rpc) -> Known:
    """All fields of contacts, with their type, their choices, and what people read."""
    found: Known = rpc.call(PARTNER, "fields_get", attributes=["type", "selection", "string"])
    return found


def boxes_of(name: str, among: Known) -> dict[str, str]:
    """The boxes that make up a property, each with its value; none where it is no such property."""
    start = f"{field_of(name)}_"
    ours = name.startswith(OURS) and field_of(name) not in among
    boxes = (each for each in among if ours and each.startswith(start) and among[each]["type"] == "boolean")
    return {each: each.removeprefix(start) for each in boxes}


def wanted(properties: Iterable[str], among: Known) -> list[str]:
    """The fields to ask for; what is not there is left out, since Odoo would refuse the whole call."""
    return [field for name in properties for field in (field_of(name), *boxes_of(name, among)) if field in among]


def names(rpc: Rpc) -> frozenset[str]:
    """The properties of contacts."""
    among = {name: each for name, each in known(rpc).items() if each["type"] in READABLE and name not in SAID_AGAIN}
    boxes = {each for each in among if each.startswith(f"x_{OURS}") and among[each]["type"] == "boolean"}
    return frozenset({*map(property_of, among), *(property_of(each).rpartition("_")[0] for each in boxes)})


def labels(rpc: Rpc) -> Mapping[str, str]:
    """What people read of the fields that they made; ours have names that say it."""
    made = {
        name: each for name, each in known(rpc).items() if name.startswith("x_") and not name.startswith(f"x_{OURS}")
    }
    return {name: str(each.get("string") or "") for name, each in made.items()}


def ensure(rpc: Rpc, schema: Sequence[Property]) -> Iterator[str]:
    """Create what is missing and yield the names created; ``Refused`` before that where a type is another."""
    existing = known(rpc)
    fields = [(each, field) for each in schema for field in _fields(each)]
    refuse_other_types("Odoo", (each.name for each, field in fields if _is_other(existing.get(field["name"]), field)))
    model: list[int] = []
    for wanted, field in fields:
        if field["name"] not in existing:
            model = model or rpc.call("ir.model", "search", domain=[["model", "=", PARTNER]])
            rpc.call("ir.model.fields", "create", vals_list=[{"model_id": model[0], "state": "manual", **field}])
            if field is next(own for each, own in fields if each is wanted):
                yield wanted.name
        elif field["ttype"] == "selection":
            _complete(rpc, wanted, existing[field["name"]])


def remove(rpc: Rpc, properties: Sequence[str]) -> Iterator[str]:
    """Take fields of ours away with all they hold; yield the names of those that were there."""
    existing = known(rpc)
    for name in properties:
        fields = wanted([name], existing) if name.startswith(OURS) else []
        if fields:
            domain = [["model", "=", PARTNER], ["name", "in", fields], ["state", "=", "manual"]]
            rpc.call("ir.model.fields", "unlink", ids=rpc.call("ir.model.fields", "search", domain=domain))
            yield name


def text_of(value: Any, type: str) -> str:
    """A value as text: boxes as true and false, the name of what is linked, several joined by ``;``."""
    if type == "boolean":
        return "true" if value else "false"
    if value is False or value is None:
        return ""  # Odoo's empty value, whatever the type
    if type == "many2one":
        return str(value[1])
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)


def _fields(wanted: Property) -> list[dict[str, Any]]:
    """The fields that a property is made of, as Odoo creates them."""
    shown = {"help": wanted.description}
    if wanted.for_people and wanted.shape == Shape.CHOICES:
        return [
            {
                "name": f"{field_of(wanted.name)}_{each.value}",
                "field_description": f"{wanted.label} – {each.label}",
                "ttype": "boolean",
                **shown,
            }
            for each in wanted.options
        ]
    field: dict[str, Any] = {
        "name": field_of(wanted.name),
        "field_description": wanted.label,
        "ttype": _type(wanted),
        **shown,
    }
    if wanted.shape == Shape.CHOICE:
        field["selection_ids"] = [[0, 0, each] for each in _selection(wanted)]
    return [field]


def _selection(wanted: Property) -> list[dict[str, Any]]:
    return [{"value": each.value, "name": each.label, "sequence": place} for place, each in enumerate(wanted.options)]


def _complete(rpc: Rpc, wanted: Property, there: Mapping[str, Any]) -> None:
    """Add the choices that a field of ours lacks."""
    values = {value for value, _ in there.get("selection") or ()}
    new = [each for each in _selection(wanted) if each["value"] not in values]
    if new:
        domain = [["model", "=", PARTNER], ["name", "=", field_of(wanted.name)]]
        (field,) = rpc.call("ir.model.fields", "search", domain=domain)
        rpc.call("ir.model.fields.selection", "create", vals_list=[{"field_id": field, **each} for each in new])


def _type(wanted: Property) -> str:
    return TYPES.get(Shape(wanted.shape), "char")


def _is_other(there: Mapping[str, Any] | None, field: Mapping[str, Any]) -> bool:
    return there is not None and there["type"] != field["ttype"]
