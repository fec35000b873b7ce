"""What the small Pipedrive answers. A person's values are its custom fields by key, and beside them what is its own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from contactable.sandbox.front.contacts import Contact
from contactable.sandbox.front.manner import Answer, Asked
from contactable.sandbox.front.small import SmallCrm

STATUSES = ("no_consent", "unsubscribed", "subscribed", "archived")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def persons(asked: Asked) -> Answer:
    """Persons by their ids, from a token on."""
    limit, since = asked.number("limit", 100, 500), asked.one("updated_since")
    among = asked.contacts.changed(datetime.fromisoformat(since).timestamp()) if since else asked.contacts.living()
    found = sorted(among, key=lambda each: int(each.id))
    if ids := asked.one("ids"):
        wanted = ids.split(",")
        if len(wanted) > 100:
            raise asked.crm.problem(400, "at most 100 ids")
        found = [each for each in found if each.id in wanted]
    after = _after(asked)
    found = [each for each in found if int(each.id) > after]
    page = [_as_json(asked, each) for each in found[:limit]]
    token = f"id-{page[-1]['id']}" if len(found) > limit else None
    return Answer(200, {"success": True, "data": page, "additional_data": {"next_cursor": token}})


def person(asked: Asked) -> Answer:
    """One person; a deleted one stays for a while."""
    found = asked.contacts.by_id.get(asked.path["id"])
    if found is None:
        raise asked.crm.problem(404, "Person not found")
    return Answer(200, {"success": True, "data": _as_json(asked, found)})


def update(asked: Asked) -> Answer:
    """Write fields, or the marketing status, which changes only where it may."""
    found = asked.contacts.get(asked.path["id"])
    if found is None:
        raise asked.crm.problem(404, "Person not found")
    said = dict(asked.json)
    values = {key: _taken(asked, key, value) for key, value in (said.pop("custom_fields", None) or {}).items()}
    status = said.pop("marketing_status", None)
    if status is not None and status not in STATUSES:
        raise asked.crm.problem(400, "marketing_status")
    if status and found.values.get("email") and found.values.get("marketing_status") != "archived":
        values["marketing_status"] = status
    strange = sorted(set(said) - asked.crm.own.fields.keys())
    if strange:
        raise asked.crm.problem(400, f"unknown parameter {strange[0]}")
    asked.contacts.change(found.id, {**said, **values})
    told = {"marketing_status": found.values.get("marketing_status", "no_consent")}
    return Answer(200, {"success": True, "data": {**_as_json(asked, found), **told}})


def fields(asked: Asked) -> Answer:
    """All fields, page by page."""
    found, begin = list(asked.crm.own.fields.values()), int(asked.one("cursor", "0") or 0)
    end = begin + asked.number("limit", 100, 500)
    token = str(end) if end < len(found) else None
    return Answer(200, {"success": True, "data": found[begin:end], "additional_data": {"next_cursor": token}})


def make(asked: Asked) -> Answer:
    """Make a custom field."""
    if not asked.json.get("field_name") or (asked.json.get("field_type") in ("enum", "set")) != bool(
        asked.json.get("options")
    ):
        raise asked.crm.problem(400, "field_name, field_type, and options for choices alone")
    return Answer(201, {"success": True, "data": make_field(asked.crm, asked.json)})


def make_field(crm: SmallCrm, said: Mapping[str, Any]) -> dict[str, Any]:
    """Add a custom field under a key of forty letters."""
    key = hashlib.sha256(f"{said['field_name']}{len(crm.own.fields)}".encode()).hexdigest()[:40]
    crm.own.fields[key] = {
        "field_name": said["field_name"],
        "field_code": key,
        "field_type": said["field_type"],
        "is_custom_field": True,
        "options": _numbered(crm, said.get("options") or ()) or None,
    }
    return crm.own.fields[key]  # type: ignore[no-any-return]


def add_options(asked: Asked) -> Answer:
    """Add choices to a field."""
    known = asked.crm.own.fields.get(asked.path["code"])
    if known is None:
        raise asked.crm.problem(404, "Field not found")
    known["options"] = [*(known["options"] or ()), *_numbered(asked.crm, asked.body)]
    return Answer(200, {"success": True, "data": known})


def delete_field(asked: Asked) -> Answer:
    """Take a custom field away with all it holds."""
    if asked.crm.own.fields.pop(asked.path["code"], None) is None:
        raise asked.crm.problem(404, "Field not found")
    for contact in asked.contacts.living():
        contact.values.pop(asked.path["code"], None)
    return Answer(200, {"success": True, "data": {"field_code": asked.path["code"]}})


def plain(crm: SmallCrm, contact: Contact) -> dict[str, str]:
    """A person's values by what stands in brackets at the end of titles and labels."""
    given = {}
    for key, value in contact.values.items():
        known = crm.own.fields.get(key, {"field_name": key, "options": None})
        labels = {each["id"]: _code(each["label"]) for each in known["options"] or ()}
        chosen = [labels.get(each, str(each)) for each in (value if isinstance(value, list) else [value])]
        given[_code(known["field_name"])] = ";".join(chosen)
    return given


def _after(asked: Asked) -> int:
    token = asked.one("cursor")
    if token and (asked.crm.own.tokens_end or not token.startswith("id-")):
        raise asked.crm.problem(400, "invalid cursor")
    return int(token.removeprefix("id-") or 0)


def _taken(asked: Asked, key: str, value: Any) -> Any:
    known = asked.crm.own.fields.get(key)
    if known is None or not known["is_custom_field"] or not (value is None or _fits(known, value)):
        raise asked.crm.problem(400, f"Validation failed: custom_fields.{key}")
    return value


def _fits(known: Mapping[str, Any], value: Any) -> bool:
    numbers = {each["id"] for each in known["options"] or ()}
    if known["field_type"] == "enum":
        return value in numbers
    if known["field_type"] == "set":
        return isinstance(value, list) and bool(value) and set(value) <= numbers
    if known["field_type"] == "double":
        return isinstance(value, int | float)
    return isinstance(value, str) and (known["field_type"] != "date" or _DAY.fullmatch(value) is not None)


def _numbered(crm: SmallCrm, options: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    crm.own.choices += len(options)
    first = crm.own.choices - len(options) + 1
    return [{"id": first + place, "label": each["label"]} for place, each in enumerate(options)]


def _as_json(asked: Asked, contact: Contact) -> dict[str, Any]:
    values, custom = contact.values, asked.crm.own.fields
    email, phone = values.get("email"), values.get("phone")
    told = {
        "id": int(contact.id),
        "name": values.get("name") or "",
        "org_id": values.get("org_id"),
        "emails": [{"value": email, "primary": True, "label": "work"}] if email else [],
        "phones": [{"value": phone, "primary": True, "label": "mobile"}] if phone else [],
        "add_time": _iso(contact.created_at),
        "update_time": _iso(contact.changed_at),
        "is_deleted": contact.deleted_at is not None,
        "custom_fields": {key: values.get(key) for key, each in custom.items() if each["is_custom_field"]},
    }
    if "marketing_status" in asked.one("include_fields"):
        if "marketing_status" not in custom:
            raise asked.crm.problem(400, "include_fields")
        told["marketing_status"] = values.get("marketing_status", "no_consent")
    return told


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat().replace("+00:00", "Z")


def _code(title: str) -> str:
    found = re.fullmatch(r".*\[(\w+)\]", title)
    return found[1] if found else title
