"""What the small Sellsy answers. A contact's values are its fields, custom ones by code and their choices by label."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from contactable.sandbox.front import Answer, Asked, Contact, SmallCrm

SUBSCRIPTIONS = "marketing_campaigns_subscriptions"
ALL = ["sms", "phone", "email", "postal_mail", "custom"]
OWN = ("civility", "first_name", "last_name", "email", "phone_number", "mobile_number", "position", "note")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


def login(asked: Asked) -> Answer:
    """A token for the client's credentials, which are given as a form."""
    said = asked.json
    if said.get("grant_type") != "client_credentials" or said.get("client_secret") != asked.crm.token:
        raise asked.crm.problem(401, "The client credentials are invalid")
    return Answer(200, {"access_token": asked.crm.own.give_token(), "token_type": "Bearer", "expires_in": 86_400})


def contacts(asked: Asked) -> Answer:
    """Contacts by id, without any filter."""
    return _page(asked, list(asked.contacts.living()))


def search(asked: Asked) -> Answer:
    """Contacts by id, changed since a moment where that is asked."""
    start = ((asked.json.get("filters") or {}).get("updated") or {}).get("start")
    since = datetime.fromisoformat(start).timestamp() if start else None
    found = asked.contacts.living() if since is None else asked.contacts.changed(since)
    return _page(asked, list(found))


def contact(asked: Asked) -> Answer:
    """One contact."""
    return Answer(200, _as_json(asked, _found(asked)))


def update(asked: Asked) -> Answer:
    """Write fields: what is not named stays, null clears."""
    found, said = _found(asked), asked.json
    if unknown := set(said) - {*OWN, SUBSCRIPTIONS}:
        raise asked.crm.problem(400, f"unknown field {sorted(unknown)[0]}")
    if said.get("email") and not _ADDRESS.fullmatch(said["email"]):
        raise asked.crm.problem(400, f"{said['email']} is no address")
    if not set(said.get(SUBSCRIPTIONS) or ()) <= set(ALL):
        raise asked.crm.problem(400, "no such subscription")
    asked.contacts.change(found.id, said)
    return Answer(200, _as_json(asked, found))


def update_fields(asked: Asked) -> Answer:
    """Write custom fields: a list of numbers and values; all or nothing."""
    found = _found(asked)
    if not isinstance(asked.body, list):
        raise asked.crm.problem(400, "a list is expected")
    values: dict[str, Any] = {}
    for each in asked.body:
        known = asked.crm.own.fields.get(each["id"])
        if known is None:
            raise asked.crm.problem(400, "no such custom field")
        values[known["code"]] = _kept(asked.crm, known, each["value"])
    asked.contacts.change(found.id, values)
    return Answer(200)


def fields(asked: Asked) -> Answer:
    """The custom fields, of every kind of record."""
    found, limit = list(asked.crm.own.fields.values()), asked.number("limit", 25, 100)
    begin = _number(asked.one("offset"))
    page = [each for each in found if each["id"] > begin][:limit]
    return Answer(200, {"data": page, "pagination": _told(limit, page, len(found))})


def make(asked: Asked) -> Answer:
    """Make a custom field."""
    if any(each["code"] == asked.json.get("code") for each in asked.crm.own.fields.values()):
        raise asked.crm.problem(400, "this code exists")
    return Answer(201, add_field(asked.crm, asked.json))


def complete(asked: Asked) -> Answer:
    """Give a custom field other choices; those with a number keep it."""
    known = asked.crm.own.fields.get(int(asked.path["number"]))
    if known is None:
        raise asked.crm.problem(404, "no such custom field")
    known["parameters"] = {"items": _numbered(asked.crm, asked.json["parameters"]["items"])}
    return Answer(200, known)


def add_field(crm: SmallCrm, said: Mapping[str, Any]) -> dict[str, Any]:
    """Add a custom field as it was asked for, with its number and those of its choices."""
    number = len(crm.own.fields) + 1
    items = (said.get("parameters") or {}).get("items") or []
    made = {**said, "id": number, "parameters": {"items": _numbered(crm, items)}}
    crm.own.fields[number] = made
    return made


def subscriptions(contact: Contact) -> list[str]:
    """What a contact is subscribed to: all, until somebody leaves."""
    kept: list[str] = contact.values.get(SUBSCRIPTIONS, ALL)
    return kept


def _numbered(crm: SmallCrm, items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    numbered = []
    for each in items:
        crm.own.items += 1
        numbered.append({"id": crm.own.items, **each})
    return numbered


def _kept(crm: SmallCrm, known: Mapping[str, Any], value: Any) -> Any:
    """A value as we keep it; 400 for one that does not fit."""
    labels = {each["id"]: each["label"] for each in known["parameters"]["items"]}
    if value is None or value == []:
        return None
    if known["type"] == "radio" and value in labels:
        return labels[value]
    if known["type"] == "checkbox" and isinstance(value, list) and set(value) <= set(labels):
        return [labels[each] for each in value]
    if known["type"] == "date" and _DAY.fullmatch(str(value)):
        return value
    if known["type"] == "simple-text" and isinstance(value, str):
        return value
    raise crm.problem(400, f"{value} does not fit")


def _found(asked: Asked) -> Contact:
    found = asked.contacts.get(asked.path["id"])
    if found is None:
        raise asked.crm.problem(404, "Contact not found")
    return found


def _page(asked: Asked, found: Sequence[Contact]) -> Answer:
    limit, begin = asked.number("limit", 25, 100), _number(asked.one("offset"))
    page = [each for each in found if int(each.id) > begin][:limit]
    data = [_as_json(asked, each) for each in page]
    return Answer(200, {"data": data, "pagination": _told(limit, data, len(found))})


def _told(limit: int, page: Sequence[Mapping[str, Any]], total: int) -> dict[str, Any]:
    offset = base64.b64encode(msgspec.json.encode([str(page[-1]["id"])])).decode() if page else None
    return {"limit": limit, "count": len(page), "total": total, "offset": offset}


def _number(offset: str) -> int:
    """The id behind which a page begins."""
    return int(msgspec.json.decode(base64.b64decode(offset))[0]) if offset else 0


def _as_json(asked: Asked, contact: Contact) -> dict[str, Any]:
    wanted = {each.partition(".")[2] for each in asked.query.get("embed[]", ()) if each.startswith("cf.")}
    custom = [
        {**each, "value": _shown(each, contact.values.get(each["code"]))}
        for each in asked.crm.own.fields.values()
        if str(each["id"]) in wanted
    ]
    return {
        "id": int(contact.id),
        **{name: contact.values.get(name) for name in OWN},
        "is_archived": False,
        "created": _iso(contact.created_at),
        "updated": _iso(contact.changed_at),
        SUBSCRIPTIONS: subscriptions(contact),
        "_embed": {"invoicing_address": None, "custom_fields": custom},
    }


def _shown(known: Mapping[str, Any], value: Any) -> Any:
    numbers = {each["label"]: each["id"] for each in known["parameters"]["items"]}
    if not numbers or value is None:
        return value
    return [numbers[each] for each in value] if isinstance(value, list) else numbers[value]


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()
