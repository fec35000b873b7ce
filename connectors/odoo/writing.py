"""Writing to Odoo: one call for all contacts that get the same values, and rows on its black lists.

A call is one transaction: where a value or a contact spoils it nothing was written, and the group is halved until the
odd one stands alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contactable.connectors.odoo.fields import PARTNER, field_of
from contactable.connectors.odoo.partners import ANY, BLACK_LISTS, BlackList, valid
from contactable.connectors.odoo.rpc import MISSING, Fault, Rpc
from contactable.connectors.parts import in_groups, not_here, one_change_a_contact, write_in_groups
from contactable.connectors.protocol import Change, Outcome, Result
from contactable.errors import Unavailable

GROUP = 1_000


def write(rpc: Rpc, changes: Sequence[Change], in_flight: int) -> Iterator[Outcome]:
    """Write changed properties; one outcome for each contact."""
    wanted = one_change_a_contact(changes)
    try:
        there = _living(rpc, [each.id for each in wanted])
    except Unavailable as error:  # nothing was written yet
        yield from (Outcome(each.id, Result.LATER, str(error)) for each in wanted)
        return
    yield from (Outcome(each.id, Result.GONE, "deleted") for each in wanted if each.id not in there)
    same: dict[frozenset[tuple[str, str]], list[Change]] = {}
    for change in wanted:
        if change.id in there:
            same.setdefault(frozenset(change.properties.items()), []).append(change)
    groups = (group for each in same.values() for group in in_groups(each, GROUP))
    yield from write_in_groups(lambda group: _write(rpc, group), groups, in_flight=in_flight)


def opt_out(rpc: Rpc, ids: Sequence[str], scope_id: str, channel: str, in_flight: int) -> Iterator[Outcome]:
    """Put the addresses of contacts on the black list of a channel; a row that was made inactive counts again."""
    if channel not in BLACK_LISTS or scope_id:
        yield from not_here(ids, f"{channel} for one list alone" if scope_id else channel)
        return
    of, changes = BLACK_LISTS[channel], [Change(id, {}) for id in dict.fromkeys(ids)]
    groups = in_groups(changes, GROUP)
    yield from write_in_groups(lambda group: _put_on(rpc, of, group), groups, in_flight=in_flight)


def _write(rpc: Rpc, group: Sequence[Change]) -> Iterator[Outcome]:
    values = {field_of(name): text or False for name, text in group[0].properties.items()}
    try:
        rpc.call(PARTNER, "write", ids=[int(each.id) for each in group], vals=values)
        yield from (Outcome(each.id, Result.WRITTEN) for each in group)
    except Fault as fault:
        if len(group) > 1:
            middle = len(group) // 2
            yield from _write(rpc, group[:middle])
            yield from _write(rpc, group[middle:])
        elif fault.name == MISSING:
            yield Outcome(group[0].id, Result.GONE, "deleted")
        else:
            yield Outcome(group[0].id, Result.REFUSED, str(fault))


def _put_on(rpc: Rpc, of: BlackList, group: Sequence[Change]) -> Iterator[Outcome]:
    domain = [ANY, ["id", "in", valid([each.id for each in group])]]
    found = rpc.call(PARTNER, "search_read", domain=domain, fields=[of.joined])
    addresses = {str(each["id"]): each[of.joined] or "" for each in found}
    refused = _add(rpc, of, sorted({each for each in addresses.values() if each}))
    for each in group:
        if each.id not in addresses:
            yield Outcome(each.id, Result.GONE, "deleted")
        elif not addresses[each.id] or addresses[each.id] in refused:
            yield Outcome(each.id, Result.REFUSED, "no address that Odoo's black list takes")
        else:
            yield Outcome(each.id, Result.WRITTEN)


def _add(rpc: Rpc, of: BlackList, addresses: Sequence[str]) -> set[str]:
    """Put addresses on a black list; give those that it does not take."""
    if not addresses:
        return set()
    # Creating a row that is there but inactive gives it back as it is, at the black list of e-mail.
    rows = rpc.call(
        of.model, "search_read", domain=[ANY, [of.address, "in", list(addresses)]], fields=[of.address, "active"]
    )
    asleep = [each["id"] for each in rows if not each["active"]]
    if asleep:
        rpc.call(of.model, "write", ids=asleep, vals={"active": True})
    known = {each[of.address] for each in rows}
    return _create(rpc, of, [{of.address: each} for each in addresses if each not in known])


def _create(rpc: Rpc, of: BlackList, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    if not rows:
        return set()
    try:
        rpc.call(of.model, "create", vals_list=list(rows))
        return set()
    except Fault:
        if len(rows) == 1:
            return {str(rows[0][of.address])}
        middle = len(rows) // 2
        return _create(rpc, of, rows[:middle]) | _create(rpc, of, rows[middle:])


def _living(rpc: Rpc, ids: Sequence[str]) -> set[str]:
    """Those that are there: writing to a deleted contact is not always an error in Odoo."""
    there: set[str] = set()
    for group in in_groups(valid(ids), GROUP):
        there |= set(map(str, rpc.call(PARTNER, "search", domain=[ANY, ["id", "in", list(group)]])))
    return there
