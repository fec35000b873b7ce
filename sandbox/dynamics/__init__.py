"""A small Dynamics 365: contacts, columns, delta links, and the login that gives tokens.

From documentation (Microsoft's pages on the Dataverse Web API, read on 2026-11-27), nothing was measured on a real
organisation: ``Prefer: odata.track-changes`` gives a delta link, which tells deletions with a ``reason``; pages by
``@odata.nextLink``; a column that is not there is an error; ``UpdateMultiple`` writes all or nothing; a PATCH without
``If-Match: *`` would create; choices are numbers, several joined by commas; 6,000 requests in five minutes, 429 with
``Retry-After``. Assumed, because they are the worse cases: a delta link stands for the moment of its last page, and
some tool sets a "do not" column without moving any date or version; a merge moves no date of the contact that is left
and gives it nothing, and one that was merged may still be written. A secret that ends with ``-reads`` is that of a role
without the right to write.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from contactable.sandbox.dynamics import answers, definitions
from contactable.sandbox.front import Contact, Limit, Manner, Route, SmallCrm
from contactable.sandbox.front.messages import Incoming

FLAGS = {"email": "donotbulkemail", "phone": "donotphone", "post": "donotbulkpostalmail"}
API = answers.API


@dataclass(slots=True)
class Own:
    """What the organisation holds beside its contacts. Tokens are those given out; delta links before one are void."""

    columns: dict[str, str] = field(default_factory=lambda: dict(definitions.STANDARD))
    lists: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    options: dict[str, dict[str, int]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    may_read: set[str] = field(default_factory=set)  # tokens of a role that may read alone
    oldest_link: float = 0.0

    def give_token(self) -> str:
        """A new access token."""
        token = secrets.token_hex(16)
        self.tokens.add(token)
        return token


def _admit(crm: SmallCrm, incoming: Incoming, route: Route) -> None:
    scheme, _, token = incoming.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or token not in crm.own.tokens:
        raise crm.problem(401, "")
    if token in crm.own.may_read and route.verb == "write":
        raise crm.problem(403, "prvWriteContact")


def _opt_out(crm: SmallCrm, contact: Contact, channel: str) -> None:
    contact.values[FLAGS[channel]] = True  # and no date moves


def _occupy(crm: SmallCrm, name: str) -> None:
    crm.own.columns[name] = "DoubleType"


def enlist(crm: SmallCrm, name: str, ids: Sequence[str]) -> None:
    """Make a static marketing list with these members."""
    crm.own.lists[f"7a1e0000-0000-4000-8000-{len(crm.own.lists) + 1:012d}"] = (name, list(ids))


TABLE = f"{API}/EntityDefinitions(LogicalName='contact')/Attributes"
MANNER = Manner(
    "dynamics",
    (
        Route("login", "POST", "/<tenant>/oauth2/v2.0/token", answers.login, limits=(), open=True),
        Route("contacts", "GET", f"{API}/contacts", answers.contacts, "read"),
        Route("contact", "GET", f"{API}/contacts(<id>)", answers.contact),
        Route("update", "PATCH", f"{API}/contacts(<id>)", answers.update, "write"),
        Route("update_many", "POST", f"{API}/contacts/Microsoft.Dynamics.CRM.UpdateMultiple", answers.many, "write"),
        Route("lists", "GET", f"{API}/lists", answers.lists),
        Route("members", "GET", f"{API}/lists(<id>)/listcontact_association", answers.members),
        Route("columns", "GET", TABLE, definitions.columns),
        Route("choices", "GET", f"{TABLE}/Microsoft.Dynamics.CRM.<kind>AttributeMetadata", definitions.choices),
        Route("column", "POST", TABLE, definitions.make),
        Route("option", "POST", f"{API}/InsertOptionValue", definitions.insert),
    ),
    _admit,
    lambda status, message: {"error": {"code": f"0x{status:08x}", "message": message}},
    limits={"all": Limit(6_000, 300.0)},
    begin=Own,
    new_id=lambda number: f"5f3a8c1e-0000-4000-8000-{number:012d}",
    opt_out=_opt_out,
    is_opted_out=lambda crm, contact, channel: bool(contact.values.get(FLAGS[channel])),
    occupy=_occupy,
    merge=answers.merge,
    person=lambda number: {"emailaddress1": f"person{number}@example.com", "lastname": f"Person {number}"},
    access=lambda crm: {
        "token": "",
        "tenant": "sandbox",
        "client_id": "sandbox",
        "client_secret": crm.token,
        "login_url": crm.url,
    },
)
