"""Writing to Salesforce by collections: up to 200 records a request, each with a result of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contactable.connectors.parts import Account, in_groups, not_here, one_change_a_contact, write_in_groups
from contactable.connectors.protocol import Change, Outcome, Result
from contactable.connectors.salesforce.fields import field_of

GROUP = 200
OPT_OUTS = {"email": "HasOptedOutOfEmail", "phone": "DoNotCall"}
PREFIXES = {"Contact": "003", "Lead": "00Q"}
_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
_CODE = re.compile(r"[A-Z_]{1,60}")
GONE = frozenset(
    {"ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "MALFORMED_ID", "NOT_FOUND", "CANNOT_UPDATE_CONVERTED_LEAD"}
)
LATER = frozenset({"UNABLE_TO_LOCK_ROW", "REQUEST_LIMIT_EXCEEDED", "SERVER_UNAVAILABLE", "QUERY_TIMEOUT"})


def kind_of(id: str) -> str:
    """Contact or Lead, as the first letters of an id tell; empty for anything else."""
    if not _ID.fullmatch(id):
        return ""
    return next((kind for kind, prefix in PREFIXES.items() if id.startswith(prefix)), "")


def write(account: Account, changes: Sequence[Change]) -> Iterator[Outcome]:
    """Write, several requests in flight; one outcome for each record."""
    wanted = one_change_a_contact(changes)
    yield from (Outcome(each.id, Result.GONE, "no id of Salesforce's") for each in wanted if not kind_of(each.id))
    yield from (Outcome(each.id, Result.REFUSED, "an opt-out is never lifted") for each in wanted if _lifts(each))
    # Of one kind after the other: Salesforce takes at most ten runs of a kind in a request.
    ours = sorted((each for each in wanted if kind_of(each.id) and not _lifts(each)), key=lambda each: kind_of(each.id))
    groups = in_groups(ours, GROUP)
    yield from write_in_groups(lambda group: _write(account, group), groups, in_flight=account.in_flight)


def opt_out(account: Account, ids: Sequence[str], scope_id: str, channel: str) -> Iterator[Outcome]:
    """Tick the box of a channel on these records."""
    if channel not in OPT_OUTS or scope_id:
        yield from not_here(ids, f"{channel} for one list alone" if scope_id else channel)
        return
    yield from write(account, [Change(id, {OPT_OUTS[channel]: "true"}) for id in dict.fromkeys(ids)])


def _write(account: Account, group: Sequence[Change]) -> Iterator[Outcome]:
    records = [{"attributes": {"type": kind_of(each.id)}, "id": each.id, **_values(each.properties)} for each in group]
    answer = account.call("PATCH", "/composite/sobjects", json={"allOrNone": False, "records": records})
    for change, result in zip(group, answer.json, strict=True):  # in the order in which they were asked
        yield _outcome(change.id, result)


def _lifts(change: Change) -> bool:
    return bool(kind_of(change.id)) and any(change.properties.get(name, "true") != "true" for name in OPT_OUTS.values())


def _values(properties: Mapping[str, str]) -> dict[str, Any]:
    boxes = OPT_OUTS.values()
    return {field_of(name): True if name in boxes else text or None for name, text in properties.items()}


def _outcome(id: str, result: Mapping[str, Any]) -> Outcome:
    """What became of one record; only the codes of its errors are looked at, messages quote values."""
    if result.get("success"):
        return Outcome(id, Result.WRITTEN)
    codes = {str(each.get("statusCode")) for each in result.get("errors") or ()}
    why = ", ".join(sorted(each for each in codes if _CODE.fullmatch(each)))
    if codes & GONE:
        return Outcome(id, Result.GONE, why)
    return Outcome(id, Result.LATER if codes & LATER else Result.REFUSED, why)
