"""Sellsy's contacts, or its individuals: pages in the order of their numbers, each with its subscriptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from contactable.connectors.parts import Account, Fetch, one_by_one, record_of, text_of
from contactable.connectors.protocol import ContactRecord
from contactable.connectors.sellsy.fields import Field, fields_of

PAGE = 100
SUBSCRIPTIONS = "marketing_campaigns_subscriptions"
CHANNELS = {"email": "email", "sms": "sms", "phone": "phone", "post": "postal_mail"}
"""Sellsy's name of the subscription of each channel of ours."""
ADDRESS = ("address_line_1", "address_line_2", "postal_code", "city", "country_code")
OWN = (
    "type civility first_name last_name email website phone_number mobile_number fax_number position birth_date note "
    "reference created is_archived"
).split()


class Kind(NamedTuple):
    """A kind of record: its path, its name among the custom fields, and the name of its modified date."""

    path: str
    related: str
    updated: str


KINDS = {
    "contacts": Kind("/contacts", "contact", "updated"),
    "individuals": Kind("/individuals", "client", "updated_at"),
}


def unsubscribed(name: str) -> str:
    """The property that says that a person left a subscription."""
    return f"unsubscribed_{name}"


SHOWN = frozenset(map(unsubscribed, CHANNELS.values()))


def fetch(account: Account, kind: Kind, properties: Sequence[str]) -> Fetch:
    """How ``iter_windows`` asks for contacts; the place is Sellsy's own, which stands on a number."""

    def pages(since: datetime | None, place: Any) -> Iterator[tuple[Sequence[ContactRecord], Any, int | None]]:
        fields = wanted_fields(account, kind, properties)
        filters = {kind.updated: {"start": since.strftime("%Y-%m-%dT%H:%M:%SZ")}} if since else {}
        while True:
            params = {**_embeds(fields), "limit": PAGE, "order": "id", "direction": "asc", "offset": place}
            query = {name: value for name, value in params.items() if value is not None}
            answer = account.call("POST", f"{kind.path}/search", params=query, json={"filters": filters}).json
            items, told = answer.get("data") or [], answer.get("pagination") or {}
            place = told.get("offset") or place
            yield [as_record(each, kind, fields) for each in items], place, told.get("total")
            if len(items) < PAGE:
                return

    return pages


def read(account: Account, kind: Kind, ids: Sequence[str], properties: Sequence[str]) -> Iterator[ContactRecord]:
    """Contacts one by one, several requests in flight, in the order in which they were named."""
    fields = wanted_fields(account, kind, properties) if ids else {}
    yield from one_by_one(partial(_read, account, kind, fields), ids, in_flight=account.in_flight)


def get(account: Account, kind: Kind, id: str, fields: Mapping[str, Field]) -> Mapping[str, Any] | None:
    """One contact as Sellsy gives it; None where it is gone."""
    if not id.isdigit():
        return None
    answer = account.get(f"{kind.path}/{id}", _embeds(fields), expected=(404,))
    found: Mapping[str, Any] | None = answer.json if answer.status != 404 else None
    return found


def wanted_fields(account: Account, kind: Kind, properties: Sequence[str]) -> dict[str, Field]:
    """The custom fields among some properties; nothing is asked where there can be none."""
    if not set(properties) - {*OWN, *ADDRESS, *SHOWN}:
        return {}
    return {code: each for code, each in fields_of(account, kind.related).items() if code in properties}


def as_record(item: Mapping[str, Any], kind: Kind, fields: Mapping[str, Field]) -> ContactRecord:
    """One contact: its own fields, its address, its custom fields, and what it is not subscribed to."""
    beside = item.get("_embed") or {}
    address = beside.get("invoicing_address") or beside.get("delivery_address") or {}
    given = {name: text_of(item.get(name)) for name in OWN} | {name: text_of(address.get(name)) for name in ADDRESS}
    for each in beside.get("custom_fields") or ():
        if each.get("code") in fields:
            given[each["code"]] = fields[each["code"]].text_of(each.get("value"))
    if isinstance(kept := item.get(SUBSCRIPTIONS), list):
        given |= {unsubscribed(name): "true" for name in CHANNELS.values() if name not in kept}
    return record_of(item["id"], given, item.get(kind.updated) or item.get("created"))


def _read(account: Account, kind: Kind, fields: Mapping[str, Field], id: str) -> ContactRecord:
    found = get(account, kind, id, fields)
    return as_record(found, kind, fields) if found else ContactRecord(id, {}, gone=True)


def _embeds(fields: Mapping[str, Field]) -> dict[str, list[str]]:
    return {"embed[]": ["invoicing_address", *(f"cf.{each.id}" for each in fields.values())]}
