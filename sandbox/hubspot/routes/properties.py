"""Properties and their groups."""

from __future__ import annotations

from typing import Any

from contactable.sandbox.hubspot.branches import mentions
from contactable.sandbox.hubspot.definitions import Definition
from contactable.sandbox.hubspot.problems import Problem, invalid, not_found
from contactable.sandbox.hubspot.routing import CONTACTS, NO_CONTENT, Answer, Asked, Route, ok
from contactable.sandbox.hubspot.times import iso

READ = ("crm.schemas.contacts.read", "crm.objects.contacts.read")
WRITE = ("crm.schemas.contacts.write",)
READ_COMPANIES = ("crm.schemas.companies.read", "crm.objects.companies.read")


def _list(asked: Asked) -> Answer:
    archived = asked.flag("archived")
    known = [each for each in asked.portal.definitions.by_name.values() if each.archived is archived]
    return ok({"results": [each.as_json for each in known]})


def _list_of_companies(asked: Asked) -> Answer:
    names = sorted(asked.portal.companies.names)
    return ok({"results": [Definition(each, each, "string", "text", "companyinformation").as_json for each in names]})


def _read(asked: Asked) -> Answer:
    return ok(asked.portal.definitions.get(asked.path["name"]).as_json)


def _create(asked: Asked) -> Answer:
    with asked.portal.lock:
        return Answer(201, asked.portal.definitions.create(asked.json, asked.portal.now).as_json)


def _update(asked: Asked) -> Answer:
    with asked.portal.lock:
        return ok(asked.portal.definitions.update(asked.path["name"], asked.json, asked.portal.now).as_json)


def _archive(asked: Asked) -> Answer:
    with asked.portal.lock:
        _refuse_used(asked, asked.path["name"])
        asked.portal.definitions.archive(asked.path["name"])
    return NO_CONTENT


def _refuse_used(asked: Asked, name: str) -> None:
    """A property that a list looks at is kept."""
    if any(mentions(each.filter_branch, name) for each in asked.portal.lists.by_id.values() if not each.deleted):
        raise invalid(f"Property {name} is used in a list and cannot be deleted.")


def _batch_create(asked: Asked) -> Answer:
    """Each property by itself: one that exists does not refuse the others."""
    results: list[Any] = []
    errors: list[Any] = []
    with asked.portal.lock:
        for each in asked.inputs():
            try:
                results.append(asked.portal.definitions.create(each, asked.portal.now).as_json)
            except Problem as problem:
                errors.append({**problem.body, "context": {"name": [str(each.get("name"))]}})
    return _finished(asked, results, errors, 201)


def _batch_read(asked: Asked) -> Answer:
    names = [str(each.get("name")) for each in asked.inputs()]
    known = asked.portal.definitions.by_name
    results = [known[name].as_json for name in names if name in known and not known[name].archived]
    return _finished(asked, results, [], 200)


def _batch_archive(asked: Asked) -> Answer:
    with asked.portal.lock:
        for each in asked.inputs():
            _refuse_used(asked, str(each.get("name")))
            asked.portal.definitions.archive(str(each.get("name")))
    return NO_CONTENT


def _finished(asked: Asked, results: list[Any], errors: list[Any], status: int) -> Answer:
    now = iso(asked.portal.now)
    body: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    return Answer(207, {**body, "numErrors": len(errors), "errors": errors}) if errors else Answer(status, body)


def _groups(asked: Asked) -> Answer:
    return ok({"results": list(asked.portal.definitions.groups.values())})


def _group(asked: Asked) -> Answer:
    group = asked.portal.definitions.groups.get(asked.path["name"])
    if group is None:
        raise not_found(f"Property group {asked.path['name']} does not exist.")
    return ok(group)


def _create_group(asked: Asked) -> Answer:
    with asked.portal.lock:
        return Answer(201, asked.portal.definitions.create_group(asked.json))


def _update_group(asked: Asked) -> Answer:
    changed = {key: asked.json[key] for key in ("label", "displayOrder") if key in asked.json}
    with asked.portal.lock:
        group = {**_group(asked).body, **changed}
        asked.portal.definitions.groups[asked.path["name"]] = group
    return ok(group)


def _archive_group(asked: Asked) -> Answer:
    with asked.portal.lock:
        asked.portal.definitions.groups.pop(asked.path["name"], None)
    return NO_CONTENT


ROUTES = (
    Route("company_properties", "GET", "properties", "/companies", _list_of_companies, READ_COMPANIES),
    Route("properties", "GET", "properties", f"/{CONTACTS}", _list, READ),
    Route("property_create", "POST", "properties", f"/{CONTACTS}", _create, WRITE),
    Route("property", "GET", "properties", f"/{CONTACTS}/<name>", _read, READ),
    Route("property_update", "PATCH", "properties", f"/{CONTACTS}/<name>", _update, WRITE),
    Route("property_archive", "DELETE", "properties", f"/{CONTACTS}/<name>", _archive, WRITE),
    Route("property_batch_create", "POST", "properties", f"/{CONTACTS}/batch/create", _batch_create, WRITE),
    Route("property_batch_read", "POST", "properties", f"/{CONTACTS}/batch/read", _batch_read, READ),
    Route("property_batch_archive", "POST", "properties", f"/{CONTACTS}/batch/archive", _batch_archive, WRITE),
    Route("groups", "GET", "properties", f"/{CONTACTS}/groups", _groups, READ),
    Route("group_create", "POST", "properties", f"/{CONTACTS}/groups", _create_group, WRITE),
    Route("group", "GET", "properties", f"/{CONTACTS}/groups/<name>", _group, READ),
    Route("group_update", "PATCH", "properties", f"/{CONTACTS}/groups/<name>", _update_group, WRITE),
    Route("group_archive", "DELETE", "properties", f"/{CONTACTS}/groups/<name>", _archive_group, WRITE),
)
