"""Dataverse's marketing lists of contacts: static ones, whose members somebody put there.

The members of a dynamic list are whoever meets a query: what it asks is a column, and can be mapped by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from contactable.connectors.dynamics.contacts import below
from contactable.connectors.parts import Account
from contactable.connectors.protocol import ContactList

ASKED = {
    "$select": "listid,listname,membercount",
    "$filter": "createdfromcode eq 2 and type eq false and statecode eq 0",  # 2: of contacts
}


def static_lists(account: Account) -> Iterator[ContactList]:
    """Yield the lists; none where the organisation has no such table."""
    for item in _pages(account, "/lists", ASKED):
        id = str(item["listid"])
        yield ContactList(id, str(item["listname"]), int(item.get("membercount") or 0), _members(account, id))


def _members(account: Account, id: str) -> Iterator[tuple[str, datetime | None]]:
    """The members; when they came in is not told."""
    for item in _pages(account, f"/lists({id})/listcontact_association", {"$select": "contactid"}):
        yield str(item["contactid"]), None


def _pages(account: Account, path: str, params: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    answer = account.get(path, params, expected=(404,))
    while answer.status != 404:
        yield from answer.json["value"]
        link = below(answer.json.get("@odata.nextLink"))
        if not link:
            return
        answer = account.get(link)
