"""A small Dolibarr: contacts, complementary attributes, the list of addresses that left mailings.

Measured on a real server (16.0.3): ``DOLAPIKEY``, 401 without one; ``array_options.options_NAME``; ``sqlfilters`` on
``t.tms``; ``no_email`` is echoed by a PUT and not stored where the module of mailings is off. From its source (read on
2026-11-27): 404 where a list is empty; opt-outs of mailings belong to the address and move no date; attributes are made
by ``POST /setup/extrafields/…``, by an administrator; an attribute that is not named stays in newer versions, and is
lost in older ones (``version``); values of choices are not looked at. Assumed: the database writes ``tms`` in the time
zone of Paris. There are no limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from contactable.sandbox.dolibarr import answers
from contactable.sandbox.front import Contact, Manner, Route, SmallCrm
from contactable.sandbox.front.messages import Incoming


@dataclass(slots=True)
class Own:
    """What the Dolibarr holds beside its contacts. ``mailing``: whether its module of mailings is on."""

    fields: dict[str, dict[str, Any]] = field(default_factory=dict)
    opted_out: set[str] = field(default_factory=set)
    mailing: bool = True
    categories: dict[str, dict[str, Any]] = field(default_factory=dict)
    version: str = "16.0.3"


def _admit(crm: SmallCrm, incoming: Incoming, route: Route) -> None:
    if incoming.headers.get("dolapikey") != crm.token:
        raise crm.problem(401, "Unauthorized: Access not allowed")


def _opt_out(crm: SmallCrm, contact: Contact, channel: str) -> None:
    crm.own.opted_out.add(str(contact.values.get("email") or "").lower())  # and no date moves


def enlist(crm: SmallCrm, name: str, ids: Sequence[str]) -> None:
    """Make a category of contacts."""
    number = str(len(crm.own.categories) + 1)
    crm.own.categories[number] = {"id": number, "label": name, "members": list(ids)}


def _occupy(crm: SmallCrm, name: str) -> None:
    crm.own.fields[name] = {"type": "double", "param": ""}


BASE = "/api/index.php"
MANNER = Manner(
    "dolibarr",
    (
        Route("contacts", "GET", f"{BASE}/contacts", answers.contacts, "read"),
        Route("contact", "GET", f"{BASE}/contacts/<id>", answers.contact),
        Route("update", "PUT", f"{BASE}/contacts/<id>", answers.update, "write"),
        Route("fields", "GET", f"{BASE}/setup/extrafields", answers.fields),
        Route("field", "POST", f"{BASE}/setup/extrafields/<element>/<name>", answers.make),
        Route("field_change", "PUT", f"{BASE}/setup/extrafields/<element>/<name>", answers.complete),
        Route("categories", "GET", f"{BASE}/categories", answers.categories),
        Route("members", "GET", f"{BASE}/categories/<id>/objects", answers.members),
        Route("status", "GET", f"{BASE}/status", answers.status),
    ),
    _admit,
    lambda status, message: {"error": {"code": status, "message": message}},
    begin=Own,
    opt_out=_opt_out,
    is_opted_out=lambda crm, contact, channel: answers.has_left(crm, contact),
    occupy=_occupy,
    person=lambda number: {"email": f"person{number}@example.com", "lastname": f"Person {number}"},
)
