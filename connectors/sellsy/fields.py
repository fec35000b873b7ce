"""Sellsy's custom fields: known by a code, written by a number, their choices numbers too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contactable.connectors.parts import Account, refuse_other_types
from contactable.connectors.protocol import Property, Shape
from contactable.errors import Refused

PAGE = 100
TYPES = {Shape.CHOICE: "radio", Shape.CHOICES: "checkbox", Shape.DATE: "date", Shape.NUMBER: "numeric"}
"""What is not here is a text: Sellsy has no moments."""


@dataclass(frozen=True, slots=True)
class Field:
    """A custom field. ``items`` are its choices: number and label; the labels of ours are our codes."""

    id: int
    code: str
    type: str
    items: Mapping[int, str]
    name: str = ""  # what people read

    def text_of(self, value: Any) -> str:
        """A value as text: choices by their labels, several joined by ``;``."""
        if value is None or isinstance(value, dict):
            return ""
        if isinstance(value, bool):
            return str(value).lower()
        several = value if isinstance(value, list) else [value]
        return ";".join(self.items.get(each, str(each)) if self.items else str(each) for each in several)

    def value_of(self, text: str) -> Any:
        """A text as Sellsy takes it; raise ``ValueError`` for what is none of the choices."""
        if self.type not in ("radio", "select", "checkbox"):
            return text or None
        numbers = {label: number for number, label in self.items.items()}
        chosen = [each for each in text.split(";") if each]
        if unknown := [each for each in chosen if each not in numbers]:
            raise ValueError(f"{self.code} has no choice {unknown[0]!r}")
        if self.type == "checkbox":
            return [numbers[each] for each in chosen]
        return numbers[chosen[0]] if chosen else None


def fields_of(account: Account, related: str) -> dict[str, Field]:
    """The custom fields of a kind of record, by code."""
    found: dict[str, Field] = {}
    offset = None
    while True:
        answer = account.get("/custom-fields", {"limit": PAGE, "offset": offset}).json
        items = answer.get("data") or []
        found |= {each["code"]: _as_field(each) for each in items if related in (each.get("related_objects") or ())}
        offset = (answer.get("pagination") or {}).get("offset")
        if len(items) < PAGE or not offset:
            return found


def ensure(account: Account, related: str, schema: Sequence[Property]) -> Iterator[str]:
    """Create what is missing and yield the names created; ``Refused`` before that where a type is another."""
    existing = fields_of(account, related)
    wrong = (each.name for each in schema if each.name in existing and existing[each.name].type != _type(each))
    refuse_other_types("Sellsy", wrong)
    for wanted in schema:
        if wanted.name not in existing:
            _create(account, related, wanted)
            yield wanted.name
        elif missing := _missing(existing[wanted.name], wanted):
            _complete(account, existing[wanted.name], missing)


def _create(account: Account, related: str, wanted: Property) -> None:
    labels = [each.value for each in wanted.options] if _type(wanted) in ("radio", "checkbox") else []
    body = {
        "type": _type(wanted),
        "code": wanted.name,
        "name": wanted.label[:120],
        "description": wanted.description[:250],
        "mandatory": False,
        "related_objects": [related],
        "parameters": {"items": [_item(label, rank) for rank, label in enumerate(labels)]} if labels else {},
    }
    answer = account.post("/custom-fields", body, expected=(400, 402))
    if answer.status in (400, 402):
        why = "the plan allows no more of them" if answer.status == 402 else "it refuses the definition"
        raise Refused(
            f"Sellsy does not create the custom field {wanted.name}: {why}. Make it by hand, with this code, "
            f"of the type {_type(wanted)}{', with the choices ' + ', '.join(labels) if labels else ''}."
        )


def _complete(account: Account, there: Field, missing: Sequence[str]) -> None:
    """Add choices; those that are there keep their numbers."""
    kept = [{"id": number, **_item(label, rank)} for rank, (number, label) in enumerate(there.items.items())]
    added = [_item(label, len(kept) + rank) for rank, label in enumerate(missing)]
    account.call("PUT", f"/custom-fields/{there.id}", json={"parameters": {"items": [*kept, *added]}})


def _missing(there: Field, wanted: Property) -> list[str]:
    if _type(wanted) not in ("radio", "checkbox"):
        return []
    return [each.value for each in wanted.options if each.value not in there.items.values()]


def _item(label: str, rank: int) -> dict[str, Any]:
    return {"label": label, "checked": False, "rank": rank}


def _type(wanted: Property) -> str:
    return TYPES.get(Shape(wanted.shape), "simple-text")


def _as_field(item: Mapping[str, Any]) -> Field:
    items = (item.get("parameters") or {}).get("items") or ()
    choices = {each["id"]: each["label"] for each in items}
    return Field(int(item["id"]), str(item["code"]), str(item["type"]), choices, str(item.get("name") or ""))
