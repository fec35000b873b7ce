"""BottleCRM (``django-crm`` 1.35): the example of a connector that comes from another distribution.

What is odd about it, seen on a running server on 2026-11-27: contacts cannot be asked for by the moment of their
change, so every reading looks at all of them and gives those whose ``updated_at`` moved; the list is in the order of
creation, newest first, and goes by offset; custom fields hold no moments and no multiple choice; unknown ones are
dropped without a word; there are no batches and no limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from contactable.connectors.parts import (
    Account,
    Count,
    Seconds,
    iter_windows,
    not_here,
    one_change_a_contact,
    read_options,
    write_in_groups,
)
from contactable.connectors.protocol import (
    Capabilities,
    Change,
    ContactRecord,
    Finding,
    Level,
    Outcome,
    Page,
    Property,
    Result,
    Setting,
    Shape,
)
from contactable.errors import ContactableError, Refused

CAPABILITIES = Capabilities(
    status="stable", label="BottleCRM", write_batch=1, requests_per_10_s=None, opt_out=("phone",)
)
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
OURS, PAGE, JOIN = "contactable_", 200, 10
FIELDS = (
    "first_name last_name email phone phone_e164 organization title department do_not_call address_line city state "
    "postcode country description source source_detail created_at"
).split()


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One organisation of a BottleCRM."""

    base_url: str
    token: str
    in_flight: Count = 4
    overlap: Seconds = 60.0
    patience: Seconds = 600.0


def connect(name: str, settings: Mapping[str, Any], secrets: Callable[[str], bytes]) -> BottleCrm:
    """Connect to an organisation; nothing is asked yet. Raises ``SettingsError``."""
    options = read_options(Options, settings, "BottleCRM")
    shown = {"Authorization": f"Bearer {secrets(options.token).decode()}"}
    account = Account(
        "BottleCRM",
        f"{options.base_url.rstrip('/')}/api",
        headers=lambda: shown,
        patience=options.patience,
        in_flight=options.in_flight,
    )
    return BottleCrm(name, account, options.overlap)


class BottleCrm:
    """One organisation, as the kit sees it."""

    def __init__(self, name: str, account: Account, overlap: float) -> None:
        self.name, self.account, self.overlap = name, account, overlap

    @property
    def capabilities(self) -> Capabilities:
        """What can be done here."""
        return CAPABILITIES

    def check(self) -> Iterator[Finding]:
        """Look at reach and token; write nothing, raise nothing."""
        for what, path in (("contacts", "/contacts/?limit=1"), ("custom fields", "/custom-fields/")):
            try:
                self.account.get(path)
                yield Finding(f"BottleCRM lets us read {what}", Level.OK)
            except ContactableError as error:
                yield Finding(f"BottleCRM lets us read {what}", Level.ERROR, str(error))

    def ensure_properties(self, schema: Sequence[Property]) -> Iterator[str]:
        """Create what is missing; ``Refused`` before that where a custom field has another type."""
        existing = self._definitions()
        wrong = [each.name for each in schema if each.name in existing and _type(each) != _type_of(existing, each)]
        if wrong:
            raise Refused(f"BottleCRM has {', '.join(wrong)} with another type: rename or delete it there.")
        for wanted in schema:
            options = [{"value": each.value, "label": each.label} for each in wanted.options]
            choice = {"options": options} if _type(wanted) == "dropdown" else {}
            if wanted.name not in existing:
                named = {"key": wanted.name, "label": wanted.label[:128], "target_model": "Contact"}
                self.account.post(
                    "/custom-fields/", {**named, "field_type": _type(wanted), "is_filterable": True, **choice}
                )
                yield wanted.name
            elif choice:
                self._complete(existing[wanted.name], options)

    def property_names(self) -> frozenset[str]:
        """Give the names of all fields of contacts."""
        return frozenset({*FIELDS, *self._definitions()})

    def iter_changed(self, cursor: Mapping[str, Any] | None, properties: Sequence[str]) -> Iterator[Page]:
        """Look at all contacts and yield those changed since ``cursor``; deleted ones are not told."""
        return iter_windows(cursor, self._pages, self._now, overlap=self.overlap)

    def iter_consent_changes(self, cursor: Mapping[str, Any] | None, properties: Sequence[str] = ()) -> Iterator[Page]:
        """Yield who may not be called: it is a field like any other, and every reading sees it."""
        for records, place, _ in self._pages(None, (cursor or {}).get("place")):
            yield Page([each for each in records if each.properties.get("do_not_call")], {"place": place})
        yield Page((), {"place": None})

    def iter_ids(self) -> Iterator[str]:
        """Yield the id of every contact, once."""
        yield from dict.fromkeys(each.id for records, _, _ in self._pages(None, None) for each in records)

    def read(self, ids: Sequence[str], properties: Sequence[str]) -> Iterator[ContactRecord]:
        """Yield these contacts as they are now; a missing one comes back as ``gone``."""
        for id in dict.fromkeys(ids):
            answer = self.account.get(f"/contacts/{id}/", expected=(404,))
            found = answer.json.get("contact_obj") if answer.status == 200 else None
            yield _as_record(found) if found else ContactRecord(id, {}, gone=True)

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        """Write changed properties, a request for each contact."""
        groups = [[each] for each in one_change_a_contact(changes)]
        return write_in_groups(lambda group: [self._write(group[0])], groups, in_flight=self.account.in_flight)

    def opt_out(self, ids: Sequence[str], scope_id: str = "", channel: str = "email") -> Iterator[Outcome]:
        """Tick *do not call*."""
        if channel not in CAPABILITIES.opt_out:
            return not_here(ids, channel)
        return self.write([Change(id, {"do_not_call": "true"}) for id in dict.fromkeys(ids)])

    def close(self) -> None:
        """End every wait and let go of the connections."""
        self.account.close()

    def _write(self, change: Change) -> Outcome:
        ours = {name: text for name, text in change.properties.items() if name.startswith(OURS)}
        body = {name: text for name, text in change.properties.items() if name not in ours}
        answer = self.account.call(
            "PATCH",
            f"/contacts/{change.id}/",
            json=body | ({"custom_fields": ours} if ours else {}),
            expected=(400, 404),
        )
        if answer.status == 404:
            return Outcome(change.id, Result.GONE, "deleted")
        return Outcome(change.id, Result.REFUSED if answer.status == 400 else Result.WRITTEN)

    def _pages(self, since: datetime | None, place: Any) -> Iterator[tuple[Sequence[ContactRecord], Any, int | None]]:
        """Pages that overlap: where the end of the last one is not found, contacts were deleted, and we begin anew."""
        offset, last = place or (0, "")
        while True:
            params = {"limit": PAGE, "offset": max(0, offset - JOIN)}
            answer = self.account.get("/contacts/", params).json
            items = answer["results"]
            if last and last not in [each["id"] for each in items]:
                offset, last = 0, ""
                continue
            records = [_as_record(each) for each in items]
            offset, last = params["offset"] + len(items), items[-1]["id"] if items else ""
            yield (
                [each for each in records if not since or not each.changed_at or each.changed_at >= since],
                [offset, last],
                answer["count"],
            )
            if len(items) < PAGE:
                return

    def _now(self) -> datetime:
        self.account.get("/contacts/?limit=1")
        return self.account.clock.now

    def _definitions(self) -> Mapping[str, Mapping[str, Any]]:
        found = self.account.get("/custom-fields/", {"target_model": "Contact"}).json["definitions"]
        return {str(each["key"]): each for each in found}

    def _complete(self, there: Mapping[str, Any], wanted: Sequence[Mapping[str, str]]) -> None:
        known = there.get("options") or []
        new = [each for each in wanted if each["value"] not in {one["value"] for one in known}]
        if new:
            self.account.call("PUT", f"/custom-fields/{there['id']}/", json={"options": [*known, *new]})


def _as_new(wanted: Property) -> dict[str, Any]:
    named = {"key": wanted.name, "label": wanted.label[:128], "target_model": "Contact", "is_filterable": True}
    choice = {"options": _options(wanted)} if _type(wanted) == "dropdown" else {}
    return {**named, "field_type": _type(wanted), **choice}


def _options(wanted: Property) -> list[dict[str, str]]:
    return [{"value": each.value, "label": each.label} for each in wanted.options]


def _type(wanted: Property) -> str:
    return TYPES.get(Shape(wanted.shape), "text")


def _type_of(existing: Mapping[str, Mapping[str, Any]], wanted: Property) -> str:
    return str(existing[wanted.name]["field_type"])


def _as_record(item: Mapping[str, Any]) -> ContactRecord:
    given = {**{name: item.get(name) for name in FIELDS}, **(item.get("custom_fields") or {})}
    texts = {
        name: "true" if value is True else str(value) for name, value in given.items() if value not in (None, "", False)
    }
    changed = item.get("updated_at")
    return ContactRecord(str(item["id"]), texts, datetime.fromisoformat(changed).astimezone(UTC) if changed else None)
