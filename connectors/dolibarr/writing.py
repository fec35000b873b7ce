"""Writing to Dolibarr one record at a time. Before version 20 the complementary attributes are written as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

from contactable.connectors.dolibarr.contacts import NO_EMAIL, Kind, as_record, get, is_opted_out
from contactable.connectors.dolibarr.fields import PREFIX, Field, fields_of
from contactable.connectors.parts import Account, not_here, opt_out_each, outcome_of, write_each
from contactable.connectors.protocol import Change, Outcome, Result

KEEPS_THE_OTHERS = 20  # the version from which attributes that are not named surely stay
KEPT = frozenset({"id", "email", NO_EMAIL, "date_creation", "stcomm_id"})
"""What may not be written as a property: an opt-out of e-mail belongs to the address, and would stay behind."""


class There(NamedTuple):
    """What must be known of the Dolibarr before anything is written."""

    fields: Mapping[str, Field]
    keeps_the_others: bool


def write(account: Account, kind: Kind, changes: Sequence[Change]) -> Iterator[Outcome]:
    """Write, several requests in flight; one outcome for each record."""
    there = cache(partial(_look, account, kind))  # asked for inside, where what goes wrong has its outcome
    return write_each(lambda change: _write(account, kind, there, change), changes, in_flight=account.in_flight)


def opt_out(account: Account, kind: Kind, ids: Sequence[str], channel: str) -> Iterator[Outcome]:
    """Opt the address of contacts out of mailings, and look whether Dolibarr kept it."""
    if channel != "email" or NO_EMAIL not in kind.own:
        return not_here(ids, channel)
    return opt_out_each(lambda id: _opt_out(account, kind, id), ids, in_flight=account.in_flight)


def _look(account: Account, kind: Kind) -> There:
    said = account.get("/status").json
    version = str((said.get("success") or {}).get("dolibarr_version") or "") if isinstance(said, dict) else ""
    major = version.partition(".")[0]
    return There(fields_of(account, kind.element), major.isdigit() and int(major) >= KEEPS_THE_OTHERS)


def _opt_out(account: Account, kind: Kind, id: str) -> Outcome:
    outcome = (
        _put(account, kind, id, {NO_EMAIL: 1}) if id.isdigit() else Outcome(id, Result.GONE, "no id of Dolibarr's")
    )
    if outcome.result is not Result.WRITTEN:
        return outcome
    found = get(account, kind, id)  # an older Dolibarr answers with what was sent, and keeps nothing
    if found and is_opted_out(as_record(found, kind, {})):
        return outcome
    return Outcome(id, Result.REFUSED, "Dolibarr did not keep it: no address, or its module of mailings is off")


def _write(account: Account, kind: Kind, look: Callable[[], There], change: Change) -> Outcome:
    there = look()
    if unknown := sorted(change.properties.keys() - {*kind.own, *there.fields} | change.properties.keys() & KEPT):
        return Outcome(change.id, Result.REFUSED, f"{unknown[0]} is no field that may be written")
    try:
        ours = {
            PREFIX + n: there.fields[n].value_of(text) for n, text in change.properties.items() if n in there.fields
        }
    except ValueError as error:
        return Outcome(change.id, Result.REFUSED, str(error))
    found = get(account, kind, change.id)  # Dolibarr 16 answers a PUT to nobody with an error of its own
    if found is None:
        return Outcome(change.id, Result.GONE, "deleted")
    body: dict[str, Any] = {name: text for name, text in change.properties.items() if name not in there.fields}
    if ours:
        body["array_options"] = ours if there.keeps_the_others else {**_others(found), **ours}
    return _put(account, kind, change.id, body)


def _others(found: Mapping[str, Any]) -> Mapping[str, Any]:
    options = found.get("array_options")
    return options if isinstance(options, dict) else {}


def _put(account: Account, kind: Kind, id: str, body: Mapping[str, Any]) -> Outcome:
    answer = account.call("PUT", f"{kind.path}/{id}", json=body, expected=(400, 404))
    return outcome_of(id, answer, "Dolibarr")
