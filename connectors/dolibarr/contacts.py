"""Dolibarr's contacts, or its third parties: pages in the order of their numbers.

A change is asked for by ``tms``, which the database keeps in a time zone of its own that nobody tells. Unless the
settings name it, we ask for half a day more than we need and look at the moments themselves, which are told plainly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from contactable.connectors.dolibarr.fields import PREFIX, Field, fields_of
from contactable.connectors.parts import Account, Fetch, changed_since, one_by_one, text_of
from contactable.connectors.protocol import ContactList, ContactRecord
from contactable.transport import Answer

PAGE = 100
ANY_ZONE = timedelta(hours=14)
NO_EMAIL = "no_email"


class Kind(NamedTuple):
    """A kind of record: its path, its names among complementary attributes and categories, its own fields."""

    path: str
    element: str
    category: str
    own: tuple[str, ...]


_COMMON = "email address zip town country_code note_public note_private statut date_creation stcomm_id "
_CONTACT = "no_email civility_code firstname lastname poste phone_pro phone_perso phone_mobile socid priv"
_THIRD_PARTY = "name phone client prospect typent_code idprof1 idprof2 tva_intra"
KINDS = {
    "contacts": Kind("/contacts", "socpeople", "contact", tuple((_COMMON + _CONTACT).split())),
    "thirdparties": Kind("/thirdparties", "societe", "customer", tuple((_COMMON + _THIRD_PARTY).split())),
}


def fetch(account: Account, kind: Kind, zone: str = "") -> Fetch:
    """How ``iter_windows`` asks for records; the place is the last number."""

    def pages(since: datetime | None, place: Any) -> Iterator[tuple[Sequence[ContactRecord], Any, int | None]]:
        fields, last = fields_of(account, kind.element), int(place or 0)
        while True:
            items = _page(account, kind, last, since, zone)
            last = int(items[-1]["id"]) if items else last
            records = [as_record(each, kind, fields) for each in items]
            yield changed_since(records, since), last, None
            if len(items) < PAGE:
                return

    return pages


def read(account: Account, kind: Kind, ids: Sequence[str]) -> Iterator[ContactRecord]:
    """Records one by one, in the order in which they were named."""
    fields = fields_of(account, kind.element) if ids else {}
    yield from one_by_one(partial(_read, account, kind, fields), ids, in_flight=account.in_flight)


def get(account: Account, kind: Kind, id: str) -> Mapping[str, Any] | None:
    """One record as Dolibarr gives it; None where it is gone."""
    if not id.isdigit():
        return None
    answer = account.get(f"{kind.path}/{id}", expected=(404,))
    found: Mapping[str, Any] | None = answer.json if answer.status != 404 else None
    return found


def categories(account: Account, kind: Kind) -> Iterator[ContactList]:
    """The categories of records, each with its members; when somebody came into one is not told."""
    page = 0
    while True:
        params = {"type": kind.category, "sortfield": "t.rowid", "limit": PAGE, "page": page}
        items = _listed(account.get("/categories", params, expected=(404,)))
        for each in items:
            # Ids alone may be asked for; but Dolibarr stumbles over them while it tidies its answer.
            answer = account.get(f"/categories/{each['id']}/objects", {"type": kind.category}, expected=(404,))
            members = [(str(one["id"]), None) for one in _listed(answer)]
            yield ContactList(str(each["id"]), str(each.get("label") or ""), len(members), members)
        if len(items) < PAGE:
            return
        page += 1


def as_record(item: Mapping[str, Any], kind: Kind, fields: Mapping[str, Field]) -> ContactRecord:
    """One record: its own fields, and its complementary attributes by their names."""
    given = {name: text_of(item.get(name)) for name in kind.own}
    options = item.get("array_options") or {}
    if isinstance(options, dict):
        given |= {name: fields[name].text_of(options.get(PREFIX + name)) for name in fields}
    changed = _moment(item.get("date_modification"))
    return ContactRecord(str(item["id"]), {name: text for name, text in given.items() if text}, changed)


def is_opted_out(record: ContactRecord) -> bool:
    """Whether Dolibarr itself would send nothing more."""
    return record.properties.get(NO_EMAIL, "0") not in ("", "0")


def _page(account: Account, kind: Kind, last: int, since: datetime | None, zone: str) -> Sequence[Mapping[str, Any]]:
    filters = f"(t.rowid:>:{last})"
    if since:
        filters += f" and (t.tms:>:'{_reach(since, zone)}')"
    params = {"sortfield": "t.rowid", "sortorder": "ASC", "limit": PAGE, "sqlfilters": filters}
    answer = account.get(kind.path, params, expected=(404,))  # so says Dolibarr that there are none
    return _listed(answer)


def _listed(answer: Answer) -> Sequence[Mapping[str, Any]]:
    return answer.json if answer.status != 404 and isinstance(answer.json, list) else []


def _reach(since: datetime, zone: str) -> str:
    """The moment to ask for as the database writes it: surely not after the one meant."""
    there = since.astimezone(ZoneInfo(zone)) if zone else since.astimezone(UTC) - ANY_ZONE
    return (there - timedelta(seconds=1)).strftime("%Y-%m-%d %H:%M:%S")


def _read(account: Account, kind: Kind, fields: Mapping[str, Field], id: str) -> ContactRecord:
    found = get(account, kind, id)
    return as_record(found, kind, fields) if found else ContactRecord(id, {}, gone=True)


def _moment(value: Any) -> datetime | None:
    """Seconds since 1970, as a number or as a text."""
    text = str(value or "")
    return datetime.fromtimestamp(int(text), UTC) if text.isdigit() else None
