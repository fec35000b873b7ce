"""Writing to Dataverse a hundred contacts a request; where one fails nothing was written, and each goes alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from contactable.connectors.dynamics.columns import Columns, column_of
from contactable.connectors.dynamics.contacts import FLAGS, STRICTER, is_id, merged_among
from contactable.connectors.parts import Account, Fresh, in_groups, not_here, one_change_a_contact, write_in_groups
from contactable.connectors.protocol import Change, Outcome, Result

BATCH = 100
PART = 300  # contacts of which it is asked at once who was merged: an address holds 32,768 letters
READ_ONLY = frozenset(
    {*FLAGS.values(), *STRICTER, "contactid", "createdon", "modifiedon", "merged", "masterid", "statecode"}
)
FAILED = (400, 404, 412)
Body = Callable[[Change], Mapping[str, Any]]
"""What is written on one contact; raises ``ValueError`` for what cannot be."""


def write(
    account: Account, plain: Account, kept: Fresh[Columns], prefix: str, changes: Sequence[Change]
) -> Iterator[Outcome]:
    """Write changed properties; one outcome for each contact. ``account`` creates nobody (``If-Match``)."""
    wanted = one_change_a_contact(changes)
    names = {column_of(prefix, name) for change in wanted for name in change.properties}
    columns = cache(
        lambda: kept.value(lambda told: names <= told.kinds.keys())
    )  # asked for inside, where what goes wrong has its outcome
    return _in_parts(account, plain, wanted, lambda change: _body(change, columns()))


def opt_out(account: Account, plain: Account, ids: Sequence[str], channel: str) -> Iterator[Outcome]:
    """Set Dynamics' own flag of a channel."""
    if channel not in FLAGS:
        return not_here(ids, channel)
    wanted = [Change(id, {}) for id in dict.fromkeys(ids)]
    return _in_parts(account, plain, wanted, lambda change: {FLAGS[channel]: True})


def _in_parts(account: Account, plain: Account, changes: Sequence[Change], body: Body) -> Iterator[Outcome]:
    parts = in_groups(changes, PART)
    at_once = -(-account.in_flight * BATCH // PART)  # each sends several groups at a time
    return write_in_groups(lambda part: _part(account, plain, part, body), parts, in_flight=at_once)


def _part(account: Account, plain: Account, part: Sequence[Change], body: Body) -> Iterator[Outcome]:
    """Write on contacts that are there; one that was merged would take it, and nobody would see it there."""
    merged = merged_among(plain, [each.id for each in part if is_id(each.id)])
    bodies: dict[str, Mapping[str, Any]] = {}
    for change in part:
        if not is_id(change.id):
            yield Outcome(change.id, Result.GONE, "no id of Dynamics'")
        elif survivor := merged.get(change.id.lower()):
            yield Outcome(change.id, Result.GONE, "merged", survivor=survivor)
        else:
            try:
                bodies[change.id] = body(change)
            except ValueError as error:
                yield Outcome(change.id, Result.REFUSED, str(error))
    groups = in_groups([each for each in part if each.id in bodies], BATCH)
    yield from write_in_groups(
        lambda group: _send(account, {each.id: bodies[each.id] for each in group}), groups, in_flight=PART // BATCH
    )


def _body(change: Change, columns: Columns) -> Mapping[str, Any]:
    named = {column_of(columns.prefix, name): text for name, text in change.properties.items()}
    if unknown := sorted(named.keys() - columns.kinds.keys() | named.keys() & READ_ONLY):
        raise ValueError(f"{unknown[0]} is no column that may be written")
    return {name: columns.value_of(name, text) for name, text in named.items()}


def _send(account: Account, bodies: Mapping[str, Mapping[str, Any]]) -> list[Outcome]:
    if len(bodies) > 1:
        targets = [
            {"@odata.type": "Microsoft.Dynamics.CRM.contact", "contactid": id, **body} for id, body in bodies.items()
        ]
        path = "/contacts/Microsoft.Dynamics.CRM.UpdateMultiple"
        if account.call("POST", path, json={"Targets": targets}, expected=FAILED).status not in FAILED:
            return [Outcome(id, Result.WRITTEN) for id in bodies]
    return [_patch(account, id, body) for id, body in bodies.items()]


def _patch(account: Account, id: str, body: Mapping[str, Any]) -> Outcome:
    answer = account.call("PATCH", f"/contacts({id})", json=body, expected=FAILED)
    if answer.status == 404:
        return Outcome(id, Result.GONE, "deleted")
    if answer.status in FAILED:
        return Outcome(id, Result.REFUSED, "Dynamics refuses a value")
    return Outcome(id, Result.WRITTEN)
