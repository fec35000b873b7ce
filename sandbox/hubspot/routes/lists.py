"""Lists and who is in them. Memberships come in pages of at most 250; a search of lists counts by ``offset``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contactable.sandbox.hubspot.branches import check, matches
from contactable.sandbox.hubspot.lists import ContactList
from contactable.sandbox.hubspot.problems import invalid
from contactable.sandbox.hubspot.routing import NO_CONTENT, Answer, Asked, Route, ok, page
from contactable.sandbox.hubspot.times import iso

READ = ("crm.lists.read",)
WRITE = ("crm.lists.write",)


def _members(asked: Asked, list: ContactList) -> dict[int, int]:
    """Contact ids, ascending, with the moment they came in; merged contacts under their new id."""
    contacts = asked.portal.contacts
    if list.kind == "DYNAMIC":
        branch, now = list.filter_branch or {}, asked.portal.now
        return {c.id: c.modified_at for c in contacts.after(0) if matches(branch, c.properties, now)}
    found = ((contacts.find(str(id)), at) for id, at in list.members.items())
    return dict(sorted((contact.id, at) for contact, at in found if contact is not None))


def _create(asked: Asked) -> Answer:
    if asked.text("objectTypeId") != "0-1":
        raise invalid("Only lists of contacts (objectTypeId 0-1) are known here.")
    with asked.portal.lock:
        branch = _branch(asked)
        made = asked.portal.lists.add(asked.text("name"), asked.text("processingType"), asked.portal.now, branch)
        return ok({"list": made.as_json(len(_members(asked, made)), filters=True)})


def _branch(asked: Asked) -> Any:
    branch, known = asked.json.get("filterBranch"), asked.portal.definitions.by_name.values()
    check(branch, {each.name for each in known if not each.archived})
    return branch


def _read(asked: Asked) -> Answer:
    found = asked.portal.lists.get(asked.path["id"])
    return ok({"list": found.as_json(len(_members(asked, found)), filters=asked.flag("includeFilters"))})


def _by_name(asked: Asked) -> Answer:
    found = asked.portal.lists.named(asked.path["name"])
    return ok({"list": found.as_json(len(_members(asked, found)), filters=asked.flag("includeFilters"))})


def _by_ids(asked: Asked) -> Answer:
    found = [asked.portal.lists.get(id) for id in asked.many("listIds")]
    filters = asked.flag("includeFilters")
    return ok({"lists": [each.as_json(len(_members(asked, each)), filters=filters) for each in found]})


def _search(asked: Asked) -> Answer:
    query, kinds = str(asked.json.get("query") or "").lower(), asked.json.get("processingTypes") or []
    offset, count = int(asked.json.get("offset") or 0), int(asked.json.get("count") or 20)
    lists = [each for each in asked.portal.lists.by_id.values() if not each.deleted]
    found = [each for each in lists if query in each.name.lower() and (not kinds or each.kind in kinds)]
    shown = [each.as_json(len(_members(asked, each))) for each in found[offset : offset + count]]
    more = offset + count < len(found)
    return ok({"lists": shown, "offset": offset + len(shown), "hasMore": more, "total": len(found)})


def _delete(asked: Asked) -> Answer:
    asked.portal.lists.get(asked.path["id"]).deleted = True
    return NO_CONTENT


def _rename(asked: Asked) -> Answer:
    found = asked.portal.lists.get(asked.path["id"])
    found.name = asked.one("listName") or found.name
    return ok({"updatedList": found.as_json()})


def _refilter(asked: Asked) -> Answer:
    found = asked.portal.lists.get(asked.path["id"])
    found.filter_branch = _branch(asked)
    return ok({"updatedList": found.as_json(filters=True)})


def _memberships(asked: Asked) -> Answer:
    limit, after = asked.limit(100, 250), asked.after()
    members = [pair for pair in _members(asked, asked.portal.lists.get(asked.path["id"])).items() if pair[0] > after]
    results = [{"recordId": str(id), "membershipTimestamp": iso(at)} for id, at in members[:limit]]
    return ok(page(asked, results, results[-1]["recordId"] if len(members) > limit else None))


def _ids(asked: Asked, given: Any) -> Sequence[int]:
    if not isinstance(given, list) or not all(str(id).isdigit() for id in given):
        raise invalid("Invalid input JSON: a list of record ids is expected.")
    return [int(id) for id in given]


def _add(asked: Asked) -> Answer:
    return _change(asked, _ids(asked, asked.body), [])


def _remove(asked: Asked) -> Answer:
    return _change(asked, [], _ids(asked, asked.body))


def _add_and_remove(asked: Asked) -> Answer:
    given = asked.json
    add, remove = (_ids(asked, given.get(key) or []) for key in ("recordIdsToAdd", "recordIdsToRemove"))
    return _change(asked, add, remove)


def _change(asked: Asked, add: Sequence[int], remove: Sequence[int]) -> Answer:
    with asked.portal.lock:
        found = asked.portal.lists.get(asked.path["id"])
        known = [id for id in add if asked.portal.contacts.find(str(id))]
        added = asked.portal.lists.put_in(found, known, asked.portal.now)
        removed = [id for id in remove if found.members.pop(id, None) is not None]
    missing = [id for id in add if id not in known]
    # The first name is misspelt in the real thing.
    return ok(
        {"recordsIdsAdded": _texts(added), "recordIdsRemoved": _texts(removed), "recordIdsMissing": _texts(missing)}
    )


def _texts(ids: Sequence[int]) -> list[str]:
    return [str(id) for id in ids]


def _of_contact(asked: Asked) -> Answer:
    return ok({"results": list(_lists_of(asked, int(asked.path["id"])))})


def _of_contacts(asked: Asked) -> Answer:
    ids = [int(str(each.get("recordId"))) for each in asked.inputs()]
    results = [{"recordId": str(id), "recordListMemberships": list(_lists_of(asked, id))} for id in ids]
    return ok({"status": "COMPLETE", "results": results})


def _lists_of(asked: Asked, contact_id: int) -> Any:
    for each in asked.portal.lists.by_id.values():
        at = None if each.deleted else _members(asked, each).get(contact_id)
        if at is not None:
            yield {
                "listId": str(each.id),
                "listVersion": 1,
                "firstAddedTimestamp": iso(at),
                "lastAddedTimestamp": iso(at),
                "isPublicList": False,
            }


ROUTES = (
    Route("list_create", "POST", "lists", "", _create, WRITE),
    Route("lists", "GET", "lists", "", _by_ids, READ),
    Route("list_search", "POST", "lists", "/search", _search, READ),
    Route("list_by_name", "GET", "lists", "/object-type-id/<kind>/name/<name>", _by_name, READ),
    Route("list_read", "GET", "lists", "/<id>", _read, READ),
    Route("list_delete", "DELETE", "lists", "/<id>", _delete, WRITE),
    Route("list_rename", "PUT", "lists", "/<id>/update-list-name", _rename, WRITE),
    Route("list_refilter", "PUT", "lists", "/<id>/update-list-filters", _refilter, WRITE),
    Route("memberships", "GET", "lists", "/<id>/memberships", _memberships, READ),
    Route("memberships_add", "PUT", "lists", "/<id>/memberships/add", _add, WRITE),
    Route("memberships_remove", "PUT", "lists", "/<id>/memberships/remove", _remove, WRITE),
    Route("memberships_change", "PUT", "lists", "/<id>/memberships/add-and-remove", _add_and_remove, WRITE),
    Route("lists_of_contact", "GET", "lists", "/records/<kind>/<id>/memberships", _of_contact, READ),
    Route("lists_of_contacts", "POST", "lists", "/records/memberships/batch/read", _of_contacts, READ),
)
