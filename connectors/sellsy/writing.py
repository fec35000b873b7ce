"""Writing to Sellsy one contact a request, its custom fields by another; subscriptions are only ever taken away."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any

from contactable.connectors.parts import Account, not_here, opt_out_each, outcome_of, write_each
from contactable.connectors.protocol import Change, Outcome, Result
from contactable.connectors.sellsy.contacts import ADDRESS, CHANNELS, OWN, SHOWN, SUBSCRIPTIONS, Kind, get
from contactable.connectors.sellsy.fields import Field, fields_of

KEPT = frozenset({*SHOWN, *ADDRESS, SUBSCRIPTIONS, "created", "is_archived"})
"""What may not be written as a property: subscriptions above all."""


def write(account: Account, kind: Kind, changes: Sequence[Change]) -> Iterator[Outcome]:
    """Write, several requests in flight; one outcome for each contact."""
    fields = cache(partial(fields_of, account, kind.related))  # asked for inside, where what goes wrong has its outcome
    return write_each(lambda change: _write(account, kind, fields(), change), changes, in_flight=account.in_flight)


def opt_out(
    account: Account, kind: Kind, ids: Sequence[str], channel: str, *, alone: threading.Lock
) -> Iterator[Outcome]:
    """Take a subscription away. Sellsy takes the whole list, so one of us at a time reads and writes it."""
    if channel not in CHANNELS:
        return not_here(ids, channel)

    def one(id: str) -> Outcome:
        with alone:
            return _unsubscribe(account, kind, id, CHANNELS[channel])

    return opt_out_each(one, ids, in_flight=1)


def _unsubscribe(account: Account, kind: Kind, id: str, name: str) -> Outcome:
    found = get(account, kind, id, {})
    if found is None:
        return Outcome(id, Result.GONE, "deleted")
    kept = found.get(SUBSCRIPTIONS)
    if not isinstance(kept, list):
        return Outcome(id, Result.REFUSED, "Sellsy does not tell the subscriptions")
    if name not in kept:
        return Outcome(id, Result.WRITTEN)
    return _put(account, f"{kind.path}/{id}", id, {SUBSCRIPTIONS: [each for each in kept if each != name]})


def _write(account: Account, kind: Kind, fields: Mapping[str, Field], change: Change) -> Outcome:
    if not change.id.isdigit():
        return Outcome(change.id, Result.GONE, "no id of Sellsy's")
    if unknown := sorted(change.properties.keys() - {*OWN, *fields} | change.properties.keys() & KEPT):
        return Outcome(change.id, Result.REFUSED, f"{unknown[0]} is no field that may be written")
    try:
        own, custom = _bodies(change, fields)
    except ValueError as error:
        return Outcome(change.id, Result.REFUSED, str(error))
    path, outcome = f"{kind.path}/{change.id}", Outcome(change.id, Result.WRITTEN)
    if own:
        outcome = _put(account, path, change.id, own)
    if custom and outcome.result is Result.WRITTEN:
        outcome = _put(account, f"{path}/custom-fields", change.id, custom)
    return outcome


def _bodies(change: Change, fields: Mapping[str, Field]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    own = {name: text or None for name, text in change.properties.items() if name not in fields}
    custom = [
        {"id": fields[name].id, "value": fields[name].value_of(text)}
        for name, text in change.properties.items()
        if name in fields
    ]
    return own, custom


def _put(account: Account, path: str, id: str, body: Any) -> Outcome:
    answer = account.call("PUT", path, json=body, expected=(400, 404))
    return outcome_of(id, answer, "Sellsy")
