"""Reading contacts: pages of a thousand by offset, in the order in which contacts were made.

Who is deleted while we read moves everybody behind one place forward, and an offset would pass over somebody. So each
page begins before the end of the last one and must hold one of its last contacts; where it does not, we step back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from contactable.connectors.brevo.attributes import property_of
from contactable.connectors.parts import Account, Fetch, record_of, text_of
from contactable.connectors.protocol import ContactRecord

PAGE = 1_000
MOST_IDS = 20
ANCHORS = 5  # contacts at the end of a page by which the next one is joined to it
BESIDE = frozenset({"email", "emailBlacklisted", "smsBlacklisted", "listUnsubscribed", "createdAt"})
"""What Brevo holds of a contact beside its attributes."""


def fetch(account: Account) -> Fetch:
    """How ``iter_windows`` asks for contacts; the place is an offset with the ids before it."""

    def pages(since: datetime | None, place: Any) -> Iterator[tuple[Sequence[ContactRecord], Any, int | None]]:
        offset, anchors = place or (0, [])
        moment = since.strftime("%Y-%m-%dT%H:%M:%S.000Z") if since else None
        while True:
            items, offset, total = _joined(account, moment, offset, anchors)
            anchors = [int(each["id"]) for each in items[-ANCHORS:]] or anchors
            offset += len(items)
            yield [as_record(each) for each in items], [offset, anchors], total
            if offset >= total or not items:
                return

    return pages


def read(account: Account, ids: Sequence[str]) -> list[ContactRecord]:
    """At most twenty contacts; who does not come is asked for alone, lest an error make us forget somebody."""
    numbers = [id for id in ids if id.isdigit()]
    found: dict[str, ContactRecord] = {}
    if numbers:
        items = account.get("/contacts", {"ids": numbers, "limit": PAGE}, expected=(400, 404)).json.get("contacts")
        found = {record.id: record for record in map(as_record, items or ())}
    for id in numbers:
        if id not in found and (item := account.get(_path(id), expected=(404,))).status == 200:
            found[id] = as_record(item.json)
    return [found.get(id) or ContactRecord(id, {}, gone=True) for id in ids]


def as_record(item: Mapping[str, Any]) -> ContactRecord:
    """One contact as Brevo gives it."""
    given = {property_of(name): text_of(value) for name, value in (item.get("attributes") or {}).items()}
    given |= {name: text_of(item.get(name)) for name in BESIDE}
    return record_of(item["id"], given, item.get("modifiedAt"))


def is_opted_out(record: ContactRecord) -> bool:
    """Whether Brevo itself would send nothing more, by e-mail, by SMS, or for one list."""
    blacklisted = {record.properties.get(name) for name in ("emailBlacklisted", "smsBlacklisted")}
    return "true" in blacklisted or bool(record.properties.get("listUnsubscribed"))


def _joined(
    account: Account, moment: str | None, offset: int, anchors: Sequence[int]
) -> tuple[Sequence[Mapping[str, Any]], int, int]:
    """What follows the anchors, the offset at which that begins, and how many contacts there are."""
    back = 1
    while True:
        begin = max(0, offset - back)
        params = {"limit": PAGE, "offset": begin, "sort": "asc", "modifiedSince": moment}
        answer = account.get("/contacts", params).json
        items = answer.get("contacts") or []
        places = [place for place, each in enumerate(items) if int(each["id"]) in anchors]
        if places or begin == 0:
            after = places[-1] + 1 if places else 0
            return items[after:], begin + after, int(answer.get("count") or 0)
        back *= 10


def _path(id: str) -> str:
    return f"/contacts/{id}?identifierType=contact_id"
