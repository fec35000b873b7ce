"""A small Sellsy: contacts, custom fields, subscriptions, and the login that gives tokens.

From documentation (Sellsy's OpenAPI 2.128.0, and answers recorded by public connectors, read on 2026-11-27), nothing
was measured on a real account: searches by POST, pages by "seek", whose offset is opaque and stands on the last id;
``updated.start`` is a filter of contacts; custom fields come only where they are asked for (``embed[]=cf.ID``), choices
are numbers; a missing field is not null; subscriptions are one list of channels; errors are ``error.code`` and
``message``; five requests a second, told by ``X-Quota-Remaining-By-Second``, errors counted too; 429 names no delay.
Assumed, because no page settles it: the body that creates a custom field is the one that shows it, and a change of
subscriptions leaves ``updated`` alone (the worse case).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contactable.sandbox.front import Contact, Limit, Manner, Route, SmallCrm
from contactable.sandbox.front.limits import Meter
from contactable.sandbox.front.messages import Incoming
from contactable.sandbox.sellsy import answers

NAMES = {"email": "email", "sms": "sms", "phone": "phone", "post": "postal_mail"}


@dataclass(slots=True)
class Own:
    """What the account holds beside its contacts; the tokens are those that were given out."""

    fields: dict[int, dict[str, Any]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    items: int = 0

    def give_token(self) -> str:
        """A new access token."""
        token = secrets.token_hex(16)
        self.tokens.add(token)
        return token


def _admit(crm: SmallCrm, incoming: Incoming, route: Route) -> None:
    scheme, _, token = incoming.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or token not in crm.own.tokens:
        raise crm.problem(401, "Unauthorized")


def _opt_out(crm: SmallCrm, contact: Contact, channel: str) -> None:
    kept = answers.subscriptions(contact)
    contact.values[answers.SUBSCRIPTIONS] = [each for each in kept if each != NAMES[channel]]  # and no date moves


def _is_opted_out(crm: SmallCrm, contact: Contact, channel: str) -> bool:
    return NAMES[channel] not in answers.subscriptions(contact)


def _occupy(crm: SmallCrm, name: str) -> None:
    answers.add_field(crm, {"code": name, "name": name, "type": "numeric", "related_objects": ["contact"]})


def _headers(meters: Mapping[str, Meter]) -> dict[str, str]:
    if "second" not in meters:
        return {}
    return {"X-Quota-Remaining-By-Second": str(meters["second"].remaining)}


_LIMITS = ("second", "day")
MANNER = Manner(
    "sellsy",
    (
        Route("login", "POST", "/oauth2/access-tokens", answers.login, limits=(), open=True),
        Route("search", "POST", "/contacts/search", answers.search, "read", _LIMITS),
        Route("contacts", "GET", "/contacts", answers.contacts, "", _LIMITS),
        Route("contact", "GET", "/contacts/<id>", answers.contact, "", _LIMITS),
        Route("update", "PUT", "/contacts/<id>", answers.update, "write", _LIMITS),
        Route("update_fields", "PUT", "/contacts/<id>/custom-fields", answers.update_fields, "write", _LIMITS),
        Route("fields", "GET", "/custom-fields", answers.fields, "", _LIMITS),
        Route("field", "POST", "/custom-fields", answers.make, "", _LIMITS),
        Route("field_change", "PUT", "/custom-fields/<int:number>", answers.complete, "", _LIMITS),
    ),
    _admit,
    lambda status, message: {"error": {"code": status, "message": message, "context": "", "details": {}}},
    limits={"second": Limit(5, 1.0, names_delay=False), "day": Limit(432_000, 86_400.0, names_delay=False)},
    headers=_headers,
    begin=Own,
    opt_out=_opt_out,
    is_opted_out=_is_opted_out,
    occupy=_occupy,
    person=lambda number: {"email": f"person{number}@example.com", "first_name": f"Person {number}"},
    access=lambda crm: {"token": "", "client_id": "sandbox", "client_secret": crm.token},
)
