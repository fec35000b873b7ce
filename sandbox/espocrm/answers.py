"""What the small EspoCRM answers. Where an opt-out stands is a matter of the address, not of the contact."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from contactable.sandbox.front import Answer, Asked, Contact, SmallCrm

MOST = 200
FIELDS = {"email": "emailAddress", "sms": "phoneNumber"}
FLAGS = {"emailAddressIsOptedOut": "email", "phoneNumberIsOptedOut": "sms", "doNotCall": "phone"}
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def contacts(asked: Asked) -> Answer:
    """Contacts that meet all filters, in the order asked for."""
    size, offset = _size(asked), asked.number("offset", 0, 10**9)
    order = asked.one("orderBy", "createdAt")
    found = [each for each in _known(asked) if all(_meets(asked, each, number) for number in _numbers(asked))]
    found.sort(key=lambda each: (_date(each, order), each.id), reverse=asked.one("order", "asc") == "desc")
    select = asked.one("select").split(",")
    page = [_selected(_as_json(asked.crm, each), select) for each in found[offset : offset + size]]
    return Answer(200, {"total": len(found), "list": page})


def contact(asked: Asked) -> Answer:
    """One contact."""
    return Answer(200, _as_json(asked.crm, _found(asked)))


def update(asked: Asked) -> Answer:
    """Write what is named. A flag of an address opts the address out, or in again, and no date moves for others."""
    found, said = _found(asked), dict(asked.json)
    values = {name: _fitting(asked, name, said[name]) for name in said if name not in FLAGS or name == "doNotCall"}
    for name in said.keys() & {"emailAddressIsOptedOut", "phoneNumberIsOptedOut"}:
        if kept := address(found, FLAGS[name]):
            (asked.crm.own.opted_out.add if said[name] else asked.crm.own.opted_out.discard)(kept)
    asked.contacts.change(found.id, values)
    return Answer(200, _as_json(asked.crm, found))


def metadata(asked: Asked) -> Answer:
    """The fields of contacts; of other keys, nothing."""
    return Answer(200, asked.crm.own.fields if asked.one("key") == "entityDefs.Contact.fields" else {})


def make(asked: Asked) -> Answer:
    """Make a custom field, which gets a prefix."""
    name = str(asked.json.get("name", ""))
    own = "c" + name[:1].upper() + name[1:]
    if not re.fullmatch(r"[a-z][A-Za-z0-9]*", name):
        raise asked.crm.problem(400, "the name is not valid")
    if own in asked.crm.own.fields:
        raise asked.crm.problem(409, "the field exists")
    asked.crm.own.fields[own] = {**asked.json, "name": own, "isCustom": True}
    return Answer(200, asked.crm.own.fields[own])


def complete(asked: Asked) -> Answer:
    """Give a field another definition."""
    if asked.path["name"] not in asked.crm.own.fields:
        raise asked.crm.problem(404, "")
    asked.crm.own.fields[asked.path["name"]].update(asked.json)
    return Answer(200, asked.crm.own.fields[asked.path["name"]])


def rebuild(asked: Asked) -> Answer:
    """Rebuild, as after each change of fields."""
    return Answer(200, True)


def jobs(asked: Asked) -> Answer:
    """The scheduled jobs: none."""
    return Answer(200, {"total": 0, "list": []})


def lists(asked: Asked) -> Answer:
    """The target lists."""
    found, offset = list(asked.crm.own.lists.values()), asked.number("offset", 0, 10**9)
    page = [{"id": each["id"], "name": each["name"]} for each in found[offset : offset + _size(asked)]]
    return Answer(200, {"total": len(found), "list": page})


def members(asked: Asked) -> Answer:
    """The contacts of a target list."""
    kept = asked.crm.own.lists.get(asked.path["id"])
    if kept is None:
        raise asked.crm.problem(404, "")
    found = [each for id in kept["members"] if (each := asked.contacts.get(id))]
    offset = asked.number("offset", 0, 10**9)
    page = [{"id": each.id} for each in found[offset : offset + _size(asked)]]
    return Answer(200, {"total": len(found), "list": page})


def address(contact: Contact, channel: str) -> str:
    """What an opt-out of a channel belongs to: the address, or the number."""
    return str(contact.values.get(FIELDS[channel]) or "").lower()


def is_opted_out(crm: SmallCrm, contact: Contact, channel: str) -> bool:
    """Whether EspoCRM would not send, or call."""
    if channel == "phone":
        return bool(contact.values.get("doNotCall"))
    return address(contact, channel) in crm.own.opted_out


def _size(asked: Asked) -> int:
    size = asked.number("maxSize", 20, 10**9)
    if size > MOST:
        raise asked.crm.problem(403, f"Max size should not exceed {MOST}")
    return size


def _known(asked: Asked) -> Iterator[Contact]:
    """All contacts, or those whose change readers know of, where they ask for changes."""
    by_change = "modifiedAt" in (asked.one(f"where[{number}][attribute]") for number in _numbers(asked))
    return asked.contacts.changed(0.0) if by_change else asked.contacts.living()


def _numbers(asked: Asked) -> Sequence[int]:
    return sorted({int(found[1]) for name in asked.query if (found := re.match(r"where\[(\d+)\]", name))})


def _meets(asked: Asked, contact: Contact, number: int) -> bool:
    kind, attribute = asked.one(f"where[{number}][type]"), asked.one(f"where[{number}][attribute]")
    if kind == "after":
        return _date(contact, attribute) > asked.one(f"where[{number}][value]")
    if kind == "in" and attribute == "id":
        return contact.id in asked.query.get(f"where[{number}][value][]", ())
    if kind == "or":
        names = [
            values[0] for name, values in asked.query.items() if re.match(rf"where\[{number}\].*\[attribute\]$", name)
        ]
        return any(is_opted_out(asked.crm, contact, FLAGS[name]) for name in names)
    raise asked.crm.problem(400, "this sandbox knows after, in, and or")


def _fitting(asked: Asked, name: str, value: Any) -> Any:
    """A value as it is kept; 400 for one that its field does not take."""
    known = asked.crm.own.fields.get(name)
    if known is None:
        return None  # unknown attributes are passed over
    kind, options = known["type"], set(known.get("options") or ())
    fits = {
        "enum": lambda: value in options,
        "multiEnum": lambda: isinstance(value, list) and set(value) <= options,
        "date": lambda: _DAY.fullmatch(str(value)) is not None,
        "email": lambda: _ADDRESS.fullmatch(str(value)) is not None,
        "bool": lambda: isinstance(value, bool),
    }
    if value in (None, "", []):
        return None
    if not fits.get(kind, lambda: True)():
        raise asked.crm.problem(400, f"validation failure: {name}: {value}")
    return value


def _found(asked: Asked) -> Contact:
    found = asked.contacts.get(asked.path["id"])
    if found is None:
        raise asked.crm.problem(404, "")
    return found


def _date(contact: Contact, name: str) -> str:
    seconds = contact.changed_at if name == "modifiedAt" else contact.created_at
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%d %H:%M:%S")


def _selected(item: Mapping[str, Any], select: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name in select or name == "id"}


def _as_json(crm: SmallCrm, contact: Contact) -> dict[str, Any]:
    return {
        "id": contact.id,
        **contact.values,
        **{name: is_opted_out(crm, contact, channel) for name, channel in FLAGS.items()},
        "createdAt": _date(contact, "createdAt"),
        "modifiedAt": _date(contact, "modifiedAt"),
    }
