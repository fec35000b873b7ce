"""A small Pipedrive, version 2 of its API: persons, custom fields, the marketing status of Campaigns.

From documentation (Pipedrive's own ``client-nodejs`` 33.7.0, made from its OpenAPI file, and pipedrive.readme.io on
rate limits, read on 2026-11-27), nothing was measured on a real company: at most 500 persons a page by a token, at most
100 ids, those not there left out; custom fields under keys of forty letters, choices by number; an empty list for a
choice of several is refused, null clears; a deleted person stays for thirty days; a status that may not change is kept
and answered 200; ``x-ratelimit-*`` in windows of two seconds and no ``Retry-After``. Assumed, because it is the worse
case: a person who unsubscribes keeps the ``update_time``; a deleted one is answered as ``is_deleted``; a page's token
ends when the sandbox is asked to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contactable.sandbox.front import Contact, Limit, Manner, Route, SmallCrm
from contactable.sandbox.front.limits import Meter
from contactable.sandbox.front.messages import Incoming
from contactable.sandbox.pipedrive import answers

NOTE = "a" * 40
"""The key of a custom field that people made."""


def _standard() -> dict[str, dict[str, Any]]:
    made = {
        code: {"field_name": name, "field_code": code, "field_type": kind, "is_custom_field": False, "options": None}
        for code, name, kind in (
            ("name", "Name", "varchar"),
            ("org_id", "Organization", "org"),
            ("add_time", "Person created", "date"),
            ("marketing_status", "Marketing status", "enum"),
        )
    }
    made[NOTE] = {
        "field_name": "Remarque",
        "field_code": NOTE,
        "field_type": "text",
        "is_custom_field": True,
        "options": None,
    }
    return made


@dataclass(slots=True)
class Own:
    """What the company holds beside its persons: fields by key, the number of the last choice, tokens of pages."""

    fields: dict[str, dict[str, Any]] = field(default_factory=_standard)
    choices: int = 0
    tokens_end: bool = False


def _admit(crm: SmallCrm, incoming: Incoming, route: Route) -> None:
    if incoming.headers.get("x-api-token") != crm.token:
        raise crm.problem(401, "unauthorized access")


def _headers(meters: Mapping[str, Meter]) -> dict[str, str]:
    if "burst" not in meters:
        return {}
    meter = meters["burst"]
    told = {"limit": meter.limit.most, "remaining": max(0, meter.remaining), "reset": int(meter.reset) + 1}
    return {f"x-ratelimit-{name}": str(value) for name, value in told.items()}


def _opt_out(crm: SmallCrm, contact: Contact, channel: str) -> None:
    contact.values["marketing_status"] = "unsubscribed"  # and no date moves


def _occupy(crm: SmallCrm, name: str) -> None:
    answers.make_field(crm, {"field_name": f"Contract [{name}]", "field_type": "double"})


def told(crm: SmallCrm, id: str) -> dict[str, str]:
    """What a person's fields hold, by the codes in brackets, for tests."""
    return {name: text for name, text in answers.plain(crm, crm.contacts.by_id[id]).items() if text}


MANNER = Manner(
    "pipedrive",
    (
        Route("persons", "GET", "/persons", answers.persons, "read", ("burst",)),
        Route("person", "GET", "/persons/<id>", answers.person, "", ("burst",)),
        Route("update", "PATCH", "/persons/<id>", answers.update, "write", ("burst",)),
        Route("fields", "GET", "/personFields", answers.fields, "", ("burst",)),
        Route("field", "POST", "/personFields", answers.make, "", ("burst",)),
        Route("options", "POST", "/personFields/<code>/options", answers.add_options, "", ("burst",)),
        Route("field_delete", "DELETE", "/personFields/<code>", answers.delete_field, "", ("burst",)),
    ),
    _admit,
    lambda status, message: {"success": False, "error": message, "code": f"ERR_{status}", "data": None},
    limits={"burst": Limit(20, 2.0, names_delay=False)},
    headers=_headers,
    begin=Own,
    opt_out=_opt_out,
    is_opted_out=lambda crm, contact, channel: contact.values.get("marketing_status") == "unsubscribed",
    occupy=_occupy,
    person=lambda number: {"name": f"Person {number}", "email": f"person{number}@example.com"},
)
