"""Batches of up to a hundred contacts (companies are read alone): 200 when all went well, 207 when some did not.

A wrong value refuses the whole batch (400) unless every input carries ``objectWriteTraceId``, which the error then
names. An id that is not there never refuses the others. One id twice in a batch is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from contactable.sandbox.hubspot.contacts import NOT_THERE
from contactable.sandbox.hubspot.problems import Problem, invalid
from contactable.sandbox.hubspot.routes.contacts import shown, writer
from contactable.sandbox.hubspot.routing import CONTACTS, NO_CONTENT, READ, WRITE, Answer, Asked, Route
from contactable.sandbox.hubspot.times import iso
from contactable.sandbox.hubspot.values import accept

_Do = Callable[[Asked, Mapping[str, Any]], dict[str, Any] | None]


def _read(asked: Asked) -> Answer:
    # Clients send ids of merged contacts: each survivor is given once.
    names, history = _names(asked, "properties"), _names(asked, "propertiesWithHistory")
    inputs = asked.inputs(50 if history else 100)
    id_property = str(asked.json.get("idProperty") or "")
    find = asked.portal.contacts.find
    pairs = [(_id(each), find(_id(each), id_property)) for each in inputs]
    found = {contact.id: contact for _, contact in pairs if contact is not None}
    missing = [id for id, contact in pairs if contact is None]
    errors = [_not_there(missing)] if missing else []
    return _finished(asked, [shown(contact, names, history) for contact in found.values()], errors)


def _read_companies(asked: Asked) -> Answer:
    names, companies = _names(asked, "properties"), asked.portal.companies
    pairs = [(id, companies.find(id, names)) for id in dict.fromkeys(map(_id, asked.inputs()))]
    missing = [id for id, company in pairs if company is None]
    errors = [_not_there(missing)] if missing else []
    return _finished(asked, [company for _, company in pairs if company is not None], errors)


def _names(asked: Asked, key: str) -> list[str]:
    names = asked.json.get(key) or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise invalid(f"Invalid input JSON: {key} is a list of names.")
    return names


def _id(given: Mapping[str, Any]) -> str:
    if not isinstance(given.get("id"), str | int):
        raise invalid("Some required fields were not set: [id]")
    return str(given["id"])


def _not_there(ids: Sequence[str], **context: Any) -> dict[str, Any]:
    said = {"ids": list(ids), **context}
    return {"status": "error", "category": "OBJECT_NOT_FOUND", "message": NOT_THERE, "context": said}


def _finished(asked: Asked, results: Sequence[Any], errors: Sequence[Any], status: int = 200) -> Answer:
    now = iso(asked.portal.now)
    body: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if not errors:
        return Answer(status, body)
    return Answer(207, {**body, "numErrors": len(errors), "errors": list(errors)})


def _update(asked: Asked) -> Answer:
    return _each(asked, _update_one)


def _update_one(asked: Asked, given: Mapping[str, Any]) -> dict[str, Any] | None:
    id_property = str(given.get("idProperty") or "")
    if id_property not in ("", "email"):
        raise invalid(f"Unable to perform update/upsert by non-unique 0-1 property {id_property}")
    contact = asked.portal.contacts.get(_id(given), id_property)
    if asked.portal.quirks.drops_merged and not id_property and str(contact.id) != _id(given):
        return None
    asked.portal.write(contact, _properties(given), writer(asked))
    return shown(contact, list(_properties(given)))


def _create(asked: Asked) -> Answer:
    return _each(asked, _create_one, status=201)


def _create_one(asked: Asked, given: Mapping[str, Any]) -> dict[str, Any]:
    return shown(asked.portal.create(_properties(given), writer(asked)), list(_properties(given)))


def _upsert(asked: Asked) -> Answer:
    return _each(asked, _upsert_one)


def _upsert_one(asked: Asked, given: Mapping[str, Any]) -> dict[str, Any] | None:
    if given.get("idProperty") != "email":
        raise invalid("Unable to perform update/upsert by non-unique 0-1 property")
    known = asked.portal.contacts.find(_id(given), "email") is not None
    properties = {"email": _id(given), **_properties(given)}
    done = _update_one if known else _create_one
    return {**(done(asked, {**given, "properties": properties}) or {}), "new": not known}


def _archive(asked: Asked) -> Answer:
    with asked.portal.lock:
        for each in asked.inputs():
            if contact := asked.portal.contacts.find(_id(each)):
                asked.portal.contacts.archive(contact, asked.portal.now, writer(asked))
    return NO_CONTENT


def _properties(given: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(given.get("properties"), dict):
        raise invalid("Some required fields were not set: [properties]")
    return dict(given["properties"])


def _each(asked: Asked, do: _Do, status: int = 200) -> Answer:
    """Do every input, or none where one is wrong and the batch cannot say which."""
    inputs = asked.inputs()
    _refuse_twins(inputs)
    traced = all(each.get("objectWriteTraceId") for each in inputs) and not asked.portal.quirks.refuses_whole_batches
    with asked.portal.lock:
        # Without trace ids an error could not be told whose it is, so nothing is written at all.
        if not traced:
            _try_all(asked, inputs)
        done = [_try(asked, do, each) for each in inputs]
    errors = [outcome for failed, outcome in done if failed]
    return _finished(asked, [outcome for failed, outcome in done if not failed and outcome], errors, status)


def _refuse_twins(inputs: Sequence[Mapping[str, Any]]) -> None:
    ids = [str(each["id"]) for each in inputs if "id" in each]
    twins = sorted({id for id in ids if ids.count(id) > 1}) if len(set(ids)) < len(ids) else []
    if twins:
        raise invalid(f"Duplicate IDs found in batch input: [{', '.join(twins)}]. IDs must be unique")


def _try_all(asked: Asked, inputs: Sequence[Mapping[str, Any]]) -> None:
    """Raise what the first wrong value would raise, before anything is written."""
    for each in inputs:
        accept(asked.portal.definitions.by_name, _properties(each))


def _try(asked: Asked, do: _Do, given: Mapping[str, Any]) -> tuple[bool, dict[str, Any] | None]:
    trace = {"objectWriteTraceId": [str(given["objectWriteTraceId"])]} if given.get("objectWriteTraceId") else {}
    try:
        return False, do(asked, given)
    except Problem as problem:
        if problem.status == 404:
            return True, _not_there([_id(given)], **trace)
        if not trace:
            raise
        said = {"status": "error", "category": problem.body["category"], "message": problem.body["message"]}
        return True, {**said, "context": trace}


COMPANIES = ("crm.objects.companies.read",)
ROUTES = (
    Route("batch_read", "POST", "objects", f"/{CONTACTS}/batch/read", _read, READ),
    Route("batch_update", "POST", "objects", f"/{CONTACTS}/batch/update", _update, WRITE, locks=True),
    Route("batch_create", "POST", "objects", f"/{CONTACTS}/batch/create", _create, WRITE),
    Route("batch_upsert", "POST", "objects", f"/{CONTACTS}/batch/upsert", _upsert, WRITE, locks=True),
    Route("batch_archive", "POST", "objects", f"/{CONTACTS}/batch/archive", _archive, WRITE),
    Route("companies_read", "POST", "objects", "/companies/batch/read", _read_companies, COMPANIES),
)
