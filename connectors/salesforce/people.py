"""Reading contacts and leads by SOQL, in the order of their ids; deleted and merged ones as long as the bin keeps them.

All records of a kind are read by a job of Bulk 2.0 where there are many (``bulk``).
The individual behind a record (GDPR) holds opt-outs of its own and moves no date of the record when it changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import structlog

from contactable.connectors.parts import Account, Fetch, Into, in_groups, left_of_merges
from contactable.connectors.protocol import ContactList, ContactRecord
from contactable.connectors.salesforce import bulk
from contactable.connectors.salesforce.bulk import Jobs
from contactable.connectors.salesforce.fields import UNREADABLE, Fields, field_of, query, select, text_of
from contactable.connectors.salesforce.writing import OPT_OUTS, PREFIXES, kind_of

log = structlog.get_logger()

PAGE, MOST_IDS = 2_000, 200
MOST_NAMES = 100  # in one query beside that many ids: an address of 16,000 letters is refused
INDIVIDUAL = ("HasOptedOutSolicit", "HasOptedOutProcessing", "HasOptedOutProfiling", "ShouldForget")
"""What is read of the individual, as ``Individual.HasOptedOutSolicit``; where the organisation has individuals."""
Place = list[str] | None
END = "~"  # behind every id


def fetch(account: Account, fields: Fields, properties: Sequence[str], jobs: Jobs) -> Fetch:
    """How ``iter_windows`` asks for records: the place is a kind and the last id of it, or a place in its job."""

    def pages(since: datetime | None, place: Any) -> Iterator[tuple[Sequence[ContactRecord], Any, int | None]]:
        by_job = frozenset() if since else jobs.worth_it(fields.objects)
        for kind, last in _kinds(fields, place):
            if kind in by_job and not last:
                begun = bulk.Place(*place[2:]) if place and place[0] == kind else bulk.Place()
                try:
                    yield from _by_job(jobs, fields, kind, begun, properties)
                    continue
                except bulk.NoJob:
                    log.warning("read_by_queries", kind=kind)
            changed = [f"SystemModstamp >= {_moment(since)}"] if since else _present(kind)
            for records, id in _pages(account, fields, kind, last, changed, properties, deleted=since is not None):
                yield records, [kind, id], None

    return pages


def _by_job(
    jobs: Jobs, fields: Fields, kind: str, place: bulk.Place, properties: Sequence[str]
) -> Iterator[tuple[Sequence[ContactRecord], Any, int | None]]:
    """All records of a kind, in no order; until the last of an answer is kept, the place is that of its first."""
    names, known = dict.fromkeys(["Id", "SystemModstamp", *_wanted(fields, kind, properties)]), fields.known(kind)
    for rows, after in jobs.results(kind, select(list(names), kind, _present(kind)), place):
        here, behind = [kind, "", after.job, place.locator], [kind, "", *after] if after.locator else [kind, END]
        group = list(islice(rows, PAGE))
        while group:
            records = [_as_record(bulk.as_item(row, known), fields, kind, properties) for row in group]
            group = list(islice(rows, PAGE))  # a part of an answer: all of them as records would be much at once
            yield records, here if group else behind, None
        place = after


def fetch_consents(account: Account, fields: Fields, properties: Sequence[str]) -> Fetch:
    """How ``iter_windows`` asks for whose opt-outs may have changed."""

    def pages(since: datetime | None, place: Any) -> Iterator[tuple[Sequence[ContactRecord], Any, int | None]]:
        changed = [f"SystemModstamp >= {_moment(since)}"] if since else []
        for kind, last in _kinds(fields, place):
            known = fields.known(kind)
            told = " OR ".join(f"{each} = true" for each in OPT_OUTS.values() if each in known)
            wanted = [*changed, *_present(kind), *([f"({told})"] if told else [])]
            for records, id in _pages(account, fields, kind, last, wanted, properties) if told else ():
                yield records, [kind, id], None
            if "IndividualId" in known:
                yield _of_individuals(account, fields, kind, changed, properties), [kind, END], None

    return pages


def read(account: Account, fields: Fields, ids: Sequence[str], properties: Sequence[str]) -> Iterator[ContactRecord]:
    """These records as they are now; deleted, merged and converted ones are gone, what is left of merges comes too."""
    found: dict[str, ContactRecord] = {}
    for kind in fields.objects:
        wanted = [id for id in ids if kind_of(id) == kind]
        if wanted:
            found |= {each.id: each for each in _in(account, fields, kind, "Id", wanted, properties)}
        gone = [id for id in wanted if id not in found]
        yield from _left_of_merges(account, fields, kind, list(_of_bin(account, fields, kind, gone)), properties)
    yield from (found.get(id) or ContactRecord(id, {}, gone=True) for id in ids)


def campaigns(account: Account) -> Iterator[ContactList]:
    """All campaigns; members are told with the moment at which they came in."""
    for item in query(account, select(["Id", "Name", "NumberOfContacts", "NumberOfLeads"], "Campaign")):
        size = int(item.get("NumberOfContacts") or 0) + int(item.get("NumberOfLeads") or 0)
        yield ContactList(str(item["Id"]), str(item["Name"]), size, _members(account, str(item["Id"])))


def _members(account: Account, campaign: str) -> Iterator[tuple[str, datetime | None]]:
    last = ""
    while True:
        conditions = [f"CampaignId = '{campaign}'", *([f"Id > '{last}'"] if last else [])]
        names = ["Id", "ContactId", "LeadId", "CreatedDate"]
        found = query(account, select(names, "CampaignMember", conditions, limit=PAGE))
        yield from ((str(each["ContactId"] or each["LeadId"]), _read_moment(each["CreatedDate"])) for each in found)
        if len(found) < PAGE:
            return
        last = str(found[-1]["Id"])


def _kinds(fields: Fields, place: Place) -> Iterator[tuple[str, str]]:
    """Each kind of record that is still to be read, and the id after which."""
    kinds = list(fields.objects)
    begin = kinds.index(place[0]) if place and place[0] in kinds else 0
    for kind in kinds[begin:]:
        yield kind, place[1] if place and place[0] == kind else ""


def _pages(
    account: Account,
    fields: Fields,
    kind: str,
    last: str,
    conditions: Sequence[str],
    properties: Sequence[str],
    *,
    deleted: bool = False,
) -> Iterator[tuple[list[ContactRecord], str]]:
    while True:
        after = [f"Id > '{last}'"] if last else []
        items = _ask(account, fields, kind, [*conditions, *after], properties, deleted=deleted)
        last = str(items[-1]["Id"]) if items else last
        records = [_as_record(each, fields, kind, properties) for each in items]
        yield [*records, *_left_of_merges(account, fields, kind, items, properties)], last
        if len(items) < PAGE:
            return


def _ask(
    account: Account,
    fields: Fields,
    kind: str,
    conditions: Sequence[str],
    properties: Sequence[str],
    *,
    deleted: bool = False,
) -> list[Mapping[str, Any]]:
    """One page, in the order of ids; ``deleted`` ones too, where asked for."""
    names = ["Id", "SystemModstamp", "IsDeleted", *_wanted(fields, kind, properties)]
    names += ["MasterRecordId"] if "MasterRecordId" in fields.known(kind) else []
    names += ["IsConverted"] if kind == "Lead" else []
    soql = select(list(dict.fromkeys(names)), kind, conditions, limit=PAGE)
    return list(account.get("/queryAll" if deleted else "/query", {"q": soql}).json["records"])


def _in(
    account: Account, fields: Fields, kind: str, field: str, values: Sequence[str], properties: Sequence[str]
) -> list[ContactRecord]:
    items: dict[str, dict[str, Any]] = {}
    for some in in_groups(list(properties), MOST_NAMES) if properties else ((),):
        for item in _ask(account, fields, kind, [f"{field} IN ({_listed(values)})", *_present(kind)], some):
            items.setdefault(str(item["Id"]), {}).update(item)
    return [_as_record(each, fields, kind, properties) for each in items.values()]


def _left_of_merges(
    account: Account, fields: Fields, kind: str, items: Sequence[Mapping[str, Any]], properties: Sequence[str]
) -> Iterator[ContactRecord]:
    """What is left of merges, naming what went into it: only the one that is gone tells."""

    def look(ids: Sequence[str]) -> tuple[Sequence[ContactRecord], Into]:
        records = [
            each for group in in_groups(ids, MOST_IDS) for each in _in(account, fields, kind, "Id", group, properties)
        ]
        gone = set(ids) - {each.id for each in records}
        return records, _masters(_of_bin(account, fields, kind, sorted(gone)))

    return left_of_merges(_masters(items), look)


def _masters(items: Iterable[Mapping[str, Any]]) -> Into:
    gone = (each for each in items if each.get("IsDeleted") and each.get("MasterRecordId"))
    return {str(each["Id"]): str(each["MasterRecordId"]) for each in gone}


def _of_bin(account: Account, fields: Fields, kind: str, ids: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Records of which nothing but their end is asked: deleted ones too."""
    for group in in_groups(ids, MOST_IDS):
        yield from _ask(account, fields, kind, [f"Id IN ({_listed(group)})"], (), deleted=True)


def _of_individuals(
    account: Account, fields: Fields, kind: str, changed: Sequence[str], properties: Sequence[str]
) -> list[ContactRecord]:
    """The records behind individuals that changed, or that have opted out of anything where all are asked for."""
    opted = "(" + " OR ".join(f"{each} = true" for each in INDIVIDUAL) + ")"
    found: list[ContactRecord] = []
    last = ""
    while True:
        after = [f"Id > '{last}'"] if last else []
        items = query(account, select(["Id"], "Individual", [*(changed or [opted]), *after], limit=PAGE))
        for group in in_groups([str(each["Id"]) for each in items], MOST_IDS):
            found += _in(account, fields, kind, "IndividualId", group, properties)
        if len(items) < PAGE:
            return found
        last = str(items[-1]["Id"])


def _wanted(fields: Fields, kind: str, properties: Sequence[str]) -> list[str]:
    """The fields to ask for, opt-outs always; what we may not see would spoil the whole query."""
    known = {name for name, each in fields.known(kind).items() if each["type"] not in UNREADABLE}
    own = [field_of(name) for name in (*properties, *OPT_OUTS.values(), "Email") if field_of(name) in known]
    return own + ([f"Individual.{each}" for each in INDIVIDUAL] if "IndividualId" in known else [])


def _as_record(item: Mapping[str, Any], fields: Fields, kind: str, properties: Sequence[str]) -> ContactRecord:
    if item.get("IsDeleted") or item.get("IsConverted"):
        return ContactRecord(str(item["Id"]), {}, gone=True)
    texts = {name: text_of(item.get(field_of(name))) for name in (*properties, *OPT_OUTS.values(), "Email")}
    behind = item.get("Individual") or {}
    texts |= {f"Individual.{each}": text_of(behind.get(each)) for each in INDIVIDUAL}
    changed = _read_moment(item.get("SystemModstamp"))
    return ContactRecord(str(item["Id"]), {name: text for name, text in texts.items() if text}, changed)


def _listed(values: Sequence[str]) -> str:
    return ", ".join(f"'{each}'" for each in values)


def _present(kind: str) -> list[str]:
    """A converted lead is a contact now, and may not be written any more."""
    return ["IsConverted = false"] if kind == "Lead" else []


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read_moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(str(text)).astimezone(UTC) if text else None


__all__ = ["PREFIXES", "campaigns", "fetch", "fetch_consents", "read"]
