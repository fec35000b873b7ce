"""Search: pages of at most 200, nothing beyond the 10,000th result, one sort, and an index that is a little late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contactable.sandbox.hubspot.contacts import Contact
from contactable.sandbox.hubspot.filters import read_query
from contactable.sandbox.hubspot.problems import invalid
from contactable.sandbox.hubspot.routes.contacts import shown
from contactable.sandbox.hubspot.routing import CONTACTS, READ, Answer, Asked, Route, ok, page
from contactable.sandbox.hubspot.times import milliseconds

CEILING = 10_000
_Found = tuple[Contact, dict[str, str]]


def _search(asked: Asked) -> Answer:
    body, portal = asked.json, asked.portal
    limit, after = _number(body.get("limit", 10), "limit", 200), _number(body.get("after", 0), "after", 10**9)
    if after + 1 > CEILING:
        raise invalid("There was a problem with the request: after goes beyond the 10,000 results of a search.")
    query = read_query(body, portal.definitions.by_name)
    with portal.lock:
        portal.index.catch_up(portal.now)
        known = portal.index.between(query.low, query.high, query.after)
        found = [each for each in known if query.rest is None or query.rest(each[1])]
    # Sorted outside of the lock: what was found is not altered any more.
    _sort(found, body.get("sorts") or [])
    names = body.get("properties") or []
    results = [_as_indexed(each, names) for each in found[after : after + limit]]
    more = after + limit if after + limit < len(found) else None
    return ok({"total": len(found), **page(asked, results, more)})


def _as_indexed(found: _Found, names: Sequence[str]) -> dict[str, Any]:
    """Search gives the contact as the index knows it, not as it is."""
    contact, properties = found
    known = Contact(contact.id, properties, contact.created_at, contact.indexed_at)
    return shown(known, names)


def _number(given: Any, name: str, most: int) -> int:
    text = str(given)
    if not text.isdigit() or int(text) > most:
        raise invalid(f"Invalid {name}: it must be at most {most}.")
    return int(text)


def _sort(found: list[_Found], sorts: Sequence[Any]) -> None:
    if len(sorts) > 1:
        raise invalid("A search has at most one sort.")
    name = _sorted_by(sorts[0]) if sorts else "hs_object_id"
    if name != "hs_object_id":
        found.sort(key=lambda each: _key(each[1].get(name, "")))
    if sorts and _descending(sorts[0]):
        found.reverse()


def _sorted_by(sort: Any) -> str:
    return str(sort.get("propertyName", "")) if isinstance(sort, dict) else str(sort).lstrip("-")


def _key(value: str) -> tuple[float, str]:
    moment = milliseconds(value) if value[:4].isdigit() else None
    return (float(moment), "") if moment is not None else (0.0, value.lower())


def _descending(sort: Any) -> bool:
    return sort.get("direction") == "DESCENDING" if isinstance(sort, dict) else str(sort).startswith("-")


ROUTES = (Route("search", "POST", "objects", f"/{CONTACTS}/search", _search, READ, search=True),)
