"""Reading contacts (``res.partner``) by id, archived ones too, and whom the black lists concern.

A row of a black list belongs to an address or a number and does not touch the contact's ``write_date``. So both lists
are followed by their own dates, and the contacts that bear the address are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from contactable.connectors.odoo.fields import PARTNER, Known, boxes_of, field_of, known, text_of, wanted
from contactable.connectors.odoo.rpc import Rpc
from contactable.connectors.parts import Fetch
from contactable.connectors.protocol import ContactRecord

PAGE, ROWS, MANY = 1_000, 500, 10_000
BIGGEST = 2**31 - 1  # Odoo's ids are PostgreSQL's integers: a bigger one is an error there
ANY = ["active", "in", [True, False]]
ALWAYS = ("email_normalized", "phone_sanitized", "is_blacklisted", "phone_sanitized_blacklisted")
Domain = list[Any]


class BlackList(NamedTuple):
    """A black list: its model, the field of the address, the contact's field of the same, and the one that tells."""

    model: str
    address: str
    joined: str
    shown: str


BLACK_LISTS = {
    "email": BlackList("mail.blacklist", "email", "email_normalized", "is_blacklisted"),
    "sms": BlackList("phone.blacklist", "number", "phone_sanitized", "phone_sanitized_blacklisted"),
}


def fetch(rpc: Rpc, properties: Sequence[str]) -> Fetch:
    """How ``iter_windows`` asks for contacts; the place is the last id that was read."""

    def pages(since: datetime | None, place: Any) -> Iterator[tuple[Sequence[ContactRecord], Any, int | None]]:
        among, last = known(rpc), place or 0
        total = None if since else rpc.call(PARTNER, "search_count", domain=[ANY])
        while True:
            records = _read(rpc, [ANY, ["id", ">", last], *_since(since)], properties, among, PAGE)
            last = int(records[-1].id) if records else last
            yield records, last, total
            if len(records) < PAGE:
                return

    return pages


def fetch_black_lists(rpc: Rpc, properties: Sequence[str]) -> Fetch:
    """How ``iter_windows`` asks for whom the black lists concern; the place is a list's number and the last row."""

    def pages(since: datetime | None, place: Any) -> Iterator[tuple[Sequence[ContactRecord], Any, int | None]]:
        among = known(rpc)
        number, last = place or (0, 0)
        lists = list(BLACK_LISTS.values())
        while number < len(lists):
            if lists[number].shown not in among:  # the module of that list is not installed
                number, last = number + 1, 0
                continue
            rows = _rows(rpc, lists[number], [["id", ">", last], *_since(since)])
            concerned = [lists[number].joined, "in", [each[lists[number].address] for each in rows]]
            records = _read(rpc, [ANY, concerned], properties, among) if rows else []
            number, last = (number, rows[-1]["id"]) if len(rows) == ROWS else (number + 1, 0)
            yield records, [number, last], None

    return pages


def read(rpc: Rpc, ids: Sequence[str], properties: Sequence[str]) -> Iterator[ContactRecord]:
    """These contacts as they are now; who does not come is gone."""
    numbers = valid(ids)
    found = (
        {each.id: each for each in _read(rpc, [ANY, ["id", "in", numbers]], properties, known(rpc))} if numbers else {}
    )
    yield from (found.get(id) or ContactRecord(id, {}, gone=True) for id in ids)


def all_ids(rpc: Rpc, domain: Domain | None = None) -> Iterator[str]:
    """The id of every contact, or of those that a domain names."""
    last = 0
    while True:
        found = rpc.call(PARTNER, "search", domain=[ANY, ["id", ">", last], *(domain or ())], order="id", limit=MANY)
        yield from map(str, found)
        if len(found) < MANY:
            return
        last = found[-1]


def valid(ids: Sequence[str]) -> list[int]:
    """The ids that Odoo could have given."""
    return [int(id) for id in ids if id.isascii() and id.isdigit() and int(id) <= BIGGEST]


def _read(
    rpc: Rpc, domain: Domain, properties: Sequence[str], among: Known, limit: int | None = None
) -> list[ContactRecord]:
    fields = ["write_date", *wanted(dict.fromkeys([*properties, *ALWAYS]), among)]
    items = rpc.call(PARTNER, "search_read", domain=domain, fields=fields, order="id", limit=limit)
    return [_as_record(each, properties, among) for each in items]


def _as_record(item: dict[str, Any], properties: Sequence[str], among: Known) -> ContactRecord:
    texts = {name: _text(item, name, among) for name in dict.fromkeys([*properties, *ALWAYS])}
    changed = item.get("write_date")
    return ContactRecord(
        str(item["id"]),
        {name: text for name, text in texts.items() if text},
        datetime.fromisoformat(changed).replace(tzinfo=UTC) if changed else None,
    )


def _text(item: dict[str, Any], name: str, among: Known) -> str:
    if boxes := boxes_of(name, among):
        return ";".join(value for field, value in boxes.items() if item.get(field))
    field = field_of(name)
    return text_of(item[field], among[field]["type"]) if field in item and field in among else ""


def _rows(rpc: Rpc, of: BlackList, domain: Domain) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = rpc.call(
        of.model, "search_read", domain=[ANY, *domain], fields=[of.address], order="id", limit=ROWS
    )
    return found


def _since(since: datetime | None) -> Domain:
    """Odoo writes moments without a zone, in UTC, cut to seconds."""
    return [["write_date", ">=", since.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")]] if since else []
