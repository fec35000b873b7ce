"""Dolibarr's complementary attributes ("extrafields"), which only an administrator may look at and make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from contactable.connectors.parts import Account, refuse_other_types
from contactable.connectors.protocol import Property, Shape
from contactable.errors import Refused

TYPES = {Shape.TEXT: "text", Shape.CHOICE: "select", Shape.CHOICES: "checkbox"}
"""What is not here is a short text: days and moments are numbers in some of Dolibarr's answers, texts in others."""
PREFIX = "options_"


class Field(NamedTuple):
    """A complementary attribute: its type, the labels of its choices by code, and what people read."""

    type: str
    options: Mapping[str, str]
    label: str = ""

    def text_of(self, value: Any) -> str:
        """A value as text; several choices, which Dolibarr joins by commas, joined by ``;``."""
        text = "" if value is None else str(value)
        return ";".join(each for each in text.split(",") if each) if self.type == "checkbox" else text

    def value_of(self, text: str) -> str | None:
        """A text as Dolibarr takes it; raise ``ValueError`` for what is none of the choices: Dolibarr looks at none."""
        chosen = [each for each in text.split(";") if each] if self.type == "checkbox" else [text] if text else []
        if self.type in ("select", "checkbox") and set(chosen) - self.options.keys():
            raise ValueError("Dolibarr has no such choice")
        return ",".join(chosen) or None


def fields_of(account: Account, element: str) -> dict[str, Field]:
    """The complementary attributes of a kind of record, by name."""
    answer = account.get("/setup/extrafields", {"elementtype": element}, expected=(404,)).json
    found = answer.get(element) if isinstance(answer, dict) else None
    return {str(name): _as_field(each) for name, each in (found or {}).items()}


def ensure(account: Account, element: str, schema: Sequence[Property]) -> Iterator[str]:
    """Create what is missing and yield the names created; ``Refused`` before that where a type is another."""
    existing = fields_of(account, element)
    wrong = (each.name for each in schema if each.name in existing and existing[each.name].type != _type(each))
    refuse_other_types("Dolibarr", wrong)
    for place, wanted in enumerate(schema):
        there = existing.get(wanted.name)
        labels = {each.value: each.label for each in wanted.options} if _chosen(wanted) else {}
        path = f"/setup/extrafields/{element}/{wanted.name}"
        if there is None:
            _make(account, path, wanted, _definition(wanted, labels, 900 + place))
            yield wanted.name
        elif labels.keys() - there.options.keys():
            kept = {**there.options, **labels}
            account.call("PUT", path, json=_definition(wanted, kept, 900 + place))


def _make(account: Account, path: str, wanted: Property, definition: Mapping[str, Any]) -> None:
    answer = account.post(path, definition, expected=(404, 405, 501))
    if answer.status in (404, 405, 501):
        raise Refused(
            f"This Dolibarr is too old to let us make attributes. Make {wanted.name} by hand, of the type "
            f"{_type(wanted)}; docs/crm/dolibarr.md says where."
        )


def _definition(wanted: Property, labels: Mapping[str, str], place: int) -> dict[str, Any]:
    """All there is to say of an attribute: Dolibarr takes what is left out as empty."""
    return {
        "label": wanted.label[:255],
        "type": _type(wanted),
        "pos": place,
        "size": {"text": "65535", "varchar": "255"}.get(_type(wanted), ""),
        "unique": 0,
        "required": 0,
        "default_value": "",
        "param": {"options": dict(labels)} if labels else "",
        "alwayseditable": 1,
        "perms": "",
        "list": "1",
        "help": wanted.description[:255],
        "computed": "",
        "langfile": "",
        "totalizable": 0,
        "printable": 0,
    }


def _as_field(said: Mapping[str, Any]) -> Field:
    return Field(str(said["type"]), _options(said.get("param")), str(said.get("label") or ""))


def _options(param: Any) -> Mapping[str, str]:
    options = param.get("options") if isinstance(param, dict) else None
    return {str(code): str(label) for code, label in options.items()} if isinstance(options, dict) else {}


def _chosen(wanted: Property) -> bool:
    return _type(wanted) in ("select", "checkbox")


def _type(wanted: Property) -> str:
    return TYPES.get(Shape(wanted.shape), "varchar")
