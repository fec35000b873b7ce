"""What HubSpot accepts as the value of a property. All values are texts, both ways; an empty one clears.

Errors have the words and codes that HubSpot puts into "Property values were not valid" (public fixtures and issues).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from contactable.sandbox.hubspot.definitions import Definition
from contactable.sandbox.hubspot.problems import Problem, invalid
from contactable.sandbox.hubspot.times import iso, milliseconds

LONGEST_TEXT = 65_536
_EMAIL = re.compile(r"[^\s@;,]+@[^\s@;,]+\.[^\s@;,.]+")
_DAY = 86_400_000


class NotValid(Exception):
    """A value that HubSpot refuses; ``code`` is its own."""

    def __init__(self, name: str, code: str, message: str) -> None:
        super().__init__(code)
        self.name, self.code, self.message = name, code, message

    @property
    def as_json(self) -> dict[str, Any]:
        """As it stands in the message of the error."""
        return {"isValid": False, "message": self.message, "error": self.code, "name": self.name}


def accept(definitions: Mapping[str, Definition], written: Mapping[str, Any]) -> dict[str, str]:
    """The values as they will be kept; raise a 400 that names every one that is refused."""
    accepted, refused = {}, []
    for name, value in written.items():
        try:
            accepted[name] = _accept(definitions, name, "" if value is None else _text(value))
        except NotValid as error:
            refused.append(error)
    if refused:
        raise _refusal(refused)
    return accepted


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise invalid("Invalid input JSON: a property value is a text.")


def _refusal(refused: Iterable[NotValid]) -> Problem:
    details = [error.as_json for error in refused]
    return invalid(f"Property values were not valid: {json.dumps(details, ensure_ascii=False)}")


def _accept(definitions: Mapping[str, Definition], name: str, value: str) -> str:
    definition = definitions.get(name)
    if definition is None or definition.archived:
        raise NotValid(name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
    if definition.read_only:
        raise NotValid(name, "READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set.')
    if not value:
        return ""
    return _READERS.get(definition.type, _as_text)(definition, value)


def _as_text(definition: Definition, value: str) -> str:
    if len(value) > LONGEST_TEXT:
        raise NotValid(definition.name, "PROPERTY_VALUE_TOO_LONG", f"Property values are at most {LONGEST_TEXT} long.")
    if definition.name != "email":
        return value
    email = value.strip().lower()
    if not _EMAIL.fullmatch(email):
        raise NotValid(definition.name, "INVALID_EMAIL", "Email address is invalid")
    return email


def _as_choice(definition: Definition, value: str) -> str:
    several = definition.field_type == "checkbox"
    parts = [part.strip() for part in value.split(";") if part.strip()] if several else [value]
    allowed = [option["value"] for option in definition.options]
    for part in parts:
        if part not in allowed:
            message = f"{part} was not one of the allowed options: [{', '.join(allowed)}]"
            raise NotValid(definition.name, "INVALID_OPTION", message)
    return ";".join(parts)


def _as_bool(definition: Definition, value: str) -> str:
    if value.lower() not in ("true", "false"):
        raise NotValid(definition.name, "INVALID_BOOLEAN", f"{value} was not a valid boolean.")
    return value.lower()


def _as_number(definition: Definition, value: str) -> str:
    if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", value.strip()):
        raise NotValid(definition.name, "INVALID_NUMBER", f"{value} was not a valid number.")
    return value.strip()


def _as_moment(definition: Definition, value: str) -> str:
    moment = milliseconds(value)
    if moment is None:
        raise NotValid(definition.name, "INVALID_DATE", f"{value} was not a valid long.")
    return iso(moment)


def _as_day(definition: Definition, value: str) -> str:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    moment = milliseconds(value) if re.fullmatch(r"-?[0-9]{1,14}", value) else None
    if moment is None or moment % _DAY:
        # The trap of every first integration: a date is midnight in UTC, whatever the portal's time zone.
        raise NotValid(definition.name, "INVALID_DATE", f"{value} is not midnight UTC.")
    return iso(moment)[:10]


_READERS = {
    "enumeration": _as_choice,
    "bool": _as_bool,
    "number": _as_number,
    "date": _as_day,
    "datetime": _as_moment,
}
