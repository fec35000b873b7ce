"""What changed since the last time: windows of the modified date, then the bin.

A window is read in the order of ids, not of dates: thousands of contacts may share a millisecond, and dates move while
one reads. Windows overlap, because search knows of a change some seconds late [index lag] and not in order. Their ends
are times of HubSpot's clock, never ours. Nothing is left out because it was our own write: a person's change just
before it would be lost with it; the caller knows by the contact's input that nothing changed.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import Any

from contactable.connectors.hubspot.account import Account
from contactable.connectors.hubspot.loading import load
from contactable.connectors.hubspot.pages import list_page, search_by_keys
from contactable.connectors.hubspot.records import names_in_account
from contactable.connectors.protocol import ContactRecord, Page
from contactable.transport import ahead

BIN_PAGES = 5  # pages of a hundred at a time; a fuller bin is gone through over several turns


def iter_changed(account: Account, cursor: Mapping[str, Any] | None, wanted: Sequence[str]) -> Iterator[Page]:
    """Yield pages of contacts changed since ``cursor`` (None: all), each contact at least once."""
    names = names_in_account(account, wanted)
    since = cursor
    if cursor is None or "load" in cursor:
        for page in load(account, cursor, names):
            since = page.cursor
            yield page
    if since is not None:
        yield from ahead(_window(account, since, names))


def _window(account: Account, cursor: Mapping[str, Any], names: Sequence[str]) -> Generator[Page, None, None]:
    since = int(cursor["since"])
    until = int(cursor.get("until") or max(account.now_ms, since))
    bounds = [_bound("GTE", since - account.overlap_ms), _bound("LTE", until)]
    total = None
    for records, left in search_by_keys(account, [bounds], names, str(cursor.get("last_id", "0"))):
        total = left if total is None else total
        yield Page(records, {**cursor, "since": since, "until": until, "last_id": records[-1].id}, total)
    rest = {key: value for key, value in cursor.items() if key == "bin"}
    yield from _bin(account, {"since": until, **rest}, since)


def _bound(operator: str, at_ms: int) -> dict[str, str]:
    # Contacts know `lastmodifieddate`. On `hs_lastmodifieddate`, every other object's name, search finds nothing and
    # says nothing.
    return {"propertyName": "lastmodifieddate", "operator": operator, "value": str(at_ms)}


def _bin(account: Account, cursor: Mapping[str, Any], since: int) -> Generator[Page, None, None]:
    """Yield contacts that were put into the bin: search never shows them, and the bin has no order of time.

    A round through the bin gives those archived since the round before began; ``since`` begins the first one.
    """
    lag = account.overlap_ms
    state = cursor.get("bin") or {"after": "", "since": since - lag, "began": account.now_ms}
    for _ in range(BIN_PAGES):
        page = list_page(account, ("hs_object_id",), str(state["after"]), archived="true")
        records = [_gone(each) for each in page.records if _archived_ms(each) >= int(state["since"])]
        if page.after is None:
            state = {"after": "", "since": int(state["began"]) - lag, "began": account.now_ms}
        else:
            state = {**state, "after": page.after}
        yield Page(records, {**cursor, "bin": state})
        if page.after is None:
            return


def _gone(record: ContactRecord) -> ContactRecord:
    return replace(record, gone=True, properties={})


def _archived_ms(record: ContactRecord) -> float:
    return record.changed_at.timestamp() * 1000 if record.changed_at else inf
