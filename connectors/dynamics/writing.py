"""Writing to Dataverse a hundred contacts a request; where one fails nothing was written, and each goes alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any

from contactable.connectors.dynamics.columns import Columns, column_of, look
from contactable.connectors.dynamics.contacts import FLAGS, STRICTER, is_id, merged_among
from contactable.connectors.parts import Account, in_groups, not_here, one_change_a_contact, write_in_groups
from contactable.connectors.protocol import Change, Outcome, Result

BATCH = 100
KEPT = frozenset(
    {*FLAGS.values(), *STRICTER, "contactid", "createdon", "modifiedon", "merged", "masterid", "statecode"}
)
FAILED = (400, 404, 412)


def write(account: Account, plain: Account, prefix: str, changes: Sequence[Change]) -> Iterator[Outcome]:
    """Write changed properties; one outcome for each contact. ``account`` creates nobody (``If-Match``)."""
    columns = cache(partial(look, plain, prefix))  # asked for inside, where what goes wrong has its outcome
    groups = in_groups(one_change_a_contact(changes), BATCH)
    return write_in_groups(lambda group: _write(account, plain, columns(), group), groups, in_flight=account.in_flight)


def opt_out(account: Account, plain: Account, ids: Sequence[str], channel: str) -> Iterator[Outcome]:
    """Set Dynamics' own flag of a channel."""
    if channel not in FLAGS:
        return not_here(ids, channel)
    groups = in_groups([Change(id, {}) for id in dict.fromkeys(ids)], BATCH)
    flag = {FLAGS[channel]: True}
    return write_in_groups(
        lambda group: _send(account, plain, {each.id: flag for each in group}), groups, in_flight=account.in_flight
    )


def _write(account: Account, plain: Account, columns: Columns, group: Sequence[Change]) -> list[Outcome]:
    bodies: dict[str, Mapping[str, Any]] = {}
    refused: list[Outcome] = []
    for change in group:
        try:
            bodies[change.id] = _body(change, columns)
        except ValueError as error:
            refused.append(Outcome(change.id, Result.REFUSED, str(error)))
    return [*refused, *_send(account, plain, bodies)]


def _body(change: Change, columns: Columns) -> Mapping[str, Any]:
    named = {column_of(columns.prefix, name): text for name, text in change.properties.items()}
    if unknown := sorted(named.keys() - columns.kinds.keys() | named.keys() & KEPT):
        raise ValueError(f"{unknown[0]} is no column that may be written")
    return {name: columns.value_of(name, text) for name, text in named.items()}


def _send(account: Account, plain: Account, bodies: Mapping[str, Mapping[str, Any]]) -> list[Outcome]:
    """Write on contacts that are there; one that was merged would take it, and nobody would see it there."""
    ids = [id for id in bodies if is_id(id)]
    merged = merged_among(plain, ids)
    known = {id: bodies[id] for id in ids if id.lower() not in merged}
    outcomes = [Outcome(id, Result.GONE, "no id of Dynamics'") for id in bodies if not is_id(id)]
    outcomes += [Outcome(id, Result.GONE, "merged", survivor=merged[id.lower()]) for id in ids if id not in known]
    if len(known) > 1:
        targets = [
            {"@odata.type": "Microsoft.Dynamics.CRM.contact", "contactid": id, **body} for id, body in known.items()
        ]
        path = "/contacts/Microsoft.Dynamics.CRM.UpdateMultiple"
        if account.call("POST", path, json={"Targets": targets}, expected=FAILED).status not in FAILED:
            return [*outcomes, *(Outcome(id, Result.WRITTEN) for id in known)]
    return [*outcomes, *(_patch(account, id, body) for id, body in known.items())]


def _patch(account: Account, id: str, body: Mapping[str, Any]) -> Outcome:
    answer = account.call("PATCH", f"/contacts({id})", json=body, expected=FAILED)
    if answer.status == 404:
        return Outcome(id, Result.GONE, "deleted")
    if answer.status in FAILED:
        return Outcome(id, Result.REFUSED, "Dynamics refuses a value")
    return Outcome(id, Result.WRITTEN)
