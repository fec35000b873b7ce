"""A small Zoho CRM: contacts, fields, queries, and the accounts that give tokens.

From documentation (Zoho's pages on API v8 and its OpenAPI descriptions, read on 2026-11-27), nothing was measured on a
real account: ``Zoho-oauthtoken`` instead of ``Bearer``, tokens of an hour, wrong credentials told with status 200;
COQL in the order of ids, 2,000 a query, 204 where there is nobody, and an error for a field that is not there; writing
a hundred at a time with a result for each, 207 where they differ; five new fields a request, labels of 25 letters, from
which their names come. Assumed: a value that is no choice is taken, and an unsubscribe leaves ``Modified_Time`` alone
(the worse cases). Channels of notifications end after an hour unless more is asked for, after a week at most (more is
an hour again); nothing is sent to them. Requests side by side are limited where a test asks for it, credits a day are
not played. A refresh token that ends with ``-reads`` has no scope to write.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from contactable.sandbox.front import Contact, Manner, Route, SmallCrm
from contactable.sandbox.front.messages import Incoming
from contactable.sandbox.zoho import answers, channels

STANDARD = {
    "First_Name": "text",
    "Last_Name": "text",
    "Email": "email",
    "Phone": "phone",
    "Mobile": "phone",
    "Description": "textarea",
    "Email_Opt_Out": "boolean",
    "Created_Time": "datetime",
    "Modified_Time": "datetime",
}


@dataclass(slots=True)
class Own:
    """What the CRM holds beside its contacts; the tokens are those that were given out, channels those opened."""

    fields: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            name: {"id": str(place), "api_name": name, "data_type": kind}
            for place, (name, kind) in enumerate(STANDARD.items(), 1)
        }
    )
    tokens: set[str] = field(default_factory=set)
    may_read: set[str] = field(default_factory=set)  # tokens whose scopes are for reading alone
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    opens_twice: bool = True  # whether a channel that is open may be opened anew, or must be changed

    def give_token(self) -> str:
        """A new access token."""
        token = f"1000.{secrets.token_hex(16)}"
        self.tokens.add(token)
        return token


def _admit(crm: SmallCrm, incoming: Incoming, route: Route) -> None:
    scheme, _, token = incoming.headers.get("authorization", "").partition(" ")
    if scheme != "Zoho-oauthtoken" or token not in crm.own.tokens:
        raise crm.problem(401, "invalid oauth token")
    if token in crm.own.may_read and route.verb == "write":
        raise crm.problem(401, "OAUTH_SCOPE_MISMATCH")


def _opt_out(crm: SmallCrm, contact: Contact, channel: str) -> None:
    contact.values["Email_Opt_Out"] = True  # and no date moves


def _occupy(crm: SmallCrm, name: str) -> None:
    answers.add_field(crm, {"field_label": name, "data_type": "double"})


_CODES = {400: "INVALID_QUERY", 401: "INVALID_TOKEN", 404: "INVALID_URL_PATTERN", 429: "TOO_MANY_REQUESTS"}
MANNER = Manner(
    "zoho",
    (
        Route("token", "POST", "/oauth/v2/token", answers.token, limits=(), open=True),
        Route("query", "POST", "/crm/v8/coql", answers.query, "read"),
        Route("update", "PUT", "/crm/v8/Contacts", answers.update, "write"),
        Route("fields", "GET", "/crm/v8/settings/fields", answers.fields),
        Route("field", "POST", "/crm/v8/settings/fields", answers.make),
        Route("watch", "POST", "/crm/v8/actions/watch", channels.open_anew),
        Route("watch_change", "PUT", "/crm/v8/actions/watch", channels.change),
        Route("watched", "GET", "/crm/v8/actions/watch", channels.told),
        Route("field_change", "PATCH", "/crm/v8/settings/fields/<id>", answers.complete),
    ),
    _admit,
    lambda status, message: {"code": _CODES.get(status, "ERROR"), "message": message, "status": "error"},
    begin=Own,
    new_id=lambda number: str(487_000_000_000_000_000 + number),
    opt_out=_opt_out,
    is_opted_out=lambda crm, contact, channel: bool(contact.values.get("Email_Opt_Out")),
    occupy=_occupy,
    person=lambda number: {"Email": f"person{number}@example.com", "Last_Name": f"Person {number}"},
    access=lambda crm: {
        "token": "",
        "base_url": f"{crm.url}/crm/v8",
        "accounts_url": crm.url,
        "client_id": "sandbox",
        "client_secret": "sandbox",
        "refresh_token": crm.token,
    },
)
