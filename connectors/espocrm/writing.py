"""Writing to EspoCRM, one contact a request. Addresses are never written: that may lift an opt-out of theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any

from contactable.connectors.espocrm.contacts import FLAGS
from contactable.connectors.espocrm.fields import field_of, fields_of, value_of
from contactable.connectors.parts import Account, not_here, opt_out_each, write_each
from contactable.connectors.protocol import Change, Outcome, Result

LIFTS = frozenset({"emailAddress", "emailAddressData", "phoneNumber", "phoneNumberData", *FLAGS.values()})


def write(account: Account, changes: Sequence[Change]) -> Iterator[Outcome]:
    """Write, several requests in flight; one outcome for each contact."""
    fields = cache(partial(fields_of, account))  # asked for inside, where what goes wrong has its outcome

    def one(change: Change) -> Outcome:
        if LIFTS & change.properties.keys():
            return Outcome(change.id, Result.REFUSED, "an address or an opt-out is not written as a property")
        return _put(account, change.id, _body(change, fields()))[0]

    return write_each(one, changes, in_flight=account.in_flight)


def opt_out(account: Account, ids: Sequence[str], channel: str) -> Iterator[Outcome]:
    """Opt a contact's address or number out, for everybody who has it; or tick *do not call*."""
    if channel not in FLAGS:
        return not_here(ids, channel)
    return opt_out_each(lambda id: _flag(account, id, FLAGS[channel]), ids, in_flight=account.in_flight)


def _flag(account: Account, id: str, name: str) -> Outcome:
    outcome, said = _put(account, id, {name: True})
    if outcome.result is Result.WRITTEN and said.get(name) is False:
        return Outcome(id, Result.REFUSED, "there is no address or number that could be opted out")
    return outcome


def _body(change: Change, fields: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    named = {field_of(name): text for name, text in change.properties.items()}
    return {name: value_of(fields.get(name, {}), text) for name, text in named.items()}


def _put(account: Account, id: str, body: Mapping[str, Any]) -> tuple[Outcome, Mapping[str, Any]]:
    if not id.isalnum():
        return Outcome(id, Result.GONE, "no id of EspoCRM's"), {}
    answer = account.call("PUT", f"/Contact/{id}", json=body, expected=(400, 404, 409))
    if answer.status == 404:
        return Outcome(id, Result.GONE, "deleted"), {}
    if answer.status in (400, 409):
        return Outcome(id, Result.REFUSED, "EspoCRM refuses a value"), {}
    return Outcome(id, Result.WRITTEN), answer.json if isinstance(answer.json, dict) else {}
