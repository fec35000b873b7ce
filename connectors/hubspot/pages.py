"""Pages of HubSpot's contacts: the list, batches by id, and search by keys."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from contactable.connectors.hubspot.account import Account
from contactable.connectors.hubspot.records import as_record
from contactable.connectors.protocol import ContactRecord
from contactable.errors import Unavailable
from contactable.transport import Answer, pipelined

PAGE = 100
SEARCH_PAGE = 200
LONGEST_LIST_OF_NAMES = 2_000  # characters: longer ones lead to a 414; batches name properties in a body
NOT_FOUND = "OBJECT_NOT_FOUND"
Filter = Mapping[str, Any]
Item = TypeVar("Item")


class Fetched(NamedTuple):
    """A page of the list; ``after`` names the next one (None is the end), ``last_id`` the page's last contact or 0."""

    records: Sequence[ContactRecord]
    after: str | None
    last_id: int


def list_page(account: Account, names: Sequence[str], after: str = "", **more: Any) -> Fetched:
    """One page of the list of contacts, in the order of their ids."""
    fits = len(",".join(names)) <= LONGEST_LIST_OF_NAMES
    params = {"limit": PAGE, "properties": ",".join(names) if fits else "hs_object_id", "after": after or None, **more}
    answer = account.get(account.paths("contacts"), params).json
    results, following = answer["results"], (answer.get("paging") or {}).get("next") or {}
    last_id = int(results[-1]["id"]) if results else 0
    if not fits and results:
        results = read_batch(account, [str(each["id"]) for each in results], names).json["results"]
    return Fetched([as_record(each) for each in results], following.get("after"), last_id)


def read_batch(account: Account, keys: Sequence[str], names: Sequence[str], **more: Any) -> Answer:
    """Contacts by their ids (or by what ``idProperty`` names), at most a hundred."""
    body = {"inputs": [{"id": key} for key in keys], "properties": list(names), "propertiesWithHistory": [], **more}
    return account.post(account.paths("contacts", "batch", "read"), body)


def read(account: Account, ids: Sequence[str], names: Sequence[str]) -> Iterator[ContactRecord]:
    """Yield these contacts as they are now; those that are not there come back as ``gone``.

    The old id of a merged contact gives the survivor, under its new id and with the old one among ``merged_ids``, and
    after it the old one as ``gone``.
    """
    unique = list(dict.fromkeys(ids))
    for group in pipelined(
        lambda each: _read(account, each, names), in_groups(unique), at_once=account.options.in_flight
    ):
        yield from group


def _read(account: Account, ids: Sequence[str], names: Sequence[str]) -> list[ContactRecord]:
    answer = read_batch(account, ids, names).json
    found = {record.id: record for record in map(as_record, answer["results"])}
    errors = [each for each in answer.get("errors") or () if each.get("category") == NOT_FOUND]
    missing = {id for error in errors for id in named_by(error)}
    for id in ids:
        # Neither given nor named: looked at alone, lest an error of HubSpot's make us forget somebody.
        if id not in found and id not in missing and (record := _read_one(account, id, names)):
            found[record.id] = record
    return [*found.values(), *(ContactRecord(id, {}, gone=True) for id in ids if id not in found)]


def _read_one(account: Account, id: str, names: Sequence[str]) -> ContactRecord | None:
    answer = account.get(account.paths("contacts", id), {"properties": ",".join(names)}, expected=(404,))
    return as_record(answer.json) if answer.status == 200 else None


def named_by(error: Any) -> Iterator[str]:
    """The contacts that an error of a multi-status answer names, by id or by our trace id, which is the same."""
    context = error.get("context") if isinstance(error, dict) else None
    named = context if isinstance(context, dict) else {}
    yield from (str(id) for key in ("objectWriteTraceId", "ids") for id in named.get(key) or ())


def search_by_keys(
    account: Account, groups: Sequence[Sequence[Filter]], names: Sequence[str], last_id: str = "0"
) -> Generator[tuple[Sequence[ContactRecord], int], None, None]:
    """Yield pages of search in the order of ids, each with the number of contacts still to come, itself included.

    The next page is asked for by ``hs_object_id`` greater than the last one, never by an offset: search shows nothing
    beyond its 10,000th result, and contacts that share a millisecond would be skipped or come for ever.
    """
    while True:
        key = {"propertyName": "hs_object_id", "operator": "GT", "value": last_id}
        body = {
            "filterGroups": [{"filters": [*filters, key]} for filters in groups],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "properties": list(names),
            "limit": SEARCH_PAGE,
        }
        answer = account.search(account.paths("contacts", "search"), body).json
        results = answer["results"]
        if results:
            last_id = further(last_id, str(results[-1]["id"]))
            yield [as_record(each) for each in results], int(answer.get("total") or len(results))
        if not (answer.get("paging") or {}).get("next"):
            return


def further(token: str, following: str) -> str:
    """The cursor of the next page; raises ``Unavailable`` where it is the last one again, which would never end."""
    if token == following:
        raise Unavailable("HubSpot gives the same page again and again.")
    return following


def in_groups(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """By a hundred, which is the most that a batch may hold."""
    yield from (items[start : start + PAGE] for start in range(0, len(items), PAGE))
