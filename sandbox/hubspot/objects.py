"""Records of calls and meetings, with the contact they belong to, and of the companies that contacts name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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


@dataclass(slots=True)
class Companies:
    """All companies: the properties of each, and when they were last written. ``names``: what a company may have.

    A property that no company has yet becomes a plain text: tests need not define it.
    """

    by_id: dict[int, tuple[dict[str, str], int]] = field(default_factory=dict)
    names: set[str] = field(default_factory=lambda: {"name", "domain", "industry", "numberofemployees", "type"})

    def add(self, properties: Mapping[str, str], at: int) -> str:
        """Make a company and give its id, as a contact's ``associatedcompanyid`` holds it."""
        id = 500_001 + len(self.by_id)
        self.names.update(properties)
        self.by_id[id] = dict(properties), at
        return str(id)

    def change(self, id: str, properties: Mapping[str, str], at: int) -> None:
        """Write on a company, which no contact of it shows."""
        self.by_id[int(id)] = {**self.by_id[int(id)][0], **properties}, at

    def remove(self, id: str) -> None:
        """Delete a company; a contact may name it a while longer."""
        self.by_id[int(id)] = {}, 0

    def find(self, id: str, names: Iterable[str]) -> dict[str, Any] | None:
        """As the objects interface gives it, with these properties; None where it is not there."""
        properties, at = self.by_id.get(int(id), ({}, 0)) if id.isdigit() else ({}, 0)
        if not at:
            return None
        known = self.names.intersection(names)  # HubSpot leaves out what does not exist
        always = {"hs_object_id": id, "hs_lastmodifieddate": iso(at), "createdate": iso(at)}
        shown = {**{name: properties.get(name) or None for name in known}, **always}
        return {"id": id, "properties": shown, "createdAt": iso(at), "updatedAt": iso(at), "archived": False}
