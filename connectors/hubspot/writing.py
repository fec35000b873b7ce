"""Writing properties: a hundred contacts a request, several requests in flight, one outcome for each contact.

Every input carries ``objectWriteTraceId`` (the contact's id), which a 207 names for what failed. Where HubSpot refuses
a batch as a whole, halves are tried, so that one odd value does not stop ninety-nine others. Nothing is created; the
same values written twice do no harm, so an answer that was lost is simply asked for again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from contactable.connectors.hubspot.account import Account
from contactable.connectors.hubspot.pages import in_groups, named_by, read
from contactable.connectors.parts import one_change_a_contact, write_in_groups
from contactable.connectors.protocol import Change, Outcome, Result
from contactable.errors import Refused
from contactable.transport import Answer

WHOLE_BATCH_REFUSED = (400, 409)


def write(account: Account, changes: Sequence[Change]) -> Iterator[Outcome]:
    """Write, and yield one outcome for each contact; raises ``Refused`` where it concerns all (token, property)."""
    # One id twice in a batch is refused, in two batches locked (423).
    groups = in_groups(one_change_a_contact(changes))
    yield from write_in_groups(partial(_outcomes, account), groups, in_flight=account.options.in_flight)


def _outcomes(account: Account, batch: Sequence[Change]) -> Iterator[Outcome]:
    body = {"inputs": [_input(change) for change in batch]}
    answer = account.post(account.paths("contacts", "batch", "update"), body, expected=WHOLE_BATCH_REFUSED)
    if answer.status not in WHOLE_BATCH_REFUSED:
        yield from _of_each(account, batch, answer)
    elif len(batch) > 1:
        half = len(batch) // 2
        yield from _outcomes(account, batch[:half])
        yield from _outcomes(account, batch[half:])
    else:
        yield _of_error(batch[0].id, answer.json)


def _input(change: Change) -> dict[str, Any]:
    return {"id": change.id, "properties": dict(change.properties), "objectWriteTraceId": change.id}


def _of_each(account: Account, batch: Sequence[Change], answer: Answer) -> Iterator[Outcome]:
    """What became of each contact of a batch that was carried out, at least in part."""
    written = {str(each["id"]) for each in answer.json.get("results") or ()}
    failed = {id: error for error in answer.json.get("errors") or () for id in named_by(error)}
    silent = []
    for change in batch:
        if change.id in written:
            yield Outcome(change.id, Result.WRITTEN)
        elif change.id in failed:
            yield _of_error(change.id, failed[change.id])
        else:
            silent.append(change.id)
    if silent:
        yield from _of_silent(account, silent)


def _of_silent(account: Account, ids: Sequence[str]) -> Iterator[Outcome]:
    """Contacts that the answer does not name under their id: merged ones answer under the survivor's, or not at all.

    The survivor may now bear values that were meant for the merged one, so its name is told.
    """
    records = list(read(account, ids, ("hs_merged_object_ids",)))
    survivors = {old: record.id for record in records for old in record.merged_ids}
    gone = {record.id for record in records if record.gone}
    for id in ids:
        if id in gone:
            yield Outcome(id, Result.GONE, "merged" if id in survivors else "deleted", survivors.get(id, ""))
        else:
            yield Outcome(id, Result.LATER, "HubSpot did not say what became of it")


def _of_error(id: str, error: Mapping[str, Any]) -> Outcome:
    """Tell a contact that is not there from a value that HubSpot will never take, and from what passes."""
    category = error.get("category")
    if category == "OBJECT_NOT_FOUND":
        return Outcome(id, Result.GONE, "deleted")
    if "PROPERTY_DOESNT_EXIST" in str(error.get("message", "")):
        raise Refused("HubSpot does not have a property of ours any more: `contactable doctor` says which.")
    if category in ("VALIDATION_ERROR", "CONFLICT"):
        return Outcome(id, Result.REFUSED, _code_of(error))
    return Outcome(id, Result.LATER, category if isinstance(category, str) and category.isupper() else "refused")


def _code_of(error: Mapping[str, Any]) -> str:
    """HubSpot's code for what is wrong with a value; never its message, which quotes the value."""
    message = str(error.get("message", ""))
    codes = ("INVALID_OPTION", "READ_ONLY_VALUE", "PROPERTY_VALUE_TOO_LONG", "INVALID_DATE", "INVALID_EMAIL")
    return next((code for code in codes if code in message), "VALIDATION_ERROR")
