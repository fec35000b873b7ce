"""A small Salesforce: contacts and leads, custom fields that nobody sees unasked, individuals, campaigns.

From documentation (developer.salesforce.com on sObject collections, SOQL, query and queryAll, CustomField of the
Tooling API, field permissions; read on 2026-11-27) and the sources of simple-salesforce 1.12.10; nothing was measured
on a real organisation: at most 200 records a collection, a result for each in their order; deleted and merged records
by ``queryAll`` alone, the merged one names its master, which keeps its own values and (assumed) its date; a field of
the Tooling API is seen by nobody until a permission says so; a field that may not be seen spoils the whole query;
restricted choices; the daily limit is a 403. Every fifth record is a lead. An individual that opts out moves no date of
its records. Jobs of Bulk 2.0 (``jobs``): queries alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contactable.sandbox.front import Contact, Limit, Manner, Route, SmallCrm
from contactable.sandbox.front.messages import Incoming
from contactable.sandbox.salesforce import answers, jobs
from contactable.sandbox.salesforce.jobs import Job

OPT_OUTS = {"email": "HasOptedOutOfEmail", "phone": "DoNotCall"}
KINDS = {"Contact": "003", "Lead": "00Q"}
_BOTH = "Id SystemModstamp IsDeleted MasterRecordId IndividualId CreatedDate Email Phone MobilePhone Description Title"


def _standard() -> dict[str, dict[str, dict[str, Any]]]:
    boxes = {"IsDeleted", *OPT_OUTS.values(), "IsConverted"}
    types = dict.fromkeys(boxes, "boolean") | dict.fromkeys(("SystemModstamp", "CreatedDate"), "datetime")
    names = {
        "Contact": [*_BOTH.split(), *OPT_OUTS.values(), "AccountId", "MailingStreet", "MailingPostalCode"],
        "Lead": [*_BOTH.split(), *OPT_OUTS.values(), "IsConverted", "Company", "Street", "PostalCode"],
    }
    return {
        kind: {each: {"name": each, "type": types.get(each, "string")} for each in found}
        for kind, found in names.items()
    }


@dataclass(slots=True)
class Own:
    """What the organisation holds beside its people. ``hidden``: fields that no permission shows to the user.

    ``looks``: how often a job is looked at before it is done; ``job_ends``: what becomes of jobs instead. ``key``: the
    certificate's public key (PEM) by which a user may sign in.
    """

    fields: dict[str, dict[str, dict[str, Any]]] = field(default_factory=_standard)
    hidden: set[tuple[str, str]] = field(default_factory=set)
    sets: dict[str, str] = field(default_factory=dict)
    individuals: list[dict[str, Any]] = field(default_factory=list)
    campaigns: list[dict[str, Any]] = field(default_factory=list)
    spent: bool = False
    jobs: dict[str, Job] = field(default_factory=dict)
    looks: int = 0
    job_ends: str = "JobComplete"
    key: bytes = b""


def _admit(crm: SmallCrm, incoming: Incoming, route: Route) -> None:
    if route.name != "token" and incoming.headers.get("authorization") != f"Bearer {crm.token}":
        raise crm.problem(401, "INVALID_SESSION_ID")
    if crm.own.spent:
        raise crm.problem(403, "REQUEST_LIMIT_EXCEEDED")


def _opt_out(crm: SmallCrm, contact: Contact, channel: str) -> None:
    crm.contacts.change(contact.id, {OPT_OUTS[channel]: True})


def _occupy(crm: SmallCrm, name: str) -> None:
    crm.own.fields["Contact"][name] = {"name": name, "type": "double"}


def _merge(crm: SmallCrm, id: str, other: str) -> Contact:
    crm.contacts.delete(other)
    crm.contacts.by_id[other].merged_into = id
    return crm.contacts.by_id[id]


def object_to_all(crm: SmallCrm, id: str) -> None:
    """The individual behind a record objects to everything; no date of the record moves."""
    number = f"0PK{len(crm.own.individuals) + 1:012}AAA"
    crm.own.individuals.append({"Id": number, "HasOptedOutSolicit": True, "at": crm.clock()})
    crm.contacts.by_id[id].values["IndividualId"] = number


def enlist(crm: SmallCrm, name: str, ids: Sequence[str]) -> None:
    """Make a campaign with these members."""
    crm.own.campaigns.append({"Id": f"701{len(crm.own.campaigns) + 1:012}AAA", "Name": name, "members": list(ids)})


def _access(crm: SmallCrm) -> Mapping[str, str]:
    return {"token": "", "client_id": crm.token, "client_secret": crm.token}


_DATA = "/services/data/<version>"
MANNER = Manner(
    "salesforce",
    (
        Route("token", "POST", "/services/oauth2/token", answers.token),
        Route("limits", "GET", f"{_DATA}/limits", answers.limits),
        Route("counts", "GET", f"{_DATA}/limits/recordCount", jobs.counts),
        Route("job", "POST", f"{_DATA}/jobs/query", jobs.begin),
        Route("job_state", "GET", f"{_DATA}/jobs/query/<id>", jobs.look),
        Route("job_results", "GET", f"{_DATA}/jobs/query/<id>/results", jobs.results, "read"),
        Route("query", "GET", f"{_DATA}/query", answers.query, "read"),
        Route("query_all", "GET", f"{_DATA}/queryAll", answers.query_all, "read"),
        Route("describe", "GET", f"{_DATA}/sobjects/<kind>/describe", answers.describe),
        Route("update", "PATCH", f"{_DATA}/composite/sobjects", answers.update, "write"),
        Route("create", "POST", f"{_DATA}/composite/sobjects", answers.permit),
        Route("permission_set", "POST", f"{_DATA}/sobjects/PermissionSet", answers.make_set),
        Route("assignment", "POST", f"{_DATA}/sobjects/PermissionSetAssignment", answers.assign),
        Route("me", "GET", f"{_DATA}/chatter/users/me", answers.me),
        Route("field", "POST", f"{_DATA}/tooling/sobjects/CustomField", answers.make_field),
        Route("field_change", "PATCH", f"{_DATA}/tooling/sobjects/CustomField/<id>", answers.change_field),
        Route("field_delete", "DELETE", f"{_DATA}/tooling/sobjects/CustomField/<id>", answers.delete_field),
        Route("tooling_query", "GET", f"{_DATA}/tooling/query", answers.find_field),
    ),
    _admit,
    lambda status, message: [{"errorCode": message, "message": f"{message}: as the server words it"}],
    limits={"all": Limit(100_000, 86_400.0)},
    begin=Own,
    new_id=lambda number: f"{'00Q' if number % 5 == 0 else '003'}{number:012}AAA",
    opt_out=_opt_out,
    is_opted_out=lambda crm, contact, channel: bool(contact.values.get(OPT_OUTS[channel])),
    occupy=_occupy,
    merge=_merge,
    access=_access,
    person=lambda number: {"Email": f"person{number}@example.com", "Title": "gardener"},
)
