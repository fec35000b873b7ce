"""Zoho's fields: made five at a time, with names that come from labels of at most 25 letters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contactable.connectors.parts import Account, in_groups
from contactable.connectors.protocol import Property, Shape
from contactable.errors import Refused

OURS, LONG, SHORT = "contactable_", "Contactable_", "Ctb_"
LONGEST, AT_ONCE = 25, 5
TYPES = {
    Shape.TEXT: "textarea",
    Shape.CHOICE: "picklist",
    Shape.CHOICES: "multiselectpicklist",
    Shape.DATE: "date",
    Shape.NUMBER: "double",
}
"""What is not here is a short text: Zoho's moments have no thousandths."""
LENGTHS = {"text": 255, "textarea": 2_000}


def field_of(name: str) -> str:
    """Zoho's name of a property: ``contactable_oppose`` is ``Contactable_Oppose``, or ``Ctb_…`` where it is long."""
    if not name.startswith(OURS):
        return name
    rest = "_".join(part[:1].upper() + part[1:] for part in name.removeprefix(OURS).split("_"))
    return LONG + rest if len(LONG + rest) <= LONGEST else SHORT + rest


def property_of(field: str) -> str:
    """The property's name of a field."""
    for prefix in (LONG, SHORT):
        if field.startswith(prefix):
            return OURS + field.removeprefix(prefix).lower()
    return field


def fields_of(account: Account, module: str) -> dict[str, Mapping[str, Any]]:
    """All fields of a module, by Zoho's names."""
    found = account.get("/settings/fields", {"module": module}).json.get("fields") or ()
    return {str(each["api_name"]): each for each in found}


def ensure(account: Account, module: str, schema: Sequence[Property]) -> Iterator[str]:
    """Create what is missing and yield the names created; ``Refused`` before that where a type is another."""
    existing = fields_of(account, module)
    there = {each.name: existing.get(field_of(each.name)) for each in schema}
    if wrong := [each.name for each in schema if (known := there[each.name]) and known["data_type"] != _type(each)]:
        raise Refused(f"Zoho has {', '.join(wrong)} with another type than ours: rename or delete it there.")
    for wanted in schema:
        if (known := there[wanted.name]) and (missing := _missing(known, wanted)):
            _complete(account, module, known, missing)
    made = [each for each in schema if there[each.name] is None]
    for group in in_groups(made, AT_ONCE):
        _create(account, module, group)
        yield from (each.name for each in group)


def text_of(value: Any) -> str:
    """A value as text: yes and no as ``true`` and ``false``, several joined by ``;``, a record by its name."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ";".join(map(str, value))
    if isinstance(value, dict):
        return str(value.get("name") or value.get("id") or "")
    return "" if value is None else str(value)


def value_of(known: Mapping[str, Any], text: str) -> Any:
    """A text as Zoho takes it; raise ``ValueError`` for what is none of the choices: Zoho may add it to them."""
    if known["data_type"] == "boolean":
        return text == "true"
    if known["data_type"] not in ("picklist", "multiselectpicklist"):
        return text or None
    chosen = [each for each in text.split(";") if each]
    if set(chosen) - _choices(known):
        raise ValueError(f"{known['api_name']} has no such choice")
    return chosen if known["data_type"] == "multiselectpicklist" else text or None


def _create(account: Account, module: str, group: Sequence[Property]) -> None:
    answer = account.call(
        "POST",
        "/settings/fields",
        params={"module": module},
        json={"fields": list(map(_as_new, group))},
        expected=(400,),
    )
    made = fields_of(account, module)
    if answer.status == 400 or any(field_of(each.name) not in made for each in group):
        names = ", ".join(f"{field_of(each.name)} ({_type(each)})" for each in group)
        raise Refused(f"Zoho did not make all of these fields; make by hand those that are missing: {names}.")


def _complete(account: Account, module: str, known: Mapping[str, Any], missing: Sequence[str]) -> None:
    kept = list(known.get("pick_list_values") or ())
    body = {"fields": [{"pick_list_values": [*kept, *map(_as_choice, missing)]}]}
    account.call("PATCH", f"/settings/fields/{known['id']}", params={"module": module}, json=body)


def _as_new(wanted: Property) -> dict[str, Any]:
    kind = _type(wanted)
    length = {"length": LENGTHS[kind]} if kind in LENGTHS else {}
    choices = {"pick_list_values": [_as_choice(each.value) for each in wanted.options]} if _chosen(kind) else {}
    return {"field_label": field_of(wanted.name), "data_type": kind, **length, **choices}


def _as_choice(value: str) -> dict[str, str]:
    """A choice that shows its code: which of the two values Zoho gives back, no page says plainly."""
    return {"display_value": value, "actual_value": value}


def _missing(known: Mapping[str, Any], wanted: Property) -> list[str]:
    return (
        [each.value for each in wanted.options if each.value not in _choices(known)] if _chosen(_type(wanted)) else []
    )


def _choices(known: Mapping[str, Any]) -> set[str]:
    return {str(each.get("actual_value")) for each in known.get("pick_list_values") or ()}


def _chosen(kind: str) -> bool:
    return kind in ("picklist", "multiselectpicklist")


def _type(wanted: Property) -> str:
    return TYPES.get(Shape(wanted.shape), "text")
