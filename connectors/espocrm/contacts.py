"""Reading EspoCRM: pages in the order of a date, each joined to the last by the contacts that share its last moment.

Dates have no parts of a second there, so many contacts share one. A page begins at the last moment of the one before,
a little before its last contact: who is deleted meanwhile hides nobody behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from contactable.connectors.espocrm.fields import field_of
from contactable.connectors.parts import Account, Fetch, in_groups, text_of
from contactable.connectors.protocol import ContactRecord

PAGE = 200  # EspoCRM answers 403 beyond
JOIN = 20
IDS = 50  # in one reading: they stand in the URL
FLAGS = {"email": "emailAddressIsOptedOut", "sms": "phoneNumberIsOptedOut", "phone": "doNotCall"}
"""EspoCRM's own opt-out of each channel. The first two belong to the address and the number, not to the contact."""
ALWAYS = ("id", "createdAt", "modifiedAt", "emailAddress", "phoneNumber", *FLAGS.values())
A_SECOND = timedelta(seconds=1)


def fetch(account: Account, properties: Sequence[str], *, opted_out: bool = False) -> Fetch:
    """How ``iter_windows`` asks for contacts, or for the opted-out ones alone; the place is a moment and a number."""

    def pages(since: datetime | None, place: Any) -> Iterator[tuple[Sequence[ContactRecord], Any, int | None]]:
        order = "modifiedAt" if since else "createdAt"
        moment, passed = place or (_written(since) if since else None, 0)
        while True:
            offset = max(0, passed - JOIN)
            params = {
                "select": _select(properties),
                "orderBy": order,
                "order": "asc",
                "maxSize": PAGE,
                "offset": offset,
            }
            where = _conditions(order, moment, opted_out=opted_out)
            answer = account.get("/Contact", {**params, **where}).json
            items = answer.get("list") or []
            moment, passed = _after(items, order, moment, offset)
            yield [as_record(each, properties) for each in items], [moment, passed], _total(answer, since)
            if len(items) < PAGE:
                return

    return pages


def read(account: Account, ids: Sequence[str], properties: Sequence[str]) -> Iterator[ContactRecord]:
    """Contacts in groups; who does not come is asked for alone, lest an error make us forget somebody."""
    for group in in_groups(ids, IDS):
        params = {"select": _select(properties), "maxSize": PAGE, "where[0][type]": "in", "where[0][attribute]": "id"}
        answer = account.get("/Contact", {**params, "where[0][value][]": list(group)}).json
        found = {record.id: record for each in answer.get("list") or () if (record := as_record(each, properties))}
        for id in group:
            yield found.get(id) or _alone(account, id, properties)


def as_record(item: Mapping[str, Any], properties: Sequence[str]) -> ContactRecord:
    """One contact as EspoCRM gives it."""
    given = {name: text_of(item.get(field_of(name))) for name in {*properties, *ALWAYS} - {"id"}}
    changed = item.get("modifiedAt") or item.get("createdAt")
    return ContactRecord(
        str(item["id"]),
        {name: text for name, text in given.items() if text},
        _moment(changed) if changed else None,
    )


def is_opted_out(record: ContactRecord) -> bool:
    """Whether EspoCRM itself would not send, or call."""
    return any(record.properties.get(name) == "true" for name in FLAGS.values())


def _alone(account: Account, id: str, properties: Sequence[str]) -> ContactRecord:
    answer = account.get(f"/Contact/{id}", expected=(404,)) if id.isalnum() else None
    if answer is None or answer.status == 404:
        return ContactRecord(id, {}, gone=True)
    return as_record(answer.json, properties)


def _select(properties: Sequence[str]) -> str:
    return ",".join(dict.fromkeys([*ALWAYS, *map(field_of, properties)]))


def _conditions(order: str, moment: str | None, *, opted_out: bool) -> dict[str, str]:
    """Filters: from a moment on (``after`` leaves its own moment out), and the opted-out alone."""
    found: dict[str, str] = {}
    if moment:
        before = _written(_moment(moment) - A_SECOND)
        found |= {"where[0][type]": "after", "where[0][attribute]": order, "where[0][value]": before}
        found["where[0][dateTime]"] = "true"
    if opted_out:
        found["where[1][type]"] = "or"
        for number, name in enumerate(FLAGS.values()):
            found |= {f"where[1][value][{number}][type]": "isTrue", f"where[1][value][{number}][attribute]": name}
    return found


def _after(items: Sequence[Mapping[str, Any]], order: str, moment: str | None, offset: int) -> tuple[str | None, int]:
    """The last moment of a page, and how many contacts of that moment were passed."""
    if not items:
        return moment, offset
    last = str(items[-1][order])
    same = sum(each[order] == last for each in items)
    return last, offset + same if last == moment else same


def _total(answer: Mapping[str, Any], since: datetime | None) -> int | None:
    total = answer.get("total")
    return total if since is None and isinstance(total, int) and total >= 0 else None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace(" ", "T")).replace(tzinfo=UTC)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
