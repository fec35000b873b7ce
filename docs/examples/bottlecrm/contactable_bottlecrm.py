"""BottleCRM (``django-crm`` 1.35): the example of a connector that comes from another distribution.

What is odd about it, seen on a running server on 2026-11-27: contacts cannot be asked for by the moment of their
change, so every reading looks at all of them and gives those whose ``updated_at`` moved; the list is in the order of
creation, newest first, and goes by offset; custom fields hold no moments and no multiple choice; unknown ones are
dropped without a word; there are no batches and no limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from contactable.connectors import parts
from contactable.connectors.protocol import (
    Capabilities,
    Change,
    ContactRecord,
    Finding,
    OptOuts,
    Outcome,
    Page,
    Property,
    Setting,
    Shape,
)

CAPABILITIES = Capabilities("stable", write_batch=1, requests_per_10_s=None, label="BottleCRM", opt_out=("phone",))
SETTINGS = (
    Setting("base_url", "The address of BottleCRM (https://…)"),
    Setting("token", "A personal access token (env:NAME or file:PATH)", "env:BOTTLECRM_TOKEN"),
)
MAPPING = {
    "email": "email",
    "mobile": ["phone_e164", "phone"],
    "landline": ["phone_e164", "phone"],
    "street": "address_line",
    "postcode": "postcode",
    "country": "country",
    "opposed_phone_on": "do_not_call",
    "about": {"created": "created_at", "source": "source"},
}
TYPES = {Shape.CHOICE: "dropdown", Shape.DATE: "date", Shape.NUMBER: "number"}
"""What is not here is a text."""
OURS, OPT_OUT, PAGE, JOIN = "contactable_", "do_not_call", 100, 10
FIELDS = (
    "first_name last_name email phone phone_e164 organization title department do_not_call address_line city state "
    "postcode country description source source_detail created_at"
).split()


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One organisation of a BottleCRM."""

    base_url: str
    token: str
    in_flight: int = 4
    overlap: float = 60.0
    patience: float = 600.0


def connect(name: str, settings: Mapping[str, Any], secrets: Callable[[str], bytes]) -> BottleCrm:
    """Connect to an organisation; nothing is asked yet. Raises ``SettingsError``."""
    options = parts.read_options(Options, settings, "BottleCRM")
    shown = {"Authorization": f"Bearer {secrets(options.token).decode()}"}
    pace = {"patience": options.patience, "in_flight": options.in_flight}
    account = parts.Account("BottleCRM", f"{options.base_url.rstrip('/')}/api", headers=lambda: shown, **pace)
    return BottleCrm(name, account, options.overlap)


class BottleCrm:
    """One organisation, as the kit sees it."""

    capabilities = CAPABILITIES

    def __init__(self, name: str, account: parts.Account, overlap: float) -> None:
        self.name, self.account, self.overlap = name, account, overlap
        self.close = account.close

    def check(self) -> Iterator[Finding]:
        """Look at reach and token; write nothing, raise nothing."""
        return parts.looked_at("BottleCRM", (("contacts", self._now), ("custom fields", self._definitions)))

    def ensure_properties(self, schema: Sequence[Property]) -> Iterator[str]:
        """Create what is missing; ``Refused`` before that where a custom field has another type."""
        known = self._definitions()
        there = [each for each in schema if each.name in known]
        parts.refuse_other_types(
            "BottleCRM", (each.name for each in there if known[each.name]["field_type"] != _type(each))
        )
        for wanted in schema:
            options = [{"value": each.value, "label": each.label} for each in wanted.options]
            choice = {"options": options} if _type(wanted) == "dropdown" else {}
            if wanted.name not in known:
                named = {"key": wanted.name, "label": wanted.label[:128], "field_type": _type(wanted)}
                self.account.post(
                    "/custom-fields/", {**named, "target_model": "Contact", "is_filterable": True, **choice}
                )
                yield wanted.name
            elif choice:
                self._complete(known[wanted.name], options)

    def property_names(self) -> frozenset[str]:
        """Give the names of all fields of contacts."""
        return frozenset({*FIELDS, *self._definitions()})

    def iter_changed(self, cursor: Mapping[str, Any] | None, properties: Sequence[str]) -> Iterator[Page]:
        """Look at all contacts and yield those changed since ``cursor``; deleted ones are not told."""
        return parts.iter_windows(cursor, self._pages, self._now, overlap=self.overlap)

    def iter_consent_changes(self, cursor: Mapping[str, Any] | None, properties: Sequence[str] = ()) -> Iterator[Page]:
        """Nothing beside: *do not call* is a field like any other, and every reading sees it."""
        return self.iter_changed(cursor, properties)

    def iter_ids(self) -> Iterator[str]:
        """Yield the id of every contact, once."""
        return parts.ids_of(self._pages)

    def read(self, ids: Sequence[str], properties: Sequence[str]) -> Iterator[ContactRecord]:
        """Yield these contacts as they are now; a missing one comes back as ``gone``."""
        return parts.one_by_one(self._read, list(dict.fromkeys(ids)), in_flight=self.account.in_flight)

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        """Write changed properties, a request for each contact."""
        return parts.write_each(self._write, changes, in_flight=self.account.in_flight)

    def opt_out(self, ids: Sequence[str], scope_id: str = "", channel: str = "email") -> Iterator[Outcome]:
        """Tick *do not call*."""
        if channel not in CAPABILITIES.opt_out:
            return parts.not_here(ids, channel)
        return self.write([Change(id, {OPT_OUT: "true"}) for id in ids])

    def opt_outs_of(self, record: ContactRecord) -> Mapping[str, OptOuts]:
        """Tell whether a record is not to be called."""
        return parts.opt_outs_shown(record, {"phone": OPT_OUT}, {})

    def _read(self, id: str) -> ContactRecord:
        answer = self.account.get(f"/contacts/{id}/", expected=(404,))
        found = answer.json.get("contact_obj") if answer.status == 200 else None
        return _as_record(found) if found else ContactRecord(id, {}, gone=True)

    def _write(self, change: Change) -> Outcome:
        ours = {name: text for name, text in change.properties.items() if name.startswith(OURS)}
        body = {name: text for name, text in change.properties.items() if name not in ours}
        more = {"custom_fields": ours} if ours else {}
        answer = self.account.call("PATCH", f"/contacts/{change.id}/", json={**body, **more}, expected=(400, 404))
        return parts.outcome_of(change.id, answer, "BottleCRM")

    def _pages(self, since: datetime | None, place: Any) -> Iterator[tuple[Sequence[ContactRecord], Any, int | None]]:
        """Pages that overlap: where the end of the last one is not found, contacts were deleted, and we begin anew."""
        offset, last = place or (0, "")
        while True:
            begin = max(0, offset - JOIN)
            answer = self.account.get("/contacts/", {"limit": PAGE, "offset": begin}).json
            records = [_as_record(each) for each in answer["results"]]
            if last and last not in [each.id for each in records]:
                offset, last = 0, ""
                continue
            offset, last = begin + len(records), records[-1].id if records else ""
            yield parts.changed_since(records, since), [offset, last], answer["count"]
            if len(records) < PAGE:
                return

    def _now(self) -> datetime:
        return self.account.now("/contacts/?limit=1")

    def _definitions(self) -> Mapping[str, Mapping[str, Any]]:
        found = self.account.get("/custom-fields/", {"target_model": "Contact"}).json["definitions"]
        return {str(each["key"]): each for each in found}

    def _complete(self, there: Mapping[str, Any], wanted: Sequence[Mapping[str, str]]) -> None:
        known = there.get("options") or []
        if new := [each for each in wanted if each["value"] not in {one["value"] for one in known}]:
            self.account.call("PUT", f"/custom-fields/{there['id']}/", json={"options": [*known, *new]})


def _type(wanted: Property) -> str:
    return TYPES.get(Shape(wanted.shape), "text")


def _as_record(item: Mapping[str, Any]) -> ContactRecord:
    given = {**{name: item.get(name) for name in FIELDS}, **(item.get("custom_fields") or {})}
    return parts.record_of(
        item["id"], {name: parts.text_of(value) for name, value in given.items()}, item.get("updated_at")
    )
