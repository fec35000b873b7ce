"""Reading persons, in the order of their ids. The place is a token of Pipedrive's; where it ended we begin anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from contactable.connectors.parts import Account, Fetch, record_of
from contactable.connectors.pipedrive.fields import Field, Fields
from contactable.connectors.protocol import ContactRecord

PAGE, MOST_IDS = 500, 100
MARKETING, LEFT = "marketing_status", "marketing_unsubscribed"
PHONES = ("mobile", "work", "home", "other")
POSTAL = {"street": "value", "postcode": "postal_code", "country": "country"}
BESIDE = frozenset(
    (
        "email other_emails phone marketing_unsubscribed phone_mobile phone_work phone_home phone_other "
        "postal_street postal_postcode postal_country"
    ).split()
)
"""What stands on a record beside the fields that Pipedrive names."""


def fetch(account: Account, fields: Fields, properties: Sequence[str]) -> Fetch:
    """How ``iter_windows`` asks for persons."""

    def pages(since: datetime | None, place: Any) -> Iterator[tuple[Sequence[ContactRecord], Any, int | None]]:
        asked = {"limit": PAGE, "sort_by": "id", "sort_direction": "asc", **_included(fields)}
        if since:
            asked["updated_since"] = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        while True:
            answer = account.get("/persons", {**asked, "cursor": place}, expected=(400,) if place else ())
            if answer.status == 400:
                place = None
                continue
            place = (answer.json.get("additional_data") or {}).get("next_cursor")
            records = [as_record(each, fields.known(), properties) for each in answer.json.get("data") or ()]
            yield [each for each in records if not each.gone], place, None
            if not place:
                return

    return pages


def read(account: Account, fields: Fields, ids: Sequence[str], properties: Sequence[str]) -> Iterator[ContactRecord]:
    """At most a hundred persons; who does not come is asked for alone, lest an error make us forget somebody."""
    numbers = [id for id in ids if id.isdigit()]
    found: dict[str, ContactRecord] = {}
    included = _included(fields)
    if numbers:
        asked = {"ids": ",".join(numbers), "limit": PAGE, **included}
        items = account.get("/persons", asked).json.get("data") or ()
        found = {str(each["id"]): as_record(each, fields.known(), properties) for each in items}
    for id in numbers:
        if id not in found and (one := account.get(f"/persons/{id}", included, expected=(404, 410))).status == 200:
            found[id] = as_record(one.json["data"], fields.known(), properties)
    yield from (found.get(id) or ContactRecord(id, {}, gone=True) for id in ids)


def as_record(item: Mapping[str, Any], known: Mapping[str, Field], properties: Iterable[str]) -> ContactRecord:
    """One person as Pipedrive gives it."""
    if item.get("is_deleted"):
        return ContactRecord(str(item["id"]), {}, gone=True)
    custom = item.get("custom_fields") or {}
    given = _beside(item)
    for name in (each for each in properties if each in known and each not in BESIDE):
        field = known[name]
        given[name] = field.text_of(custom.get(field.key) if field.custom else item.get(field.key))
    return record_of(item["id"], given, item.get("update_time") or item.get("add_time"))


def has_left(record: ContactRecord) -> bool:
    """Whether Pipedrive itself would send nothing more by e-mail."""
    return record.properties.get(LEFT) == "true"


def _included(fields: Fields) -> dict[str, str]:
    """Without Campaigns the marketing status must not be asked for."""
    return {"include_fields": MARKETING} if MARKETING in fields.known() else {}


def _beside(item: Mapping[str, Any]) -> dict[str, str]:
    emails, phones = (_values(item.get(name)) for name in ("emails", "phones"))
    postal = item.get("postal_address") or {}
    by_label = {str(each.get("label") or ""): str(each["value"]) for each in item.get("phones") or () if each["value"]}
    return {
        "email": emails[0] if emails else "",
        "other_emails": ";".join(emails[1:]),
        "phone": phones[0] if phones else "",
        **{f"phone_{label}": by_label.get(label, "") for label in PHONES},
        **{f"postal_{name}": str(postal.get(part) or "") for name, part in POSTAL.items()},
        LEFT: "true" if item.get(MARKETING) == "unsubscribed" else "",
    }


def _values(items: Sequence[Mapping[str, Any]] | None) -> list[str]:
    """The values, the primary one first."""
    ordered = sorted(items or (), key=lambda each: not each.get("primary"))
    return [str(each["value"]) for each in ordered if each.get("value")]
