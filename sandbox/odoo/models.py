"""The contacts of the small Odoo: what each of their methods does, and the faults it knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from contactable.sandbox.front import Contact, SmallCrm

ADDRESS = {"mail.blacklist": "email", "phone.blacklist": "number"}
BIGGEST = 2**31 - 1
STATUSES = {
    "odoo.exceptions.UserError": 422,
    "odoo.exceptions.AccessError": 403,
    "odoo.exceptions.MissingError": 404,
    "werkzeug.exceptions.NotFound": 404,
}
"""By the name of an exception; all others answer 500."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Fault(Exception):
    """An exception of Odoo's, by its name there."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def _standard() -> dict[str, dict[str, Any]]:
    texts = "name email phone function street zip city email_normalized phone_sanitized country_code".split()
    boxes = "active is_company is_blacklisted phone_sanitized_blacklisted".split()
    return {
        "id": {"type": "integer"},
        "write_date": {"type": "datetime"},
        "create_date": {"type": "datetime"},
        "country_id": {"type": "many2one"},
        "category_id": {"type": "many2many"},
        **{name: {"type": "char"} for name in texts},
        **{name: {"type": "boolean"} for name in boxes},
    }


@dataclass(slots=True)
class Own:
    """What the database holds beside its contacts: fields by name, rows of the black lists, tags by number."""

    fields: dict[str, dict[str, Any]] = field(default_factory=_standard)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {each: [] for each in ADDRESS})
    tags: dict[int, str] = field(default_factory=dict)


def email_of(values: Mapping[str, Any]) -> str | bool:
    """The address alone, in small letters, as ``email_normalized``; False where there is none."""
    found = re.search(r"[^\s<,;]+@[^\s>,;]+", str(values.get("email") or ""))
    return found[0].lower() if found else False


def number_of(values: Mapping[str, Any]) -> str | bool:
    """The number as ``phone_sanitized``; False where there is none."""
    digits = re.sub(r"[^\d+]", "", str(values.get("phone") or ""))
    return re.sub(r"^0", "+33", digits) or False


def put_on(crm: SmallCrm, model: str, address: str) -> None:
    """Add a row to a black list, or make it active again."""
    row = next((each for each in crm.own.rows[model] if each["address"] == address), None)
    if row is None:
        number = len(crm.own.rows[model]) + 1
        crm.own.rows[model].append({"id": number, "address": address, "active": True, "at": crm.clock()})
    else:
        row |= {"active": True, "at": crm.clock()}


def _fields_get(crm: SmallCrm, attributes: Sequence[str] = ()) -> dict[str, Any]:
    return crm.own.fields  # type: ignore[no-any-return]


def _search_read(
    crm: SmallCrm,
    domain: Sequence[Any] = (),
    fields: Sequence[str] = (),
    order: str = "id",
    limit: int | None = None,
) -> list[dict[str, Any]]:
    strange = sorted(set(fields) - crm.own.fields.keys())
    if strange:
        raise Fault("builtins.ValueError", f"Invalid field {strange[0]!r} on 'res.partner'")
    found = met(_partners(crm, domain), domain)[: limit or None]
    return [{"id": each["id"], **{name: each.get(name, False) for name in fields}} for each in found]


def _search(crm: SmallCrm, domain: Sequence[Any] = (), order: str = "id", limit: int | None = None) -> list[int]:
    return [each["id"] for each in met(_partners(crm, domain), domain)[: limit or None]]


def _search_count(crm: SmallCrm, domain: Sequence[Any] = ()) -> int:
    return len(met(_partners(crm, domain), domain))


def _write(crm: SmallCrm, ids: Sequence[int], vals: Mapping[str, Any]) -> bool:
    """All or nothing: every contact and every value is looked at first."""
    for name, value in vals.items():
        _look_at(crm.own.fields.get(name), name, value)
    for id in ids:
        if crm.contacts.get(str(id)) is None:
            raise Fault("odoo.exceptions.MissingError", "Record does not exist or has been deleted.")
    for id in ids:
        crm.contacts.change(str(id), {name: None if value is False else value for name, value in vals.items()})
    return True


def _look_at(known: Mapping[str, Any] | None, name: str, value: Any) -> None:
    if known is None:
        raise Fault("builtins.ValueError", f"Invalid field {name!r} on model 'res.partner'")
    if value is False:
        return
    if known["type"] == "selection" and value not in [each for each, _ in known["selection"]]:
        raise Fault("builtins.ValueError", f"Wrong value for res.partner.{name}: {value!r}")
    if known["type"] == "date" and not _DAY.fullmatch(str(value)):
        raise Fault("builtins.ValueError", f"time data {value!r} does not match format '%Y-%m-%d'")


def _partners(crm: SmallCrm, domain: Sequence[Any]) -> Iterable[dict[str, Any]]:
    for name, _, value in domain:
        if name == "id" and any(each > BIGGEST for each in (value if isinstance(value, list) else [value])):
            raise Fault("psycopg2.errors.NumericValueOutOfRange", "integer out of range")
    by_date = any(name == "write_date" for name, _, _ in domain)
    among = crm.contacts.changed(0.0) if by_date else crm.contacts.living()
    listed = {model: {row["address"] for row in rows if row["active"]} for model, rows in crm.own.rows.items()}
    return (_partner(each, listed) for each in among)


def _partner(contact: Contact, listed: Mapping[str, set[str]]) -> dict[str, Any]:
    email, number = email_of(contact.values), number_of(contact.values)
    return {
        "active": True,
        **contact.values,
        "id": int(contact.id),
        "write_date": told(contact.changed_at),
        "create_date": told(contact.created_at),
        "email_normalized": email,
        "phone_sanitized": number,
        "is_blacklisted": email in listed["mail.blacklist"],
        "phone_sanitized_blacklisted": number in listed["phone.blacklist"],
    }


def met(rows: Iterable[dict[str, Any]], domain: Sequence[Any]) -> list[dict[str, Any]]:
    """Those that meet every condition; archived ones only where the domain speaks of them."""
    conditions = list(domain)
    if not any(name == "active" for name, _, _ in conditions):
        conditions.append(["active", "=", True])
    found = (each for each in rows if all(_meets(each.get(name, False), *rest) for name, *rest in conditions))
    return sorted(found, key=lambda each: each["id"])


def _meets(value: Any, operator: str, other: Any) -> bool:
    if operator == "in":
        return bool(set(value) & set(other)) if isinstance(value, list) else value in other
    return {"=": value == other, ">": value > other, ">=": value >= other}[operator] if value is not False else False


def told(seconds: float) -> str:
    """A moment as Odoo tells it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


PARTNERS: Mapping[str, Callable[..., Any]] = {
    "fields_get": _fields_get,
    "search_read": _search_read,
    "search": _search,
    "search_count": _search_count,
    "write": _write,
}
"""What may be called of contacts."""
