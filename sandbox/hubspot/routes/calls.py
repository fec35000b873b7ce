"""Call records: read in pages, one by one, created, and searched by their modified date; meetings: read in pages."""

from __future__ import annotations

from itertools import islice
from typing import Any

from contactable.sandbox.hubspot.objects import Calls
from contactable.sandbox.hubspot.problems import invalid, not_found
from contactable.sandbox.hubspot.routing import READ, WRITE, Answer, Asked, Route, ok, page
from contactable.sandbox.hubspot.times import milliseconds


def _list(asked: Asked) -> Answer:
    return _page_of(asked, asked.portal.calls)


def _meetings(asked: Asked) -> Answer:
    return _page_of(asked, asked.portal.meetings)


def _page_of(asked: Asked, kept: Calls) -> Answer:
    limit = asked.limit(10, 100)
    found = list(islice(kept.after(asked.after()), limit + 1))
    more = found[limit - 1].id if len(found) > limit else None
    return ok(page(asked, [call.as_json for call in found[:limit]], more))


def _read(asked: Asked) -> Answer:
    for call in asked.portal.calls.all:
        if str(call.id) == asked.path["id"]:
            return ok(call.as_json)
    raise not_found()


def _create(asked: Asked) -> Answer:
    properties = asked.json.get("properties")
    if not isinstance(properties, dict):
        raise invalid("Some required fields were not set: [properties]")
    ids = [int(str((each.get("to") or {}).get("id"))) for each in asked.json.get("associations") or []]
    with asked.portal.lock:
        call = asked.portal.calls.add(properties, asked.portal.now, tuple(ids))
    return Answer(201, call.as_json)


def _search(asked: Asked) -> Answer:
    """Calls, unlike contacts, know ``hs_lastmodifieddate``; only GTE on it is known here."""
    since = 0
    for group in asked.json.get("filterGroups") or []:
        for each in group.get("filters") or []:
            since = _since(each)
    limit, after = int(asked.json.get("limit") or 10), int(asked.json.get("after") or 0)
    found = [call for call in asked.portal.calls.all if call.at >= since]
    more = after + limit if after + limit < len(found) else None
    return ok({"total": len(found), **page(asked, [call.as_json for call in found[after : after + limit]], more)})


def _since(given: dict[str, Any]) -> int:
    if (given.get("propertyName"), given.get("operator")) != ("hs_lastmodifieddate", "GTE"):
        raise invalid("Calls are searched by hs_lastmodifieddate GTE only.")
    return milliseconds(str(given.get("value"))) or 0


ROUTES = (
    Route("calls", "GET", "objects", "/calls", _list, READ),
    Route("meetings", "GET", "objects", "/meetings", _meetings, READ),
    Route("call", "GET", "objects", "/calls/<id>", _read, READ),
    Route("call_create", "POST", "objects", "/calls", _create, WRITE),
    Route("call_search", "POST", "objects", "/calls/search", _search, READ, search=True),
)
