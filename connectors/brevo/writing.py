"""Writing to Brevo one contact a request, by its id: nothing is created and no address stands in a URL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any

from contactable.connectors.brevo.attributes import field_of, multiple_choices, value_of
from contactable.connectors.parts import Account, not_here, opt_out_each, outcome_of, write_each
from contactable.connectors.protocol import Change, Outcome, Result

BLACKLISTS = {"email": "emailBlacklisted", "sms": "smsBlacklisted"}
LIFTS = frozenset({"email", "EMAIL", *BLACKLISTS.values()})
"""What may not be written as a property: a new address takes the contact off the black list."""


def write(account: Account, changes: Sequence[Change]) -> Iterator[Outcome]:
    """Write, several requests in flight; one outcome for each contact."""
    several = cache(partial(multiple_choices, account))  # asked for inside, where what goes wrong has its outcome

    def one(change: Change) -> Outcome:
        if LIFTS & change.properties.keys():
            return Outcome(change.id, Result.REFUSED, "writing an address would take the contact off the black list")
        return _put(account, change.id, {"attributes": body_of(change.properties, several())})

    return write_each(one, changes, in_flight=account.in_flight)


def body_of(properties: Mapping[str, str], several: frozenset[str]) -> dict[str, str | list[str]]:
    """Properties as Brevo takes them."""
    return {field_of(name): value_of(name, text, several) for name, text in properties.items()}


def opt_out(account: Account, ids: Sequence[str], scope_id: str, channel: str) -> Iterator[Outcome]:
    """Put contacts on a black list, or take them out of the list ``scope_id``."""
    if channel not in BLACKLISTS:
        return not_here(ids, channel)
    body = {"unlinkListIds": [int(scope_id)]} if scope_id.isdigit() else {BLACKLISTS[channel]: True}
    return opt_out_each(lambda id: _put(account, id, body), ids, in_flight=account.in_flight)


def _put(account: Account, id: str, body: Mapping[str, Any]) -> Outcome:
    if not id.isdigit():
        return Outcome(id, Result.GONE, "no id of Brevo's")
    answer = account.call("PUT", f"/contacts/{id}?identifierType=contact_id", json=body, expected=(400, 404))
    return outcome_of(id, answer, "Brevo")
