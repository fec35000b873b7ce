"""What the small Dolibarr answers. A contact's values are its fields, and its attributes by their own names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from contactable.sandbox.front import Answer, Asked, Contact, SmallCrm

ELEMENT = "socpeople"
PREFIX = "options_"
OWN = ("firstname", "lastname", "email", "phone_pro", "phone_perso", "phone_mobile", "note_public", "note_private")
ZONE = ZoneInfo("Europe/Paris")
KEEPS = 20  # the version from which attributes that are not named stay
_FILTER = re.compile(r"\((t\.\w+):(>):'?([^']*?)'?\)")


def contacts(asked: Asked) -> Answer:
    """Contacts by number that meet all filters; 404 where there are none."""
    filters = _FILTER.findall(asked.one("sqlfilters"))
    found = [each for each in _known(asked) if all(_value(each, name) > _as(name, text) for name, _, text in filters)]
    limit = asked.number("limit", 100, 10_000)
    page = found[asked.number("page", 0, 10_000) * limit :][:limit]
    if not page:
        raise asked.crm.problem(404, "Contacts not found")
    return Answer(200, [_as_json(asked.crm, each) for each in page])


def contact(asked: Asked) -> Answer:
    """One contact."""
    return Answer(200, _as_json(asked.crm, _found(asked)))


def update(asked: Asked) -> Answer:
    """Write what is named; older versions lose the attributes that are not."""
    found, said = _found(asked), dict(asked.json)
    options = {name.removeprefix(PREFIX): value for name, value in (said.pop("array_options", None) or {}).items()}
    if options and int(asked.crm.own.version.partition(".")[0]) < KEEPS:
        options = dict.fromkeys(asked.crm.own.fields) | options
    if (left := said.pop("no_email", None)) is not None:
        _leave(asked.crm, found, left)
    written = {name: value for name, value in said.items() if name in OWN} | {
        name: value for name, value in options.items() if name in asked.crm.own.fields
    }
    asked.contacts.change(found.id, {name: value if value != "" else None for name, value in written.items()})
    return Answer(200, _as_json(asked.crm, found) | ({} if left is None else {"no_email": left}))


def fields(asked: Asked) -> Answer:
    """The attributes of a kind of record."""
    found = asked.crm.own.fields if asked.one("elementtype") == ELEMENT else {}
    return Answer(200, {ELEMENT: found} if found else [])


def make(asked: Asked) -> Answer:
    """Make an attribute."""
    if asked.path["name"] in asked.crm.own.fields:
        raise asked.crm.problem(409, "Duplicate extrafield already found from attrname and elementtype")
    return _define(asked)


def complete(asked: Asked) -> Answer:
    """Give an attribute another definition."""
    if asked.path["name"] not in asked.crm.own.fields:
        raise asked.crm.problem(404, "Extrafield not found from attrname and elementtype")
    return _define(asked)


def categories(asked: Asked) -> Answer:
    """The categories of contacts; 404 where there are none."""
    found = list(asked.crm.own.categories.values()) if asked.one("type") == "contact" else []
    limit = asked.number("limit", 100, 10_000)
    page = found[asked.number("page", 0, 10_000) * limit :][:limit]
    if not page:
        raise asked.crm.problem(404, "No category found")
    return Answer(200, [{"id": each["id"], "label": each["label"], "type": "4"} for each in page])


def members(asked: Asked) -> Answer:
    """The contacts of a category, as they are."""
    category = asked.crm.own.categories.get(asked.path["id"])
    if category is None:
        raise asked.crm.problem(404, "category not found")
    found = (asked.contacts.get(id) for id in category["members"])
    return Answer(200, [_as_json(asked.crm, each) for each in found if each])


def status(asked: Asked) -> Answer:
    """That it runs, and its version."""
    return Answer(200, {"success": {"code": 200, "dolibarr_version": asked.crm.own.version, "access_locked": "0"}})


def has_left(crm: SmallCrm, contact: Contact) -> bool:
    """Whether Dolibarr would send this contact no mailing."""
    return str(contact.values.get("email") or "").lower() in crm.own.opted_out


def _define(asked: Asked) -> Answer:
    if not asked.json.get("label"):
        raise asked.crm.problem(400, "label field absent in json at root level")
    said = {name: asked.json.get(name) or "" for name in ("label", "type", "param")}
    asked.crm.own.fields[asked.path["name"]] = said
    return Answer(200, len(asked.crm.own.fields))


def _leave(crm: SmallCrm, contact: Contact, left: Any) -> None:
    address = str(contact.values.get("email") or "").lower()
    if crm.own.mailing and address:
        (crm.own.opted_out.add if str(left) not in ("0", "") else crm.own.opted_out.discard)(address)


def _known(asked: Asked) -> Iterator[Contact]:
    return asked.contacts.changed(0.0) if "t.tms" in asked.one("sqlfilters") else asked.contacts.living()


def _value(contact: Contact, name: str) -> float:
    return float(contact.id) if name == "t.rowid" else float(int(contact.changed_at))


def _as(name: str, text: str) -> float:
    return float(text) if name == "t.rowid" else datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()


def _found(asked: Asked) -> Contact:
    found = asked.contacts.get(asked.path["id"])
    if found is None:
        raise asked.crm.problem(404, "Contact not found")
    return found


def _as_json(crm: SmallCrm, contact: Contact) -> dict[str, Any]:
    own = {name: contact.values.get(name) for name in OWN}
    told = {"no_email": int(has_left(crm, contact))} if crm.own.mailing else {}
    return {
        "id": contact.id,
        **own,
        **told,
        "array_options": {PREFIX + name: contact.values.get(name) for name in crm.own.fields},
        "date_creation": int(contact.created_at),
        "date_modification": int(contact.changed_at),
    }
