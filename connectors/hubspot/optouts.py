"""HubSpot's native opt-out of e-mail, so that an opposition also binds campaigns that filter on nothing.

Addresses go in bodies only, never in a URL: the single interfaces that name an address in their path are not used. All
subscriptions at once is one batch where the account's plan has that interface; else every type is left one by one.
Nobody is ever subscribed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from contactable.connectors.hubspot.account import Account
from contactable.connectors.hubspot.pages import in_groups, read
from contactable.connectors.hubspot.records import OPT_OUT
from contactable.connectors.protocol import ContactRecord, OptOuts, Outcome, Result
from contactable.errors import Unavailable
from contactable.transport import pipelined

LEGAL_BASIS = {
    "legalBasis": "LEGITIMATE_INTEREST_OTHER",
    "legalBasisExplanation": "The person objected to prospecting.",
}
EVERYTHING = "hs_email_optout"
NOT_IN_THIS_PLAN = (403, 404)
REFUSED = (400,)


def opt_out(account: Account, ids: Sequence[str], scope_id: str = "") -> Iterator[Outcome]:
    """Leave one subscription type, or all; one outcome for each contact. Raises ``Refused`` without the scope."""
    for group in in_groups(list(dict.fromkeys(ids))):
        records = list(read(account, group, ("email",)))
        yield from (Outcome(each.id, Result.GONE) for each in records if each.gone and each.id in group)
        living = [each for each in records if not each.gone]
        yield from (_without_address(each) for each in living if not each.properties.get("email"))
        yield from _leave(account, [each for each in living if each.properties.get("email")], scope_id)


def opt_outs_of(record: ContactRecord) -> OptOuts:
    """The opt-outs that a record shows; they are those of its first address."""
    out = [name for name, value in record.properties.items() if value.lower() == "true"]
    shown = {found[1]: name for name in out if (found := OPT_OUT.fullmatch(name))}
    if EVERYTHING in out:
        shown[""] = EVERYTHING
    return OptOuts(record.properties.get("email", ""), shown)


def _without_address(record: ContactRecord) -> Outcome:
    return Outcome(record.id, Result.REFUSED, "the contact has no e-mail address")


def _leave(account: Account, records: Sequence[ContactRecord], scope_id: str) -> Iterator[Outcome]:
    if not records:
        return
    if not scope_id and _leave_all(account, records):
        yield from (Outcome(each.id, Result.WRITTEN) for each in records)
        return
    types = [scope_id] if scope_id else subscription_types(account)
    yield from pipelined(lambda each: _leave_types(account, each, types), records, at_once=account.options.in_flight)


def _leave_all(account: Account, records: Sequence[ContactRecord]) -> bool:
    """Leave everything in one request; False where the plan or the token does not allow that."""
    path = account.paths("preferences", "statuses", "batch", "unsubscribe-all") + "?channel=EMAIL"
    addresses = [each.properties["email"] for each in records]
    answer = account.post(path, {"inputs": addresses}, expected=(*NOT_IN_THIS_PLAN, *REFUSED))
    return answer.status in (200, 201, 204)


def subscription_types(account: Account) -> list[str]:
    """The ids of the active types of subscription."""
    answer = account.get(account.paths("definitions"))
    return [str(each["id"]) for each in answer.json["subscriptionDefinitions"] if each.get("isActive", True)]


def _leave_types(account: Account, record: ContactRecord, types: Sequence[str]) -> Outcome:
    try:
        for type in types:
            body = {"emailAddress": record.properties["email"], "subscriptionId": type, **LEGAL_BASIS}
            answer = account.post(account.paths("unsubscribe"), body, expected=REFUSED)
            if answer.status in REFUSED and not _is_out(answer.json):
                return Outcome(record.id, Result.REFUSED, "HubSpot refuses the address or the subscription type")
    except Unavailable as error:
        return Outcome(record.id, Result.LATER, str(error))
    return Outcome(record.id, Result.WRITTEN)


def _is_out(body: object) -> bool:
    """HubSpot refuses to unsubscribe somebody who is out already."""
    return isinstance(body, dict) and "already unsubscribed" in str(body.get("message", "")).lower()
