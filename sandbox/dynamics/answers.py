"""What the small Dynamics answers. A contact's values are its columns, choices by their labels."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from contactable.sandbox.front import Answer, Asked, Contact, SmallCrm

API, READS = "/api/data/v9.2", "-reads"
FLAGS = ("donotemail", "donotbulkemail", "donotphone", "donotpostalmail", "donotbulkpostalmail", "donotsendmm")
_SINCE = re.compile(r"modifiedon ge ([0-9T:Z-]+)")
_FLAG = re.compile(r"(\w+) eq true")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def login(asked: Asked) -> Answer:
    """A token for the application's credentials."""
    shown, own = str(asked.json.get("client_secret")), asked.crm.own
    if shown.removesuffix(READS) != asked.crm.token or not asked.json.get("scope", "").endswith("/.default"):
        raise asked.crm.problem(401, "invalid_client")
    given = own.give_token()
    own.may_read |= {given} if shown.endswith(READS) else set()
    return Answer(200, {"access_token": given, "token_type": "Bearer", "expires_in": 3_599})


def contacts(asked: Asked) -> Answer:
    """Contacts that meet the filter, or what changed since a delta link; tracked, the last page has a delta link."""
    token = asked.one("$deltatoken")
    if token and float(token) < asked.crm.own.oldest_link:
        raise asked.crm.problem(400, "the version stamp has expired")
    names = asked.one("$select").split(",")
    if unknown := {each for each in names if each.strip("_").removesuffix("_value") not in asked.crm.own.columns}:
        raise asked.crm.problem(400, f"could not find a property named {sorted(unknown)[0]}")
    found = _changed(asked, float(token)) if token else _found_by_filter(asked)
    after, size = asked.one("$skiptoken"), _size(asked)
    rest = [each for each in found if each.id > after]
    page = [_as_json(asked.crm, each, names) if each.deleted_at is None else _deleted(each) for each in rest[:size]]
    more = {"$skiptoken": rest[size - 1].id} if len(rest) > size else {}
    return Answer(200, {"value": page, **_links(asked, more)})


def contact(asked: Asked) -> Answer:
    """One contact."""
    return Answer(200, _as_json(asked.crm, _found(asked, asked.path["id"]), asked.one("$select").split(",")))


def update(asked: Asked) -> Answer:
    """Write one contact; where there is none, ``If-Match`` keeps us from making it."""
    if asked.headers.get("if-match") != "*" and asked.contacts.get(asked.path["id"]) is None:
        asked.crm.contacts.add(dict(asked.json))
        return Answer(204)
    found = _found(asked, asked.path["id"])
    asked.contacts.change(found.id, _kept(asked.crm, asked.json))
    return Answer(204)


def many(asked: Asked) -> Answer:
    """Write all of them, or nobody."""
    written = []
    for target in asked.json["Targets"]:
        values = {name: value for name, value in target.items() if name not in ("@odata.type", "contactid")}
        written.append((_found(asked, target["contactid"]), _kept(asked.crm, values)))
    for found, values in written:
        asked.contacts.change(found.id, values)
    return Answer(204)


def lists(asked: Asked) -> Answer:
    """The static marketing lists of contacts; this sandbox has no others."""
    found = asked.crm.own.lists.items()
    told = [{"listid": id, "listname": name, "membercount": len(members)} for id, (name, members) in found]
    return Answer(200, {"value": told})


def members(asked: Asked) -> Answer:
    """The members of a list, page by page."""
    _, ids = asked.crm.own.lists[asked.path["id"]]
    start, size = asked.number("$skip", 0, len(ids)), _size(asked)
    told: dict[str, Any] = {"value": [{"contactid": id} for id in ids[start : start + size]]}
    if start + size < len(ids):
        at = f"{asked.crm.url}{API}/lists({asked.path['id']})/listcontact_association?"
        told["@odata.nextLink"] = at + urlencode({"$select": "contactid", "$skip": start + size})
    return Answer(200, told)


def merge(crm: SmallCrm, id: str, other: str) -> Contact:
    """Merge a contact into another, which keeps its values and its date; the one that went in stays, inactive."""
    gone = crm.contacts.change(other, {"statecode": 1})
    gone.merged_into = id
    return crm.contacts.by_id[id]


def _links(asked: Asked, more: Mapping[str, str]) -> dict[str, str]:
    """The link of the next page, or the delta link, which stands for the moment of this last page."""
    given = {name: values[0] for name, values in asked.query.items() if name != "$skiptoken"}
    at = f"{asked.crm.url}{API}/contacts?"
    if more:
        return {"@odata.nextLink": at + urlencode({**given, **more})}
    if "odata.track-changes" not in asked.headers.get("prefer", "") and "$deltatoken" not in given:
        return {}
    return {"@odata.deltaLink": at + urlencode({"$select": given["$select"], "$deltatoken": repr(asked.crm.clock())})}


def _changed(asked: Asked, since: float) -> Sequence[Contact]:
    return [each for each in asked.contacts.by_id.values() if each.changed_at >= since]


def _found_by_filter(asked: Asked) -> list[Contact]:
    """The contacts that meet the filter, which is read once: a moment, any of some flags, one of some ids."""
    said = asked.one("$filter")
    ids = set(_GUID.findall(said))
    among = [asked.contacts.get(id) for id in sorted(ids)] if ids else list(asked.contacts.living())
    found = [each for each in among if each is not None]
    if since := _SINCE.search(said):
        earliest = datetime.fromisoformat(since[1]).timestamp()
        latest = asked.crm.clock() - asked.contacts.lag  # what is younger, nobody who asks by date sees yet
        found = [each for each in found if earliest <= each.changed_at <= latest]
    if flags := _FLAG.findall(said):
        found = [each for each in found if any(_flagged(each, name) for name in flags)]
    return found


def _flagged(contact: Contact, name: str) -> bool:
    return bool(contact.merged_into if name == "merged" else contact.values.get(name))


def _size(asked: Asked) -> int:
    found = re.search(r"odata\.maxpagesize=(\d+)", asked.headers.get("prefer", ""))
    return asked.number("$top", int(found[1]) if found else 5_000, 5_000)


def _found(asked: Asked, id: str) -> Contact:
    found = asked.contacts.get(id)
    if found is None:
        raise asked.crm.problem(404, f"contact With Id = {id} Does Not Exist")
    return found


def _kept(crm: SmallCrm, said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(crm, name, value) for name, value in said.items()}


def _value(crm: SmallCrm, name: str, value: Any) -> Any:
    """A value as it is kept; 400 for one that does not fit, or for no column of ours."""
    kind = crm.own.columns.get(name)
    if kind is None:
        raise crm.problem(400, f"invalid property {name}")
    if value is None:
        return None
    labels = {number: label for label, number in crm.own.options.get(name, {}).items()}
    if kind == "PicklistType" and value in labels:
        return labels[value]
    if kind == "MultiSelectPicklistType" and {int(each) for each in value.split(",")} <= labels.keys():
        return [labels[int(each)] for each in value.split(",")]
    fits = {
        "StringType": isinstance(value, str) and (name != "emailaddress1" or _ADDRESS.fullmatch(value) is not None),
        "MemoType": isinstance(value, str),
        "BooleanType": isinstance(value, bool),
        "DateTimeType": _DAY.fullmatch(str(value)) is not None,
    }
    if not fits.get(kind, False):
        raise crm.problem(400, f"{value} does not fit")
    return value


def _as_json(crm: SmallCrm, contact: Contact, names: Sequence[str]) -> dict[str, Any]:
    told = {
        **dict.fromkeys(FLAGS, False),
        **{name: _shown(crm, name, value) for name, value in contact.values.items()},
        "merged": bool(contact.merged_into),
        "_masterid_value": contact.merged_into or None,
        "createdon": _iso(contact.created_at),
        "modifiedon": _iso(contact.changed_at),
    }
    return {"@odata.etag": 'W/"1"', **{name: told.get(name) for name in names}, "contactid": contact.id}


def _shown(crm: SmallCrm, name: str, value: Any) -> Any:
    numbers = crm.own.options.get(name)
    if not numbers:
        return value
    return ",".join(str(numbers[each]) for each in value) if isinstance(value, list) else numbers[value]


def _deleted(contact: Contact) -> dict[str, Any]:
    context = f"{API}/$metadata#contacts/$deletedEntity"
    return {"@odata.context": context, "id": contact.id, "reason": "deleted"}


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
