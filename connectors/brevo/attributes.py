"""Brevo's attributes: names in capitals, few types, and a multiple choice for people's ticks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contactable.connectors.parts import Account, refuse_other_types
from contactable.connectors.protocol import Property, Shape

OURS = "CONTACTABLE_"
TYPES = {Shape.DATE: "date", Shape.NUMBER: "float", Shape.CHOICES: "multiple-choice"}
"""What is not here is a text: Brevo has no moments, and ignores a wrong choice without a word."""


def field_of(name: str) -> str:
    """Brevo's name of a property: ours are in capitals there."""
    return name.upper() if name.upper().startswith(OURS) else name


def property_of(field: str) -> str:
    """The property's name of an attribute."""
    return field.lower() if field.startswith(OURS) else field


def ensure(account: Account, schema: Sequence[Property]) -> Iterator[str]:
    """Create what is missing and yield the names created; ``Refused`` before that where a type is another."""
    existing = _existing(account)
    refuse_other_types("Brevo", [each.name for each in schema if _is_other(existing.get(field_of(each.name)), each)])
    for wanted in schema:
        path = f"/contacts/attributes/normal/{field_of(wanted.name)}"
        there, options = existing.get(field_of(wanted.name)), [each.value for each in wanted.options]
        several = wanted.shape == Shape.CHOICES
        if there is None:
            more = {"multiCategoryOptions": options} if several else {}
            account.post(path, {"type": _type(wanted), **more})
            yield wanted.name
        elif several and set(options) - set(known := there.get("multiCategoryOptions") or []):
            added = [*known, *(each for each in options if each not in known)]
            account.call("PUT", path, json={"multiCategoryOptions": added})


def names(account: Account) -> frozenset[str]:
    """The properties of contacts."""
    return frozenset(property_of(field) for field in _existing(account))


def value_of(name: str, text: str, several: frozenset[str]) -> str | list[str]:
    """A text as Brevo takes it; ``several`` are the fields of multiple choice."""
    return [each for each in text.split(";") if each] if field_of(name) in several else text


def multiple_choices(account: Account) -> frozenset[str]:
    """The fields that hold several choices."""
    return frozenset(name for name, each in _existing(account).items() if each.get("type") == "multiple-choice")


def _existing(account: Account) -> Mapping[str, Mapping[str, Any]]:
    return {str(each["name"]): each for each in account.get("/contacts/attributes").json["attributes"]}


def _type(wanted: Property) -> str:
    return TYPES.get(Shape(wanted.shape), "text")


def _is_other(there: Mapping[str, Any] | None, wanted: Property) -> bool:
    return there is not None and (there.get("category"), there.get("type")) != ("normal", _type(wanted))
