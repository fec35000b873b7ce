"""What the small Brevo answers. A contact's values are its attributes, and beside them what Brevo keeps apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from contactable.sandbox.front.contacts import Contact
from contactable.sandbox.front.manner import Answer, Asked

APART = ("email", "emailBlacklisted", "smsBlacklisted")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def contacts(asked: Asked) -> Answer:
    """Contacts in the order in which they were made, from an offset on."""
    limit, offset = asked.number("limit", 50, 1_000), asked.number("offset", 0, 10**9)
    found = list(asked.contacts.living())
    if since := asked.one("modifiedSince"):
        found = list(asked.contacts.changed(datetime.fromisoformat(since).timestamp()))
    if ids := asked.query.get("ids"):
        if len(ids) > 20:
            raise asked.crm.problem(400, "at most 20 ids")
        found = [each for each in found if each.id in ids]
    if asked.one("sort", "desc") == "desc":
        found.reverse()
    page = [_as_json(asked, each) for each in found[offset : offset + limit]]
    return Answer(200, {"contacts": page, "count": len(found)})


def contact(asked: Asked) -> Answer:
    """One contact by its id."""
    return Answer(200, _as_json(asked, _found(asked)))


def update(asked: Asked) -> Answer:
    """Write attributes, black lists and lists; what does not fit is ignored without a word."""
    found, said = _found(asked), asked.json
    values: dict[str, Any] = _fitting(asked, said.get("attributes") or {})
    if "EMAIL" in values:
        values |= {"email": values.pop("EMAIL"), "emailBlacklisted": False}
    values |= {name: bool(said[name]) for name in ("emailBlacklisted", "smsBlacklisted") if name in said}
    for number in said.get("unlinkListIds") or ():
        members = asked.crm.own.lists.get(number, {"members": []})["members"]
        members[:] = [each for each in members if each != found.id]
    asked.contacts.change(found.id, values)
    return Answer(204)


def delete(asked: Asked) -> Answer:
    """Delete a contact."""
    asked.contacts.delete(_found(asked).id)
    return Answer(204)


def attributes(asked: Asked) -> Answer:
    """All attributes."""
    return Answer(200, {"attributes": list(asked.crm.own.attributes.values())})


def make(asked: Asked) -> Answer:
    """Make an attribute."""
    name = asked.path["name"]
    if name in asked.crm.own.attributes or not re.fullmatch(r"[A-Z0-9_]+", name):
        raise asked.crm.problem(400, "Attribute name exists or is not valid")
    asked.crm.own.attributes[name] = {"name": name, "category": "normal", **asked.json}
    return Answer(201)


def complete(asked: Asked) -> Answer:
    """Give an attribute other options."""
    if asked.path["name"] not in asked.crm.own.attributes:
        raise asked.crm.problem(404, "Attribute does not exist")
    asked.crm.own.attributes[asked.path["name"]].update(asked.json)
    return Answer(204)


def lists(asked: Asked) -> Answer:
    """All lists."""
    offset = asked.number("offset", 0, 10**9)
    found = list(asked.crm.own.lists.values())
    page = [
        {"id": each["id"], "name": each["name"], "uniqueSubscribers": len(each["members"])}
        for each in found[offset : offset + asked.number("limit", 10, 50)]
    ]
    return Answer(200, {"lists": page, "count": len(found)})


def members(asked: Asked) -> Answer:
    """The contacts of a list."""
    kept = asked.crm.own.lists.get(asked.path["id"])
    if kept is None:
        raise asked.crm.problem(404, "List does not exist")
    offset = asked.number("offset", 0, 10**9)
    found = [each for id in kept["members"] if (each := asked.contacts.get(id))]
    page = found[offset : offset + asked.number("limit", 50, 500)]
    return Answer(200, {"contacts": [_as_json(asked, each) for each in page], "count": len(found)})


def start_import(asked: Asked) -> Answer:
    """Import at once, and say that it is under way: whoever asks the first time hears that it still is."""
    said = asked.json
    if not said.get("listIds") or not said.get("jsonBody"):
        raise asked.crm.problem(400, "listIds and jsonBody are needed")
    by_email = {each.values.get("email"): each for each in asked.contacts.living()}
    for line in said["jsonBody"]:
        values = _fitting(asked, line.get("attributes") or {})
        known = by_email.get(line["email"])
        if known and said.get("updateExistingContacts", True):
            asked.contacts.change(known.id, {name: value for name, value in values.items() if value != ""})
        found = known or asked.contacts.add({"email": line["email"], **values})
        for number in said["listIds"]:
            asked.crm.own.lists.setdefault(number, {"id": number, "name": "imports", "members": []})
            asked.crm.own.lists[number]["members"].append(found.id)
    asked.crm.own.processes.append("in_process")
    return Answer(202, {"processId": len(asked.crm.own.processes)})


def process(asked: Asked) -> Answer:
    """How an import stands."""
    number = int(asked.path["id"])
    if not 0 < number <= len(asked.crm.own.processes):
        raise asked.crm.problem(404, "Process does not exist")
    status = asked.crm.own.processes[number - 1]
    asked.crm.own.processes[number - 1] = "completed"
    return Answer(200, {"id": number, "name": "IMPORTUSER", "status": status})


def _found(asked: Asked) -> Contact:
    if asked.one("identifierType") != "contact_id":
        raise asked.crm.problem(400, "this sandbox finds contacts by contact_id")
    found = asked.contacts.get(asked.path["id"])
    if found is None:
        raise asked.crm.problem(404, "Contact does not exist")
    return found


def _fitting(asked: Asked, given: Mapping[str, Any]) -> dict[str, Any]:
    """The values that fit their attribute; an empty one clears."""
    known = asked.crm.own.attributes
    fitting = {name: value for name, value in given.items() if name == "EMAIL" or _fits(known.get(name), value)}
    return {name: None if value in ("", []) else value for name, value in fitting.items()}


def _fits(attribute: Mapping[str, Any] | None, value: Any) -> bool:
    if attribute is None:
        return False
    if value in ("", []):
        return True
    if attribute["type"] == "date":
        return isinstance(value, str) and _DAY.fullmatch(value) is not None
    if attribute["type"] == "multiple-choice":
        return isinstance(value, list) and set(value) <= set(attribute.get("multiCategoryOptions") or ())
    return attribute["type"] != "float" or isinstance(value, int | float)


def _as_json(asked: Asked, contact: Contact) -> dict[str, Any]:
    values = contact.values
    return {
        "id": int(contact.id),
        "email": values.get("email"),
        "emailBlacklisted": bool(values.get("emailBlacklisted")),
        "smsBlacklisted": bool(values.get("smsBlacklisted")),
        "createdAt": _iso(contact.created_at),
        "modifiedAt": _iso(contact.changed_at),
        "listIds": [each["id"] for each in asked.crm.own.lists.values() if contact.id in each["members"]],
        "attributes": {name: value for name, value in values.items() if name not in APART},
    }


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
