"""What the small Zoho answers. A contact's values are its fields, by Zoho's names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from contactable.sandbox.front import Answer, Asked, Contact, SmallCrm

MOST, BATCH, AT_ONCE, LONGEST = 2_000, 100, 5, 25
_QUERY = re.compile(
    r"select (?P<names>.+?) from Contacts where (?P<where>.+?) order by id asc limit (?P<limit>\d+)", re.ASCII
)
_SINCE = re.compile(r"Modified_Time >= '([^']+)'")
_AFTER = re.compile(r"id > '(\d+)'")
_AMONG = re.compile(r"id in \(([^)]*)\)")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
READS = "-reads"
ZONE = timezone(timedelta(hours=1))


def token(asked: Asked) -> Answer:
    """A token for a refresh token; what is wrong with it is told with status 200."""
    shown, own = str(asked.json.get("refresh_token")), asked.crm.own
    if asked.json.get("grant_type") != "refresh_token" or shown.removesuffix(READS) != asked.crm.token:
        return Answer(200, {"error": "invalid_code"})
    given = own.give_token()
    own.may_read |= {given} if shown.endswith(READS) else set()
    return Answer(200, {"access_token": given, "token_type": "Bearer", "expires_in": 3_600})


def query(asked: Asked) -> Answer:
    """What a query of ours finds; this sandbox reads no other."""
    found = _QUERY.fullmatch(str(asked.json.get("select_query", "")))
    if found is None:
        raise asked.crm.problem(400, "the query is not understood here")
    names = [each.strip() for each in found["names"].split(",")]
    if unknown := set(names) - {"id", *asked.crm.own.fields}:
        raise asked.crm.problem(400, f"invalid column {sorted(unknown)[0]}")
    limit = min(int(found["limit"]), MOST)
    everybody = [each for each in _known(asked, found["where"]) if _meets(each, found["where"])]
    page = [_as_json(each, names) for each in everybody[:limit]]
    if not page:
        return Answer(204)
    return Answer(200, {"data": page, "info": {"count": len(page), "more_records": len(everybody) > limit}})


def update(asked: Asked) -> Answer:
    """Write up to a hundred contacts: each has a result of its own."""
    said = asked.json.get("data") or []
    if not 0 < len(said) <= BATCH:
        raise asked.crm.problem(400, "more than a hundred")
    results = [_write(asked, dict(each)) for each in said]
    codes = {each["code"] for each in results}
    status = 200 if codes == {"SUCCESS"} else 207 if "SUCCESS" in codes else 400
    return Answer(status, {"data": results})


def fields(asked: Asked) -> Answer:
    """The fields of contacts."""
    return Answer(200, {"fields": list(asked.crm.own.fields.values())})


def make(asked: Asked) -> Answer:
    """Make up to five fields."""
    said = asked.json.get("fields") or []
    if len(said) > AT_ONCE or any(len(each.get("field_label", "")) > LONGEST for each in said):
        raise asked.crm.problem(400, "too many fields, or a label is too long")
    made = [add_field(asked.crm, each) for each in said]
    return Answer(201, {"fields": [{"code": "SUCCESS", "details": {"id": each["id"]}} for each in made]})


def complete(asked: Asked) -> Answer:
    """Give a field other choices."""
    for known in asked.crm.own.fields.values():
        if known["id"] == asked.path["id"]:
            known.update(asked.json["fields"][0])
            return Answer(200, {"fields": [{"code": "SUCCESS", "details": {"id": known["id"]}}]})
    raise asked.crm.problem(404, "there is no such field")


def add_field(crm: SmallCrm, said: Mapping[str, Any]) -> dict[str, Any]:
    """Add a field, whose name comes from its label."""
    name = re.sub(r"\W+", "_", said["field_label"])
    made = {**said, "id": str(len(crm.own.fields) + 1), "api_name": name, "custom_field": True}
    crm.own.fields[name] = made
    return made


def _write(asked: Asked, values: dict[str, Any]) -> dict[str, Any]:
    found = asked.contacts.get(str(values.pop("id", "")))
    if found is None:
        return _error("id")
    wrong = [name for name, value in values.items() if not _fits(asked.crm, name, value)]
    if wrong:
        return _error(wrong[0])
    asked.contacts.change(found.id, {name: None if value == [] else value for name, value in values.items()})
    return {"code": "SUCCESS", "details": {"id": found.id}, "message": "record updated", "status": "success"}


def _error(name: str) -> dict[str, Any]:
    return {"code": "INVALID_DATA", "details": {"api_name": name}, "message": "invalid data", "status": "error"}


def _fits(crm: SmallCrm, name: str, value: Any) -> bool:
    known = crm.own.fields.get(name)
    if known is None or value is None:
        return True  # an unknown field is passed over
    if known["data_type"] == "email":
        return _ADDRESS.fullmatch(str(value)) is not None
    if known["data_type"] == "date":
        return _DAY.fullmatch(str(value)) is not None
    if known["data_type"] == "multiselectpicklist":
        return isinstance(value, list)
    return isinstance(value, bool) if known["data_type"] == "boolean" else isinstance(value, str)


def _known(asked: Asked, where: str) -> list[Contact]:
    """All contacts, or those that readers know to have changed."""
    since = _SINCE.search(where)
    if since is None:
        return list(asked.contacts.living())
    return list(asked.contacts.changed(datetime.fromisoformat(since[1]).timestamp()))


def _meets(contact: Contact, where: str) -> bool:
    after, among = _AFTER.search(where), _AMONG.search(where)
    if among:
        return contact.id in re.findall(r"\d+", among[1])
    return after is None or int(contact.id) > int(after[1])


def _as_json(contact: Contact, names: list[str]) -> dict[str, Any]:
    told = {
        "Email_Opt_Out": False,
        **contact.values,
        "Created_Time": _iso(contact.created_at),
        "Modified_Time": _iso(contact.changed_at),
    }
    return {name: told.get(name) for name in names} | {"id": contact.id}


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).astimezone(ZONE).isoformat()
