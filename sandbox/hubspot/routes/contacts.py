"""Contacts one by one, the list of all, merges and deletions for privacy."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from contactable.sandbox.hubspot.contacts import Contact
from contactable.sandbox.hubspot.problems import invalid
from contactable.sandbox.hubspot.routing import CONTACTS, NO_CONTENT, READ, WRITE, Answer, Asked, Route, ok, page
from contactable.sandbox.hubspot.times import iso

ALWAYS = ("createdate", "hs_object_id", "lastmodifieddate")
_UNASKED = (*ALWAYS, "email", "firstname", "lastname")


def shown(contact: Contact, names: Sequence[str] = (), history: Sequence[str] = ()) -> dict[str, Any]:
    """A contact as the objects interface gives it: what was asked for, null where it has no value."""
    properties = contact.properties
    wanted = (*ALWAYS, *names) if names or history else _UNASKED
    values = {name: properties.get(name) or None for name in wanted}
    as_json: dict[str, Any] = {
        "id": str(contact.id),
        "properties": values,
        "createdAt": iso(contact.created_at),
        "updatedAt": iso(contact.modified_at),
        "archived": contact.archived_at is not None,
    }
    if contact.archived_at is not None:
        as_json["archivedAt"] = iso(contact.archived_at)
    if history:
        as_json["propertiesWithHistory"] = {name: contact.history(name) for name in history}
    return as_json


def _list(asked: Asked) -> Answer:
    """Pages in the order of ids; asking for histories halves the page."""
    history = asked.many("propertiesWithHistory")
    limit = asked.limit(10, 50 if history else 100)
    names, archived = asked.many("properties"), asked.flag("archived")
    found = list(islice(asked.portal.contacts.after(asked.after(), archived=archived), limit + 1))
    more = found[limit - 1].id if len(found) > limit else None
    return ok(page(asked, [shown(contact, names, history) for contact in found[:limit]], more))


def _read(asked: Asked) -> Answer:
    contact = asked.portal.contacts.get(asked.path["id"], asked.one("idProperty"))
    return ok(shown(contact, asked.many("properties"), asked.many("propertiesWithHistory")))


def _create(asked: Asked) -> Answer:
    contact = asked.portal.create(_properties(asked), writer(asked))
    return Answer(201, shown(contact, list(_properties(asked))))


def _update(asked: Asked) -> Answer:
    contact = asked.portal.contacts.get(asked.path["id"], asked.one("idProperty"))
    asked.portal.write(contact, _properties(asked), writer(asked))
    return ok(shown(contact, list(_properties(asked))))


def _archive(asked: Asked) -> Answer:
    with asked.portal.lock:
        contact = asked.portal.contacts.find(asked.path["id"])
        if contact is not None:
            asked.portal.contacts.archive(contact, asked.portal.now, writer(asked))
    return NO_CONTENT


def _merge(asked: Asked) -> Answer:
    with asked.portal.lock:
        contacts = asked.portal.contacts
        primary, other = contacts.get(asked.text("primaryObjectId")), contacts.get(asked.text("objectIdToMerge"))
        if primary is other:
            raise invalid("A contact cannot be merged with itself.")
        return ok(shown(contacts.merge(primary, other, asked.portal.now, writer(asked))))


def _erase(asked: Asked) -> Answer:
    with asked.portal.lock:
        contact = asked.portal.contacts.get(asked.text("objectId"), str(asked.json.get("idProperty") or ""))
        asked.portal.contacts.erase(contact, asked.portal.now, writer(asked))
    return NO_CONTENT


def writer(asked: Asked) -> Any:
    """Who writes: the app of the token."""
    return asked.portal.app._replace(source_id=str(asked.grant.app_id))


def _properties(asked: Asked) -> dict[str, Any]:
    properties = asked.json.get("properties")
    if not isinstance(properties, dict):
        raise invalid("Some required fields were not set: [properties]")
    return properties


ROUTES = (
    Route("list", "GET", "objects", f"/{CONTACTS}", _list, READ),
    Route("read", "GET", "objects", f"/{CONTACTS}/<id>", _read, READ),
    Route("create", "POST", "objects", f"/{CONTACTS}", _create, WRITE),
    Route("update", "PATCH", "objects", f"/{CONTACTS}/<id>", _update, WRITE),
    Route("archive", "DELETE", "objects", f"/{CONTACTS}/<id>", _archive, WRITE),
    Route("merge", "POST", "objects", f"/{CONTACTS}/merge", _merge, WRITE),
    Route("erase", "POST", "objects", f"/{CONTACTS}/gdpr-delete", _erase, WRITE),
)
