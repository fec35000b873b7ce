"""What may be called of the small Odoo: contacts, black lists, custom fields, tags."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from contactable.sandbox.front import SmallCrm
from contactable.sandbox.odoo.models import ADDRESS, PARTNERS, Fault, email_of, met, put_on, told

PARTNER, FIELDS, CHOICES, TAGS = "res.partner", "ir.model.fields", "ir.model.fields.selection", "res.partner.category"


def _rows(crm: SmallCrm, model: str) -> list[dict[str, Any]]:
    return [{**each, ADDRESS[model]: each["address"], "write_date": told(each["at"])} for each in crm.own.rows[model]]


def _list_read(model: str) -> Callable[..., Any]:
    def read(
        crm: SmallCrm,
        domain: Sequence[Any] = (),
        fields: Sequence[str] = (),
        order: str = "id",
        limit: int | None = None,
    ) -> list[dict[str, Any]]:
        found = met(_rows(crm, model), domain)[: limit or None]
        return [{"id": each["id"], **{name: each[name] for name in fields}} for each in found]

    return read


def _list_count(model: str) -> Callable[..., Any]:
    return lambda crm, domain=(): len(met(_rows(crm, model), domain))


def _list_write(model: str) -> Callable[..., Any]:
    def write(crm: SmallCrm, ids: Sequence[int], vals: Mapping[str, Any]) -> bool:
        for row in crm.own.rows[model]:
            if row["id"] in ids:
                row |= {**vals, "at": crm.clock()}
        return True

    return write


def _list_create(model: str) -> Callable[..., Any]:
    def create(crm: SmallCrm, vals_list: Sequence[Mapping[str, Any]]) -> list[int]:
        for each in vals_list:
            address = each[ADDRESS[model]]
            known = {row["address"]: row for row in crm.own.rows[model]}
            if model == "mail.blacklist" and not email_of({"email": address}):
                raise Fault("odoo.exceptions.UserError", f"Invalid email address {address!r}")
            if address not in known or model == "phone.blacklist":
                put_on(crm, model, address)
        wanted = {each[ADDRESS[model]] for each in vals_list}
        return [row["id"] for row in crm.own.rows[model] if row["address"] in wanted]

    return create


def _fields_search(crm: SmallCrm, domain: Sequence[Any]) -> list[int]:
    named = next(value for name, _, value in domain if name == "name")
    wanted = named if isinstance(named, list) else [named]
    return [place for place, name in enumerate(crm.own.fields, 1) if name in wanted]


def _fields_create(crm: SmallCrm, vals_list: Sequence[Mapping[str, Any]]) -> list[int]:
    for each in vals_list:
        if not re.fullmatch(r"x_[a-z0-9_]{1,61}", each["name"]):
            raise Fault("odoo.exceptions.ValidationError", "Custom fields must have a name that starts with 'x_'!")
        choices = [[one["value"], one["name"]] for _, _, one in each.get("selection_ids", ())]
        said = {"type": each["ttype"], "string": each.get("field_description", each["name"])}
        crm.own.fields[each["name"]] = {**said, **({"selection": choices} if choices else {})}
    return _fields_search(crm, [["name", "in", [each["name"] for each in vals_list]]])


def _fields_unlink(crm: SmallCrm, ids: Sequence[int]) -> bool:
    for name in [name for place, name in enumerate(crm.own.fields, 1) if place in ids]:
        del crm.own.fields[name]
        for contact in crm.contacts.living():
            contact.values.pop(name, None)
    return True


def _choices_create(crm: SmallCrm, vals_list: Sequence[Mapping[str, Any]]) -> list[int]:
    names = list(crm.own.fields)
    for each in vals_list:
        crm.own.fields[names[each["field_id"] - 1]]["selection"].append([each["value"], each["name"]])
    return []


METHODS: Mapping[tuple[str, str], Callable[..., Any]] = {
    **{(PARTNER, method): does for method, does in PARTNERS.items()},
    ("ir.model", "search"): lambda crm, domain: [1],
    (FIELDS, "search"): _fields_search,
    (FIELDS, "create"): _fields_create,
    (FIELDS, "unlink"): _fields_unlink,
    (CHOICES, "create"): _choices_create,
    (TAGS, "search_read"): lambda crm, domain, fields, order: [
        {"id": number, "name": name} for number, name in crm.own.tags.items()
    ],
    **{(model, "search_read"): _list_read(model) for model in ADDRESS},
    **{(model, "search_count"): _list_count(model) for model in ADDRESS},
    **{(model, "write"): _list_write(model) for model in ADDRESS},
    **{(model, "create"): _list_create(model) for model in ADDRESS},
}
"""What may be called, by model and method."""
