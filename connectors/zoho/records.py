"""Zoho's records: read by COQL in the order of their numbers, written a hundred at a time with a result for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from contactable.connectors.parts import (
    Account,
    Fetch,
    Fresh,
    in_groups,
    not_here,
    one_change_a_contact,
    write_in_groups,
)
from contactable.connectors.protocol import Change, ContactRecord, Outcome, Result
from contactable.connectors.zoho.fields import field_of, fields_of, property_of, text_of, value_of

Fields = dict[str, Mapping[str, Any]]
PAGE, IDS, BATCH = 2_000, 50, 100
OPT_OUT = "Email_Opt_Out"
ALWAYS = ("Email", OPT_OUT, "Created_Time", "Modified_Time")
LIFTS = frozenset({OPT_OUT, "id", "Created_Time", "Modified_Time"})
MULTI_STATUS = (202, 207, 400)
GONE = frozenset({"RECORD_NOT_FOUND", "INVALID_ID"})


def fetch(account: Account, module: str, properties: Sequence[str]) -> Fetch:
    """How ``iter_windows`` asks for records; the place is the last number."""

    def pages(since: datetime | None, place: Any) -> Iterator[tuple[Sequence[ContactRecord], Any, int | None]]:
        names, last = _names(account, module, properties), str(place or 0)
        begin = f"Modified_Time >= '{since.astimezone(UTC).isoformat(timespec='seconds')}' and " if since else ""
        while True:
            items = _select(account, module, names, f"{begin}id > '{last}'")
            last = str(items[-1]["id"]) if items else last
            yield [as_record(each) for each in items], last, None
            if len(items) < PAGE:
                return

    return pages


def read(account: Account, module: str, ids: Sequence[str], properties: Sequence[str]) -> Iterator[ContactRecord]:
    """Records in groups; who does not come is asked for alone, lest an error make us forget somebody."""
    names = _names(account, module, properties) if ids else ()
    for group in in_groups(ids, IDS):
        numbers = [id for id in group if id.isdigit()]
        found = _by_id(account, module, names, numbers)
        for id in numbers:
            if id not in found:
                found |= _by_id(account, module, names, [id])
        yield from (found.get(id) or ContactRecord(id, {}, gone=True) for id in group)


def write(account: Account, module: str, kept: Fresh[Fields], changes: Sequence[Change]) -> Iterator[Outcome]:
    """Write changed properties, a hundred records a request; one outcome for each."""
    wanted = one_change_a_contact(changes)
    names = {field_of(name) for change in wanted for name in change.properties}
    known = cache(lambda: kept.value(names.issubset))  # asked for inside, where what goes wrong has its outcome
    groups = in_groups(wanted, BATCH)
    return write_in_groups(lambda group: _write(account, module, known(), group), groups, in_flight=account.in_flight)


def opt_out(account: Account, module: str, ids: Sequence[str], channel: str) -> Iterator[Outcome]:
    """Tick *Email Opt Out*."""
    if channel != "email":
        return not_here(ids, channel)
    groups = in_groups([Change(id, {}) for id in dict.fromkeys(ids)], BATCH)
    return write_in_groups(
        lambda group: _put(account, module, {each.id: {OPT_OUT: True} for each in group}),
        groups,
        in_flight=account.in_flight,
    )


def as_record(item: Mapping[str, Any]) -> ContactRecord:
    """One record as COQL gives it."""
    given = {property_of(name): text_of(value) for name, value in item.items() if name != "id"}
    changed = item.get("Modified_Time")
    return ContactRecord(
        str(item["id"]),
        {name: text for name, text in given.items() if text},
        datetime.fromisoformat(changed).astimezone(UTC) if changed else None,
    )


def is_opted_out(record: ContactRecord) -> bool:
    """Whether Zoho itself would send no e-mail."""
    return record.properties.get(OPT_OUT) == "true"


def look(account: Account, module: str) -> None:
    """Read one record, to see whether that can be done."""
    _select(account, module, (), "id > '0'", 1)


def _names(account: Account, module: str, properties: Sequence[str]) -> Sequence[str]:
    """The fields to select: those of the properties that there are. A name that is not there would stop the query."""
    known = fields_of(account, module)
    return [name for name in dict.fromkeys([*ALWAYS, *map(field_of, properties)]) if name in known]


def _select(
    account: Account, module: str, names: Sequence[str], where: str, most: int = PAGE
) -> Sequence[Mapping[str, Any]]:
    """Ask by COQL; what stands in a query are names of Zoho's, numbers and moments."""
    what = ", ".join(["id", *names])
    query = f"select {what} from {module} where {where} order by id asc limit {most}"  # noqa: S608
    answer = account.post("/coql", {"select_query": query})
    return answer.json.get("data") or () if answer.status != 204 else ()


def _by_id(account: Account, module: str, names: Sequence[str], ids: Sequence[str]) -> dict[str, ContactRecord]:
    if not ids:
        return {}
    items = _select(account, module, names, f"id in ({', '.join(map(repr, ids))})")
    return {record.id: record for record in map(as_record, items)}


def _write(
    account: Account, module: str, known: Mapping[str, Mapping[str, Any]], group: Sequence[Change]
) -> list[Outcome]:
    bodies: dict[str, Mapping[str, Any]] = {}
    refused: list[Outcome] = []
    for change in group:
        try:
            bodies[change.id] = _body(change, known)
        except ValueError as error:
            refused.append(Outcome(change.id, Result.REFUSED, str(error)))
    return [*refused, *_put(account, module, bodies)]


def _body(change: Change, known: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    named = {field_of(name): text for name, text in change.properties.items()}
    if unknown := sorted(named.keys() - known.keys() | named.keys() & LIFTS):
        raise ValueError(f"{unknown[0]} is no field that may be written")
    return {name: value_of(known[name], text) for name, text in named.items()}


def _put(account: Account, module: str, bodies: Mapping[str, Mapping[str, Any]]) -> list[Outcome]:
    """Write records; no workflow, mail or blueprint of the company is set off by it (``trigger``)."""
    ids = [id for id in bodies if id.isdigit()]
    outcomes = [Outcome(id, Result.GONE, "no id of Zoho's") for id in bodies if not id.isdigit()]
    if ids:
        body = {"data": [{"id": id, **bodies[id]} for id in ids], "trigger": []}
        answer = account.call("PUT", f"/{module}", json=body, expected=MULTI_STATUS)
        results = answer.json.get("data") if isinstance(answer.json, dict) else None
        if not isinstance(results, list) or len(results) != len(ids):
            return [*outcomes, *(Outcome(id, Result.REFUSED, "Zoho refuses the whole request") for id in ids)]
        outcomes += [_outcome(id, result) for id, result in zip(ids, results, strict=True)]
    return outcomes


def _outcome(id: str, result: Mapping[str, Any]) -> Outcome:
    """What became of one record. A wrong id is told as invalid data of the field ``id``."""
    code, details = str(result.get("code")), result.get("details") or {}
    if code == "SUCCESS":
        return Outcome(id, Result.WRITTEN)
    if code in GONE or (code == "INVALID_DATA" and details.get("api_name") == "id"):
        return Outcome(id, Result.GONE, "deleted")
    return Outcome(id, Result.REFUSED, "Zoho refuses a value")
