"""A small Brevo: contacts, attributes, lists, imports.

From documentation (developers.brevo.com and the models of ``brevo-python`` 5.1.0, read on 2026-11-27), nothing was
measured on a real account: pages by offset in the order of creation, at most 1,000 and at most 20 ids; a wrong value is
ignored and answered 204; unknown attributes are ignored; writing EMAIL takes a contact off the black list; imports run
by themselves, create whom they do not find, and put everybody into a list; merges leave no trace; 10 requests a second
under ``/contacts`` and 36,000 an hour, 100 an hour elsewhere, ``x-sib-ratelimit-*`` and no ``Retry-After``;
``/contacts/batch`` is gone. Assumed, because it is the worse case: an unsubscribe leaves ``modifiedAt`` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contactable.sandbox.brevo import answers
from contactable.sandbox.front import Contact, Limit, Manner, Route, SmallCrm
from contactable.sandbox.front.limits import Meter
from contactable.sandbox.front.messages import Incoming

BLACKLISTS = {"email": "emailBlacklisted", "sms": "smsBlacklisted"}


@dataclass(slots=True)
class Own:
    """What the account holds beside its contacts."""

    attributes: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            name: {"name": name, "category": "normal", "type": "text"}
            for name in ("FIRSTNAME", "LASTNAME", "SMS", "COUNTRY", "NOTE")
        }
    )
    lists: dict[int, dict[str, Any]] = field(default_factory=dict)
    processes: list[str] = field(default_factory=list)


def _admit(crm: SmallCrm, incoming: Incoming, route: Route) -> None:
    if incoming.headers.get("api-key") != crm.token:
        raise crm.problem(401, "Key not found")


def _opt_out(crm: SmallCrm, contact: Contact, channel: str) -> None:
    contact.values[BLACKLISTS[channel]] = True  # and no date moves


def _occupy(crm: SmallCrm, name: str) -> None:
    crm.own.attributes[name] = {"name": name, "category": "normal", "type": "float"}


def enlist(crm: SmallCrm, name: str, ids: list[str]) -> int:
    """Make a list of contacts and give its id."""
    number = len(crm.own.lists) + 1
    crm.own.lists[number] = {"id": number, "name": name, "members": list(ids)}
    return number


def _headers(meters: Mapping[str, Meter]) -> dict[str, str]:
    """What Brevo tells of the second's limit on each answer."""
    if "second" not in meters:
        return {}
    meter = meters["second"]
    told = {"limit": meter.limit.most, "remaining": meter.remaining, "reset": int(meter.reset) + 1}
    return {f"x-sib-ratelimit-{name}": str(value) for name, value in told.items()}


_CODES = {400: "invalid_parameter", 401: "unauthorized", 403: "permission_denied", 404: "document_not_found"}
_OF_CONTACTS = ("second", "hour")
MANNER = Manner(
    "brevo",
    (
        Route("contacts", "GET", "/contacts", answers.contacts, "read", _OF_CONTACTS),
        Route("contact", "GET", "/contacts/<id>", answers.contact, "", _OF_CONTACTS),
        Route("update", "PUT", "/contacts/<id>", answers.update, "write", _OF_CONTACTS),
        Route("delete", "DELETE", "/contacts/<id>", answers.delete, "", _OF_CONTACTS),
        Route("attributes", "GET", "/contacts/attributes", answers.attributes, "", _OF_CONTACTS),
        Route("attribute", "POST", "/contacts/attributes/normal/<name>", answers.make, "", _OF_CONTACTS),
        Route("attribute_change", "PUT", "/contacts/attributes/normal/<name>", answers.complete, "", _OF_CONTACTS),
        Route("lists", "GET", "/contacts/lists", answers.lists, "", _OF_CONTACTS),
        Route("members", "GET", "/contacts/lists/<int:id>/contacts", answers.members, "", _OF_CONTACTS),
        Route("import", "POST", "/contacts/import", answers.start_import, "", _OF_CONTACTS),
        Route("process", "GET", "/processes/<int:id>", answers.process, "", ("others",)),
    ),
    _admit,
    lambda status, message: {"code": _CODES.get(status, "error"), "message": message},
    limits={
        "second": Limit(10, 1.0, names_delay=False),
        "hour": Limit(36_000, 3_600.0, names_delay=False),
        "others": Limit(100, 3_600.0, names_delay=False),
    },
    headers=_headers,
    begin=Own,
    opt_out=_opt_out,
    is_opted_out=lambda crm, contact, channel: bool(contact.values.get(BLACKLISTS[channel])),
    occupy=_occupy,
    person=lambda number: {"email": f"person{number}@example.com", "FIRSTNAME": f"Person {number}"},
)
