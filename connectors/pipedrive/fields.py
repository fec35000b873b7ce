"""Pipedrive's custom fields: keys of forty letters, choices with numbers, and a name that people may read.

Neither a field nor a choice has a code of ours there. So what we make is called ``Prospection : SMS [contactable_sms]``
and ``Interdit [denied]``: people may change the words, the code in brackets is what we look for.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contactable.connectors.parts import Account, refuse_other_types
from contactable.connectors.protocol import Property, Shape

TYPES = {Shape.CHOICE: "enum", Shape.CHOICES: "set", Shape.DATE: "date", Shape.NUMBER: "double"}
"""What is not here is a long text: Pipedrive has no moments."""
PAGE, FRESH = 500, 60.0  # seconds for which what was asked is good
_BRACKETED = re.compile(r".*\[([A-Za-z0-9_]+)\]\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of persons: its key, what people call it, its type, and its choices by number."""

    key: str
    title: str
    type: str
    custom: bool
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The property's name: our code, what people call a custom field, or the key."""
        return code_of(self.title) if self.custom else self.key

    def text_of(self, value: Any) -> str:
        """A value as text: choices by their code, several joined by ``;``."""
        if value in (None, "", []):
            return ""
        if isinstance(value, list):
            return ";".join(self._choice(each) for each in value)
        if isinstance(value, Mapping):  # a field of several parts
            return str(value.get("value") or "")
        return str(value).lower() if isinstance(value, bool) else self._choice(value)

    def value_of(self, text: str) -> Any:
        """A text as Pipedrive takes it; raises ``ValueError`` for what is none of the choices, or no number."""
        if not text:
            return None  # an empty list would be refused
        if self.type in ("enum", "set"):
            numbers = {code: int(number) for number, code in self.options.items()}
            chosen = [numbers[each] if each in numbers else _unknown() for each in text.split(";") if each]
            return chosen if self.type == "set" else chosen[0]
        return float(text) if self.type == "double" else text

    def _choice(self, value: Any) -> str:
        number = str(value.get("id", value.get("value", ""))) if isinstance(value, Mapping) else str(value)
        return self.options.get(number, number)


class Fields:
    """The fields of persons, asked for anew each minute. Threads share it."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._known: Mapping[str, Field] = {}
        self._until = 0.0
        self._lock = threading.Lock()

    def known(self, *, fresh: bool = False) -> Mapping[str, Field]:
        """All fields by property name, custom ones by their key too."""
        with self._lock:
            if fresh or time.monotonic() > self._until:
                found = [_field(item) for item in self._all()]
                self._known = {each.key: each for each in found} | {each.name: each for each in found}
                self._until = time.monotonic() + FRESH
            return self._known

    def ensure(self, schema: Sequence[Property]) -> Iterator[str]:
        """Create what is missing and yield the names created; ``Refused`` before that where a type is another."""
        existing = self.known(fresh=True)
        wrong = (each.name for each in schema if each.name in existing and existing[each.name].type != _type(each))
        refuse_other_types("Pipedrive", wrong)
        try:
            for wanted in schema:
                there = existing.get(wanted.name)
                if there is None:
                    self.account.post("/personFields", _as_new(wanted))
                    yield wanted.name
                elif new := [each for each in _options(wanted) if code_of(each["label"]) not in there.options.values()]:
                    self.account.post(f"/personFields/{there.key}/options", new)
        finally:
            self._until = 0.0

    def remove(self, names: Sequence[str]) -> Iterator[str]:
        """Take fields of ours away; yield the names of those that were there."""
        existing = self.known(fresh=True)
        for name in names:
            there = existing.get(name)
            if there and there.custom and _BRACKETED.fullmatch(there.title):
                self.account.call("DELETE", f"/personFields/{there.key}", expected=(404,))
                yield name
        self._until = 0.0

    def _all(self) -> Iterator[Mapping[str, Any]]:
        cursor = None
        while True:
            answer = self.account.get("/personFields", {"limit": PAGE, "cursor": cursor}).json
            yield from answer["data"]
            cursor = (answer.get("additional_data") or {}).get("next_cursor")
            if not cursor:
                return


def names(known: Mapping[str, Field]) -> frozenset[str]:
    """The properties of persons."""
    return frozenset(known)


def code_of(title: str) -> str:
    """The code in brackets at a title's end, or else the title."""
    found = _BRACKETED.fullmatch(title)
    return found[1] if found else title


def _unknown() -> int:
    raise ValueError("none of the choices")


def _field(item: Mapping[str, Any]) -> Field:
    options = {str(each["id"]): code_of(str(each["label"])) for each in item.get("options") or ()}
    kind, custom = str(item["field_type"]), bool(item.get("is_custom_field"))
    return Field(str(item["field_code"]), str(item["field_name"]), kind, custom, options)


def _as_new(wanted: Property) -> dict[str, Any]:
    options = {"options": _options(wanted)} if wanted.options else {}
    return {"field_name": f"{wanted.label} [{wanted.name}]", "field_type": _type(wanted), **options}


def _options(wanted: Property) -> list[dict[str, str]]:
    return [{"label": f"{each.label} [{each.value}]"} for each in wanted.options]


def _type(wanted: Property) -> str:
    return TYPES.get(Shape(wanted.shape), "text")
