"""Reading Dataverse's contacts: by delta links, which tell deletions too, and by their modified date.

Which moment a delta link stands for where the first answer had many pages, no page says. So what changed since the
reading began is asked for once more by its date, before the link is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from contactable.connectors.dynamics.columns import Columns, column_of, look, property_of
from contactable.connectors.parts import Account, Fetch, Into, in_groups, left_of_merges
from contactable.connectors.protocol import ContactRecord, Page

API = "/api/data/v9.2"
PAGE, IDS = 1_000, 40
MASTER = "_masterid_value"
FLAGS = {"email": "donotbulkemail", "phone": "donotphone", "post": "donotbulkpostalmail"}
"""Dynamics' own opt-out of each channel, which we write; those that say more are read as well."""
STRICTER = ("donotemail", "donotpostalmail", "donotsendmm")
ALWAYS = ("createdon", "modifiedon", "merged", MASTER, "emailaddress1", *FLAGS.values(), *STRICTER)
EXPIRED = (400, 404, 410, 412)
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Reader(NamedTuple):
    """How contacts are asked for: plainly, and with changes tracked from then on."""

    plain: Account
    tracking: Account
    prefix: str
    overlap: float

    @property
    def now(self) -> datetime:
        """The server's time."""
        self.plain.get("/contacts", {"$select": "contactid", "$top": 1})  # ours may be wrong
        return self.plain.clock.now


def is_id(id: str) -> bool:
    """Whether this can be the id of a contact."""
    return _GUID.fullmatch(id.lower()) is not None


def by_delta(reader: Reader, cursor: Mapping[str, Any] | None, properties: Sequence[str]) -> Iterator[Page]:
    """Yield what the delta link of the cursor gives, or everything where there is none, or none for these columns."""
    columns = look(reader.plain, reader.prefix)
    names = _select(columns, properties)
    state = dict(cursor or {}) if (cursor or {}).get("select") == names else {}
    link, begun = state.get("link"), state.get("begun") or reader.now.isoformat()
    while True:
        answer = _ask(reader.tracking, link, names)
        if answer is None:  # too old: what was deleted meanwhile is found by the reconciliation
            link, begun = None, reader.now.isoformat()
            continue
        here = {"select": names, "link": link, "begun": begun}
        link = below(answer.get("@odata.nextLink"))
        yield Page(_with_survivors(reader, columns, names, answer), {**here, "link": link} if link else here)
        if not link:
            break
    since = datetime.fromisoformat(begun) - timedelta(seconds=reader.overlap)
    for records, _, _ in by_date(reader, properties)(since, None):
        yield Page(records, here)
    yield Page((), {"select": names, "link": below(answer["@odata.deltaLink"])})


def by_date(reader: Reader, properties: Sequence[str], where: str = "") -> Fetch:
    """How contacts are asked for by their modified date; the place is the link of the next page."""

    def pages(since: datetime | None, place: Any) -> Iterator[tuple[Sequence[ContactRecord], Any, int | None]]:
        columns = look(reader.plain, reader.prefix)
        names = _select(columns, properties)
        moment = f"modifiedon ge {since.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%SZ')}" if since else ""
        filters = " and ".join(f"({each})" for each in (moment, where) if each)
        params = {"$select": ",".join(names), "$filter": filters or None}
        while True:
            answer = (reader.plain.get(place) if place else reader.plain.get("/contacts", params)).json
            place = below(answer.get("@odata.nextLink"))
            yield _with_survivors(reader, columns, names, answer) if since else _records(answer, columns), place, None
            if not place:
                return

    return pages


def read(reader: Reader, ids: Sequence[str], properties: Sequence[str]) -> Iterator[ContactRecord]:
    """Contacts in groups; who does not come is asked for alone, lest an error make us forget somebody.

    Of one that was merged, what is left comes too.
    """
    columns = look(reader.plain, reader.prefix) if ids else Columns(reader.prefix, {})
    names = _select(columns, properties)
    for group in in_groups(ids, IDS):
        answer = _among(reader.plain, [id for id in group if is_id(id)], names)
        found = {record.id: record for record in _records(answer, columns)}
        yield from (found.get(id) or _alone(reader, id, names, columns) for id in group)
        yield from _survivors(reader, columns, names, answer)


def merged_among(account: Account, ids: Sequence[str]) -> Into:
    """Those of these contacts that were merged, each with the one that it went into."""
    return _masters(_among(account, ids, ["contactid", "merged", MASTER], "merged eq true"))


def opted_out() -> str:
    """The filter of whom Dynamics would not approach in one way or another."""
    return " or ".join(f"{name} eq true" for name in (*FLAGS.values(), *STRICTER))


def is_opted_out(record: ContactRecord) -> bool:
    """Whether Dynamics itself would not approach this person in one way or another."""
    return any(record.properties.get(name) == "true" for name in (*FLAGS.values(), *STRICTER))


def _ask(account: Account, link: str | None, names: Sequence[str]) -> Mapping[str, Any] | None:
    if not link:
        first: Mapping[str, Any] = account.get("/contacts", {"$select": ",".join(names)}).json
        return first
    answer = account.get(link, expected=EXPIRED)
    return answer.json if answer.status not in EXPIRED else None


def _with_survivors(
    reader: Reader, columns: Columns, names: Sequence[str], answer: Mapping[str, Any]
) -> list[ContactRecord]:
    return [*_records(answer, columns), *_survivors(reader, columns, names, answer)]


def _survivors(
    reader: Reader, columns: Columns, names: Sequence[str], answer: Mapping[str, Any]
) -> Iterator[ContactRecord]:
    """What is left of the merges of an answer, naming what went into it: a merge need not touch it."""

    def look_at(ids: Sequence[str]) -> tuple[Sequence[ContactRecord], Into]:
        answers = [_among(reader.plain, group, names) for group in in_groups(ids, IDS)]
        living = [record for each in answers for record in _records(each, columns) if not record.gone]
        return living, {id: other for each in answers for id, other in _masters(each).items()}

    return left_of_merges(_masters(answer), look_at)


def _among(account: Account, ids: Sequence[str], names: Sequence[str], where: str = "") -> Mapping[str, Any]:
    """The answer of which contacts are there among some ids, merged ones included."""
    if not ids:
        return {}
    listed = ",".join(f"'{id}'" for id in ids)
    among = f"Microsoft.Dynamics.CRM.In(PropertyName='contactid',PropertyValues=[{listed}])"
    asked = {"$select": ",".join(names), "$filter": " and ".join(each for each in (among, where) if each)}
    answer: Mapping[str, Any] = account.get("/contacts", asked).json
    return answer


def _masters(answer: Mapping[str, Any]) -> Into:
    merged = (each for each in answer.get("value") or () if each.get("merged") is True and each.get(MASTER))
    return {str(each["contactid"]): str(each[MASTER]) for each in merged}


def _alone(reader: Reader, id: str, names: Sequence[str], columns: Columns) -> ContactRecord:
    answer = reader.plain.get(f"/contacts({id})", {"$select": ",".join(names)}, expected=(404,)) if is_id(id) else None
    if answer is None or answer.status == 404:
        return ContactRecord(id, {}, gone=True)
    return _as_record(answer.json, columns)


def _select(columns: Columns, properties: Sequence[str]) -> list[str]:
    """The columns to ask for: those that there are, since one that is not there is an error."""
    wanted = dict.fromkeys([*ALWAYS, *(column_of(columns.prefix, name) for name in properties)])
    known = {*columns.kinds, *(f"_{name}_value" for name in columns.kinds)}
    return ["contactid", *(name for name in wanted if name in known)]


def _records(answer: Mapping[str, Any], columns: Columns) -> list[ContactRecord]:
    return [_as_record(each, columns) for each in answer.get("value") or ()]


def _as_record(item: Mapping[str, Any], columns: Columns) -> ContactRecord:
    """One contact; a deleted one, and one that went into another, is gone."""
    if "contactid" not in item or item.get("reason") == "deleted":
        return ContactRecord(str(item.get("id") or item.get("contactid")), {}, gone=True)
    if item.get("merged") is True:
        return ContactRecord(str(item["contactid"]), {}, gone=True)
    given = {
        property_of(columns.prefix, name): columns.text_of(name, value)
        for name, value in item.items()
        if not name.startswith("@") and name not in ("contactid", "merged", MASTER)
    }
    changed = item.get("modifiedon")
    return ContactRecord(
        str(item["contactid"]),
        {name: text for name, text in given.items() if text},
        datetime.fromisoformat(changed).astimezone(UTC) if changed else None,
    )


def below(link: Any) -> str | None:
    """A link as a path below ours: we go nowhere else with our token."""
    return str(link).partition(API)[2] or None if link else None
