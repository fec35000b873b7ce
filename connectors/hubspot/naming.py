"""Search by name, live, as HubSpot's own search field does."""

from __future__ import annotations

from collections.abc import Iterator

from contactable.connectors.hubspot.account import Account
from contactable.connectors.hubspot.pages import SEARCH_PAGE
from contactable.connectors.hubspot.records import as_record
from contactable.connectors.protocol import Named

_NAME, _ABOUT = ("firstname", "lastname"), ("email", "company", "city")


def find_named(account: Account, text: str, most: int) -> Iterator[Named]:
    """Yield contacts of whom HubSpot finds a text in name, address, number or company."""
    body = {"query": text, "properties": [*_NAME, *_ABOUT], "limit": min(most, SEARCH_PAGE)}
    for each in account.search(account.paths("contacts", "search"), body).json["results"]:
        record = as_record(each)
        name, about = ([record.properties.get(key, "") for key in keys] for keys in (_NAME, _ABOUT))
        yield Named(record.id, " ".join(filter(None, name)), ", ".join(filter(None, about)))
