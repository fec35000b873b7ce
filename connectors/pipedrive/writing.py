"""Writing to Pipedrive: version 2 has no batches, so it is one request a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contactable.connectors.parts import Account, not_here, opt_out_each, outcome_of, write_each
from contactable.connectors.pipedrive.fields import Fields
from contactable.connectors.pipedrive.persons import BESIDE, MARKETING
from contactable.connectors.protocol import Change, Outcome, Result
from contactable.transport import Answer

UNSUBSCRIBED = "unsubscribed"


def write(account: Account, fields: Fields, changes: Sequence[Change]) -> Iterator[Outcome]:
    """Write, several requests in flight; one outcome for each person."""
    return write_each(lambda change: _write(account, fields, change), changes, in_flight=account.in_flight)


def opt_out(account: Account, fields: Fields, ids: Sequence[str], scope_id: str, channel: str) -> Iterator[Outcome]:
    """Unsubscribe persons from all of Campaigns; where a status may not change Pipedrive keeps it without a word."""
    if channel != "email" or scope_id:
        return not_here(ids, f"{channel} for one list alone" if scope_id else channel)

    def one(id: str) -> Outcome:
        if MARKETING not in fields.known():
            return Outcome(id, Result.REFUSED, "without Campaigns, Pipedrive has no opt-out of e-mail")
        outcome, answer = _patch(account, id, {MARKETING: UNSUBSCRIBED})
        kept = answer is not None and (answer.json.get("data") or {}).get(MARKETING) != UNSUBSCRIBED
        if kept and outcome.result is Result.WRITTEN:
            return Outcome(id, Result.REFUSED, "Pipedrive keeps another status")
        return outcome

    return opt_out_each(one, ids, in_flight=account.in_flight)


def _write(account: Account, fields: Fields, change: Change) -> Outcome:
    known = fields.known()
    custom: dict[str, Any] = {}
    own: dict[str, Any] = {}
    for name, text in change.properties.items():
        if name in BESIDE or name not in known or name == MARKETING:
            return Outcome(change.id, Result.REFUSED, "not a field that contactable writes")
        try:
            (custom if known[name].custom else own)[known[name].key] = known[name].value_of(text)
        except ValueError:
            return Outcome(change.id, Result.REFUSED, "none of the choices of a field, or no number")
    return _patch(account, change.id, {**own, **({"custom_fields": custom} if custom else {})})[0]


def _patch(account: Account, id: str, body: Mapping[str, Any]) -> tuple[Outcome, Answer | None]:
    if not id.isdigit():
        return Outcome(id, Result.GONE, "no id of Pipedrive's"), None
    answer = account.call("PATCH", f"/persons/{id}", json=body, expected=(400, 404, 410))
    return outcome_of(id, answer, "Pipedrive"), answer
