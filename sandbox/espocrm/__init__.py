"""A small EspoCRM: contacts, addresses and numbers with their opt-outs, fields, target lists.

Measured on a real server (8.4.2): opt-outs belong to the address, and everybody who shares it is opted out without a
change of their ``modifiedAt``; at most 200 contacts a page, 403 beyond; custom fields get the prefix ``c``; dates are
written without parts of a second; ``where[0][type]=after``. From its source and documentation (read on 2026-11-27): an
API user is no administrator, and only those may make fields (``/Admin``); an opt-out is written by
``emailAddressIsOptedOut`` where the address stays; ``select`` names what is answered; a choice that does not exist is
answered 400; the opted-out can be filtered by ``isTrue``. There are no limits.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from contactable.sandbox.espocrm import answers
from contactable.sandbox.front import Contact, Manner, Route, SmallCrm
from contactable.sandbox.front.messages import Incoming

ADMIN = "admin:sandbox"
STANDARD = {
    "firstName": "varchar",
    "lastName": "varchar",
    "emailAddress": "email",
    "phoneNumber": "phone",
    "doNotCall": "bool",
    "description": "text",
    "createdAt": "datetime",
    "modifiedAt": "datetime",
}


@dataclass(slots=True)
class Own:
    """What the CRM holds beside its contacts; opted-out addresses and numbers by themselves."""

    fields: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {name: {"type": t} for name, t in STANDARD.items()}
    )
    opted_out: set[str] = field(default_factory=set)
    lists: dict[str, dict[str, Any]] = field(default_factory=dict)


def _admit(crm: SmallCrm, incoming: Incoming, route: Route) -> None:
    basic = incoming.headers.get("authorization", "").partition(" ")[2]
    is_admin = basic == base64.b64encode(ADMIN.encode()).decode()
    if not is_admin and incoming.headers.get("x-api-key") != crm.token:
        raise crm.problem(401, "")
    if route.path.startswith("/api/v1/Admin") and not is_admin:
        raise crm.problem(403, "")


def _opt_out(crm: SmallCrm, contact: Contact, channel: str) -> None:
    if channel == "phone":
        crm.contacts.change(contact.id, {"doNotCall": True})
    else:
        crm.own.opted_out.add(answers.address(contact, channel))  # and no date moves


def _occupy(crm: SmallCrm, name: str) -> None:
    crm.own.fields[name] = {"type": "float", "isCustom": True}


def enlist(crm: SmallCrm, name: str, ids: list[str]) -> None:
    """Make a target list of contacts."""
    number = f"list{len(crm.own.lists) + 1}"
    crm.own.lists[number] = {"id": number, "name": name, "members": list(ids)}


MANNER = Manner(
    "espocrm",
    (
        Route("contacts", "GET", "/api/v1/Contact", answers.contacts, "read"),
        Route("contact", "GET", "/api/v1/Contact/<id>", answers.contact),
        Route("update", "PUT", "/api/v1/Contact/<id>", answers.update, "write"),
        Route("metadata", "GET", "/api/v1/Metadata", answers.metadata),
        Route("field", "POST", "/api/v1/Admin/fieldManager/Contact", answers.make),
        Route("field_change", "PUT", "/api/v1/Admin/fieldManager/Contact/<name>", answers.complete),
        Route("rebuild", "POST", "/api/v1/Admin/rebuild", answers.rebuild),
        Route("jobs", "GET", "/api/v1/Admin/jobs", answers.jobs),
        Route("lists", "GET", "/api/v1/TargetList", answers.lists),
        Route("members", "GET", "/api/v1/TargetList/<id>/contacts", answers.members),
    ),
    _admit,
    lambda status, message: {"messageTranslation": None, "message": message} if message else b"",
    begin=Own,
    new_id=lambda number: f"{number:017x}",
    opt_out=_opt_out,
    is_opted_out=lambda crm, contact, channel: answers.is_opted_out(crm, contact, channel),
    occupy=_occupy,
    person=lambda number: {"emailAddress": f"person{number}@example.com", "lastName": f"Person {number}"},
    access=lambda crm: {"admin": ADMIN},
)
