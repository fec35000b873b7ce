"""Lists: kept by hand (MANUAL, SNAPSHOT) or by a filter (DYNAMIC), evaluated whenever somebody looks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from contactable.sandbox.hubspot.problems import invalid, not_found
from contactable.sandbox.hubspot.times import iso

KINDS = ("MANUAL", "DYNAMIC", "SNAPSHOT")


@dataclass(slots=True)
class ContactList:
    """One list. ``members`` are contact ids with the moment they came in (milliseconds); empty where DYNAMIC."""

    id: int
    name: str
    kind: str
    created_at: int
    filter_branch: Mapping[str, Any] | None = None
    members: dict[int, int] = field(default_factory=dict)
    deleted: bool = False

    def as_json(self, size: int | None = None, *, filters: bool = False) -> dict[str, Any]:
        """As the lists interface gives it."""
        shown: dict[str, Any] = {
            "listId": str(self.id),
            "listVersion": 1,
            "name": self.name,
            "objectTypeId": "0-1",
            "processingType": self.kind,
            "processingStatus": "COMPLETE",
            "createdAt": iso(self.created_at),
            "updatedAt": iso(self.created_at),
            "filtersUpdatedAt": iso(self.created_at),
        }
        if size is not None:
            shown |= {"size": size, "additionalProperties": {"hs_list_size": str(size)}}
        if filters and self.filter_branch:
            shown["filterBranch"] = dict(self.filter_branch)
        return shown


@dataclass(slots=True)
class Lists:
    """All lists by id."""

    by_id: dict[int, ContactList] = field(default_factory=dict)

    def add(self, name: str, kind: str, at: int, branch: Mapping[str, Any] | None = None) -> ContactList:
        """Make a list; 400 where the name is taken or the kind unknown."""
        if kind not in KINDS:
            raise invalid(f"processingType is one of {', '.join(KINDS)}.")
        if kind == "DYNAMIC" and not branch:
            raise invalid("A DYNAMIC list needs a filterBranch.")
        if any(each.name == name and not each.deleted for each in self.by_id.values()):
            raise invalid(f"A list with the name {name!r} already exists.")
        made = ContactList(len(self.by_id) + 1, name, kind, at, branch)
        self.by_id[made.id] = made
        return made

    def get(self, id: str) -> ContactList:
        """The list of that id; raise a 404."""
        found = self.by_id.get(int(id)) if id.isdigit() else None
        if found is None or found.deleted:
            raise not_found("List does not exist.")
        return found

    def named(self, name: str) -> ContactList:
        """The list of that name; raise a 404."""
        for each in self.by_id.values():
            if each.name == name and not each.deleted:
                return each
        raise not_found("List does not exist.")

    def put_in(self, list: ContactList, ids: Iterable[int], at: int) -> list[int]:
        """Add contacts to a list kept by hand and give those that were not in it."""
        if list.kind == "DYNAMIC":
            raise invalid("Memberships of a DYNAMIC list cannot be changed.")
        added = [id for id in ids if id not in list.members]
        list.members.update(dict.fromkeys(added, at))
        return added
