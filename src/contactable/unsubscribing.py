"""Oppositions to e-mail, written as the CRM's own unsubscribe: a property binds nobody who forgets to filter on it.

Only the e-mail of an offer that is closed by an opposition: of everything where the opposition is a general one, else
of the types that carry the offer. What stands there already is left alone, and nobody is ever subscribed. Each write is
journalled before it is made, so that it is known again when it comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import structlog

from contactable.connectors.protocol import Connector, ContactRecord, OptOuts, OptsOut, Outcome, Result, ShowsOptOuts
from contactable.errors import ContactableError, Refused
from contactable.judging import Verdicts
from contactable.mapping import OfferSettings
from contactable.opted_out import (
    EVERYTHING,
    OURS,
    THEIRS,
    journal_value,
    lifted_at,
    scopes_kept,
    subjects_of,
    target,
)
from contactable.register import Entry, MirrorRow, Register, Tx, journal
from contactable.register.journal import Written
from contactable.rules import Channel, Reason
from contactable.rules.acts import OfferScopes, opposed

log = structlog.get_logger()

OPT_OUT = "opt_out"
"""Under this name the mirror keeps which scopes were left, each with what had been said by then."""
WAITS = "unsubscribe"
"""Why a promise waits whose contact the CRM refuses to unsubscribe."""
Leaving = Mapping[str, frozenset[str]]
"""By record id the scopes to leave."""


@runtime_checkable
class Unsubscribes(OptsOut, ShowsOptOuts, Protocol):
    """A CRM that can be told, and that shows what it was told."""


def can_unsubscribe(connector: Connector) -> bool:
    """Whether a CRM has an unsubscribe from e-mail of its own that we can write and know again."""
    return isinstance(connector, Unsubscribes) and Channel.EMAIL in connector.capabilities.opt_out


@dataclass(frozen=True, slots=True)
class Wish:
    """What a contact is to leave, and what had been said by then: said anew, it is left anew."""

    scopes: frozenset[str]
    said: str

    def left(self, before: Mapping[str, str]) -> dict[str, str]:
        """What the mirror keeps once all is left."""
        return {**before, **dict.fromkeys(self.scopes, self.said)}


NO_WISH = Wish(frozenset(), "")


def wish(verdicts: Verdicts, row: MirrorRow, entries: Sequence[Entry], offers: Mapping[str, OfferSettings]) -> Wish:
    """What a contact is still to leave in its CRM, by its verdicts as they are (not as a brake shows them)."""
    acts = [each for each in entries if each.kind == "opposition" and each.on in (Channel.EMAIL, "all")]
    latest = max(acts, key=lambda each: each.recorded_at, default=None)
    said = f"{latest.id if latest else ''}:{row.input_hash.hex()}"
    there = scopes_kept(row, THEIRS) | scopes_kept(row, OURS)
    lifted = lifted_at(row)
    if EVERYTHING in there or (lifted and not (latest and latest.recorded_at > lifted)):
        return Wish(frozenset(), said)
    kept = (row.written or {}).get(OPT_OUT, {})
    wanted = _wanted(verdicts, row.facts, entries, offers, there)
    return Wish(frozenset(scope for scope in wanted - there if kept.get(scope) != said), said)


def leave(register: Register, connector: Connector, wanted: Leaving) -> dict[str, Result]:
    """Leave what contacts are to leave; tell by record id what became of it. Who is left out comes later.

    Refused is also everybody where the token lacks the scope: a person must grant it, or turn the setting off.
    """
    if not wanted or not isinstance(connector, Unsubscribes):
        return {}
    try:
        records = [each for each in connector.read(list(wanted), ()) if each.id in wanted]
        due = register.write(lambda tx: _journal(tx, connector.name, connector, records, wanted))
        results = {record.id: Result.GONE if record.gone else Result.WRITTEN for record in records}
        for outcome in _left(connector, due):
            results[outcome.id] = outcome.result if outcome.result is not Result.WRITTEN else results[outcome.id]
    except ContactableError as error:
        log.warning("not_unsubscribed", connector=connector.name, contacts=len(wanted), why=str(error))
        return dict.fromkeys(wanted, Result.REFUSED) if isinstance(error, Refused) else {}
    return results


def _wanted(
    verdicts: Verdicts,
    facts: Mapping[str, Any],
    entries: Sequence[Entry],
    offers: Mapping[str, OfferSettings],
    there: frozenset[str],
) -> frozenset[str]:
    closed = [name for name, by in verdicts.items() if by[Channel.EMAIL].reason is Reason.OPPOSITION]
    if len(closed) == len(verdicts) and (_is_mapped(facts) or _is_entered(entries, offers)):
        return frozenset({EVERYTHING})
    # Who left one of an offer's types in the CRM itself said which: the others are not left for them.
    types = [offers[name].subscriptions for name in closed]
    return frozenset(type for each in types if not each & there for type in each)


def _is_mapped(facts: Mapping[str, Any]) -> bool:
    """Whether a value in the CRM says no to all e-mail."""
    return any(facts.get(name, ("",))[0] for name in ("opposed_email_on", "opposed_all_on"))


def _is_entered(entries: Sequence[Entry], offers: Mapping[str, OfferSettings]) -> bool:
    """Whether a general opposition stands in the register: one of a type or list that an offer names is none."""
    named = frozenset(type for each in offers.values() for type in each.subscriptions)
    acts = [each for each in entries if each.kind != "opposition" or each.scope_kind != "subscription"]
    return opposed(acts, Channel.EMAIL, OfferScopes(elsewhere=named))


def _journal(
    tx: Tx, name: str, shows: ShowsOptOuts, records: Sequence[ContactRecord], wanted: Leaving
) -> dict[str, list[str]]:
    """Journal what is about to be written; give by scope the contacts that do not have it yet."""
    shown = {each.id: shows.opt_outs_of(each) for each in records if not each.gone}
    known = subjects_of(tx, shown.values(), made=True)
    before = _standing(tx, name, known.values())
    due: dict[str, list[str]] = {}
    for id, each in shown.items():
        for scope in wanted[id]:
            if each.address in known and EVERYTHING not in each.shown and scope not in each.shown:
                due.setdefault(scope, []).append(id)
    rows = [row for scope, ids in due.items() for row in _rows(name, scope, [shown[id] for id in ids], known)]
    journal.add(tx, [row for row in rows if row.value not in before.get(row.subject_id, ())])
    return due


def _standing(tx: Tx, name: str, subject_ids: Iterable[str]) -> dict[str, set[str]]:
    values: dict[str, set[str]] = {}
    for row in journal.written_to(tx, target(name), subject_ids):
        if row.lifted_at is None:
            values.setdefault(row.subject_id, set()).add(row.value)
    return values


def _rows(name: str, scope: str, shown: Sequence[OptOuts], known: Mapping[str, str]) -> Iterator[Written]:
    for each in shown:
        yield Written(target(name), known[each.address], Channel.EMAIL, journal_value(scope, each.shown))


def _left(connector: OptsOut, due: Mapping[str, Sequence[str]]) -> Iterator[Outcome]:
    for scope, ids in due.items():
        yield from connector.opt_out(ids, scope)
