"""Records of calls and meetings: when they were, how they ended, and the contact they belong to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contactable.sandbox.hubspot.times import iso


@dataclass(slots=True)
class Call:
    """One call, or meeting. ``contact_ids`` are its associations, ``link`` their type."""

    id: int
    properties: dict[str, str]
    at: int
    contact_ids: tuple[int, ...] = ()
    link: str = "call_to_contact"

    @property
    def as_json(self) -> dict[str, Any]:
        """As the objects interface gives it."""
        links = [{"id": str(id), "type": self.link} for id in self.contact_ids]
        return {
            "id": str(self.id),
            "properties": {**self.properties, "hs_object_id": str(self.id), "hs_lastmodifieddate": iso(self.at)},
            "createdAt": iso(self.at),
            "updatedAt": iso(self.at),
            "archived": False,
            "associations": {"contacts": {"results": links}},
        }


@dataclass(slots=True)
class Calls:
    """All calls (or meetings), oldest first."""

    link: str = "call_to_contact"
    all: list[Call] = field(default_factory=list)

    def add(self, properties: Mapping[str, str], at: int, contact_ids: tuple[int, ...] = ()) -> Call:
        """Note a call."""
        call = Call(700_001 + len(self.all), dict(properties), at, contact_ids, self.link)
        self.all.append(call)
        return call

    def after(self, id: int) -> Iterator[Call]:
        """Calls with a greater id, in order."""
        return (call for call in self.all if call.id > id)
