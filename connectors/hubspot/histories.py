"""Who wrote a property: HubSpot's history tells a person from an app, and our app from another's.

A value of ours that a person or a foreign app made stricter is an opposition; the same value written by ourselves is
only the echo of a write. Unknown kinds of source count as a person: what is not surely ours is somebody's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contactable.connectors.hubspot.account import Account
from contactable.connectors.hubspot.pages import read_batch
from contactable.connectors.hubspot.records import moment
from contactable.connectors.protocol import PropertyWrite, Writer
from contactable.transport import pipelined

PAGE = 50  # histories halve the page


def read_histories(account: Account, ids: Sequence[str], names: Sequence[str], app_id: str) -> Iterator[PropertyWrite]:
    """Yield who wrote these properties of these contacts, newest first for each."""
    groups = (ids[start : start + PAGE] for start in range(0, len(ids), PAGE))
    for answer in pipelined(
        lambda group: read_batch(account, group, (), propertiesWithHistory=list(names)),
        groups,
        at_once=account.options.in_flight,
    ):
        for item in answer.json["results"]:
            yield from writes_of(item, app_id)


def writes_of(item: Mapping[str, Any], app_id: str) -> Iterator[PropertyWrite]:
    """The history of one contact. With an unknown ``app_id`` (empty) nobody knows which app's writes are ours."""
    for name, versions in (item.get("propertiesWithHistory") or {}).items():
        for version in versions or ():
            at = moment(version.get("timestamp"))
            yield PropertyWrite(str(item["id"]), name, str(version.get("value") or ""), _writer(version, app_id), at)


def _writer(version: Mapping[str, Any], app_id: str) -> Writer:
    source = str(version.get("sourceType") or "")
    if "MERGE" in source:  # MERGE_CONTACTS, MERGE_OBJECTS [K]
        return Writer.MERGE
    if source not in ("INTEGRATION", "API", "INTEGRATIONS_PLATFORM"):
        return Writer.PERSON
    if not app_id:
        return Writer.SOME_APP
    return Writer.OURSELVES if str(version.get("sourceId") or "") == app_id else Writer.OTHER_APP
