"""The contacts of a portal: created, changed, archived, merged, erased. No HTTP in here.

What a reader may hold (``properties``) is replaced by every change and never altered, so that reads need no lock.
``versions`` is HubSpot's property history: who wrote what, when. Merging makes a new record with a new id, and the
old ids answer as the new one (HubSpot's changelog of 2025-01-14).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from contactable.sandbox.hubspot.problems import conflict, not_found
from contactable.sandbox.hubspot.times import iso

NOT_THERE = "Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid."


class Writer(NamedTuple):
    """Who makes a change, in the words of webhooks and of the property history."""

    change_source: str
    source_id: str = ""
    user_id: int | None = None


class Version(NamedTuple):
    """The values that one change wrote."""

    at: int
    by: Writer
    values: Mapping[str, str]


@dataclass(slots=True)
class Contact:
    """One contact. Times are epoch milliseconds; ``indexed`` is what search knows of it, None before it knows."""

    id: int
    properties: dict[str, str]
    created_at: int
    modified_at: int
    versions: list[Version] = field(default_factory=list)
    archived_at: int | None = None
    merged_into: int | None = None
    erased: bool = False
    indexed: dict[str, str] | None = None
    indexed_at: int = 0

    @property
    def living(self) -> bool:
        """Neither archived, nor merged into another, nor erased."""
        return self.archived_at is None and self.merged_into is None and not self.erased

    def history(self, name: str) -> list[dict[str, Any]]:
        """The versions of one property, newest first, as ``propertiesWithHistory`` gives them."""
        return [_as_version(v, v.values[name]) for v in reversed(self.versions) if name in v.values]


def _as_version(version: Version, value: str) -> dict[str, Any]:
    by = version.by
    said = {"value": value, "timestamp": iso(version.at), "sourceType": by.change_source, "sourceId": by.source_id}
    return said if by.user_id is None else {**said, "updatedByUserId": by.user_id}


class Event(NamedTuple):
    """Something that happened to a contact, for webhooks and for the search index."""

    kind: str  # creation, propertyChange, deletion, restore, merge, privacyDeletion
    contact: Contact
    at: int
    by: Writer
    values: Mapping[str, str] = {}
    merged: tuple[int, ...] = ()
    silent: bool = False  # does not touch the modified date


class Contacts:
    """All contacts by id, in the order of their ids. The caller holds the portal's lock while it changes anything."""

    def __init__(self, tell: Callable[[Event], None]) -> None:
        self.by_id: dict[int, Contact] = {}
        self.order: list[int] = []
        self.by_email: dict[str, int] = {}
        self._tell = tell

    def find(self, id: str, id_property: str = "") -> Contact | None:
        """The living contact of an id (an old one of a merged contact too), or of an e-mail address."""
        if id_property == "email":
            number = self.by_email.get(id.strip().lower())
        else:
            number = int(id) if id.isascii() and id.isdigit() else None
        contact = self.by_id.get(number) if number is not None else None
        # A survivor may have been merged again: follow the ids to the last one.
        while contact is not None and contact.merged_into is not None:
            contact = self.by_id[contact.merged_into]
        return contact if contact is not None and contact.living else None

    def get(self, id: str, id_property: str = "") -> Contact:
        """As ``find``; raise a 404 where there is none."""
        contact = self.find(id, id_property)
        if contact is None:
            raise not_found("resource not found")
        return contact

    def after(self, id: int, *, archived: bool = False) -> Iterator[Contact]:
        """Contacts with a greater id, in order: the living ones, or those in the bin."""
        for number in self.order[bisect_right(self.order, id) :]:
            contact = self.by_id[number]
            if contact.living if not archived else contact.archived_at is not None and not contact.erased:
                yield contact

    def add(self, properties: Mapping[str, str], at: int, by: Writer, *, modified_at: int = 0) -> Contact:
        """Create a contact; raise a 409 where its address is another's. ``modified_at``: of one that is old already."""
        # Ids go up by fifty as on small portals, and cross from three digits to four: texts would sort them wrongly.
        number, changed = self.order[-1] + 50 if self.order else 151, modified_at or at
        self._claim_email(properties.get("email", ""), number)
        stamped = {"hs_object_id": str(number), "createdate": iso(at), "lastmodifieddate": iso(changed)}
        contact = Contact(number, {**properties, **stamped}, at, changed, [Version(at, by, properties)])
        self.by_id[number] = contact
        self.order.append(number)
        self._tell(Event("creation", contact, at, by, properties))
        return contact

    def change(self, contact: Contact, values: Mapping[str, str], at: int, by: Writer, *, silent: bool = False) -> None:
        """Write values, an empty one clears; nothing happens where all are as they were.

        ``silent``: the modified date stays, as with opt-outs of e-mail.
        """
        changed = {name: value for name, value in values.items() if contact.properties.get(name, "") != value}
        if not changed:
            return
        # The address is claimed before anything is written, so that a conflict leaves the contact as it was.
        if "email" in changed:
            self._claim_email(changed["email"], contact.id)
            self.by_email.pop(contact.properties.get("email", ""), None)
        properties = {**contact.properties, **changed}
        if not silent:
            contact.modified_at = at
            properties["lastmodifieddate"] = iso(at)
        contact.properties = properties
        contact.versions.append(Version(at, by, changed))
        self._tell(Event("propertyChange", contact, at, by, changed, silent=silent))

    def archive(self, contact: Contact, at: int, by: Writer) -> None:
        """Put a contact into the bin."""
        contact.archived_at = at
        self._tell(Event("deletion", contact, at, by))

    def restore(self, contact: Contact, at: int, by: Writer) -> None:
        """Take a contact out of the bin."""
        contact.archived_at = None
        contact.modified_at = at
        contact.properties = {**contact.properties, "lastmodifieddate": iso(at)}
        self._tell(Event("restore", contact, at, by))

    def erase(self, contact: Contact, at: int, by: Writer) -> None:
        """Delete for privacy: nothing of it is left, not even in the bin."""
        self.by_email.pop(contact.properties.get("email", ""), None)
        contact.erased, contact.properties, contact.versions = True, {}, []
        self._tell(Event("privacyDeletion", contact, at, by))

    def merge(self, primary: Contact, other: Contact, at: int, by: Writer) -> Contact:
        """Merge two contacts into a new record: the primary's values win, the other's fill what it lacks."""
        filled = {name: value for name, value in other.properties.items() if not primary.properties.get(name)}
        values = {**primary.properties, **filled, **_merged_properties(primary, other, at)}
        merged = Contact(self.order[-1] + 50, values, primary.created_at, at, [Version(at, by, values)])
        values["hs_object_id"], values["lastmodifieddate"] = str(merged.id), iso(at)
        self.by_id[merged.id] = merged
        self.order.append(merged.id)
        # Both addresses find the survivor, as HubSpot's additional addresses do.
        for old in (primary, other):
            old.merged_into = merged.id
            if email := old.properties.get("email"):
                self.by_email[email] = merged.id
        self._tell(Event("merge", merged, at, by, filled, merged=(primary.id, other.id)))
        return merged

    def _claim_email(self, email: str, id: int) -> None:
        if not email:
            return
        owner = self.by_email.get(email)
        if owner is not None and owner != id and self.by_id[owner].living:
            raise conflict(f"Contact already exists. Existing ID: {owner}")
        self.by_email[email] = id


def _merged_properties(primary: Contact, other: Contact, at: int) -> dict[str, str]:
    before = [c.properties.get("hs_merged_object_ids", "") for c in (primary, other)]
    vids = [c.properties.get("hs_calculated_merged_vids", "") for c in (primary, other)]
    emails = [other.properties.get("email", ""), other.properties.get("hs_additional_emails", "")]
    return {
        "hs_merged_object_ids": _joined(*before, str(primary.id), str(other.id)),
        "hs_calculated_merged_vids": _joined(*vids, f"{primary.id}:{at}", f"{other.id}:{at}"),
        "hs_additional_emails": _joined(primary.properties.get("hs_additional_emails", ""), *emails),
    }


def _joined(*parts: str) -> str:
    return ";".join(dict.fromkeys(filter(None, parts)))
