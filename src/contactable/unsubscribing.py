"""Oppositions, written as the CRM's own opt-outs: a property binds nobody who forgets to filter on it.

Of each channel of which the CRM has an opt-out of its own, and that is closed by an opposition. E-mail is left
altogether where the opposition is a general one, else the types that carry the offer; the other channels have no types.
What stands there already is left alone, and nobody is ever subscribed. Each write is journalled before it is made, so
that it is known again when it comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

import structlog

from contactable.connectors.protocol import Connector, ContactRecord, OptsOut, Outcome, Result, ShowsOptOuts
from contactable.errors import ContactableError, Refused
from contactable.judging import Verdicts
from contactable.mapping import OfferSettings
from contactable.opted_out import (
    EMAIL,
    EVERYTHING,
    OURS,
    THEIRS,
    holders,
    journal_value,
    lifted_at,
    scopes_kept,
    target,
)
from contactable.register import Entry, MirrorRow, Register, Tx, journal
from contactable.register.journal import Written
from contactable.rules import Channel, Reason
from contactable.rules.acts import OfferScopes, opposed

log = structlog.get_logger()

OPT_OUT = "opt_out"
"""Under this name the mirror keeps what was left, each with what had been said by then."""
WAITS = "unsubscribe"
"""Why a promise waits whose contact the CRM refuses to opt out."""


class Left(NamedTuple):
    """What is left in a CRM: a channel, or one type or list of it."""

    channel: str
    scope: str = EVERYTHING

    @property
    def kept(self) -> str:
        """The name under which the mirror keeps it."""
        return self.scope if self.channel == EMAIL else f"{self.channel}:{self.scope}"


Leaving = Mapping[str, frozenset[Left]]
"""By record id what to leave."""


@runtime_checkable
class Unsubscribes(OptsOut, ShowsOptOuts, Protocol):
    """A CRM that can be told, and that shows what it was told."""


def channels_of(connector: Connector) -> tuple[str, ...]:
    """The channels of which a CRM has an opt-out of its own that we can write and know again."""
    if not isinstance(connector, Unsubscribes):
        return ()
    return tuple(each for each in connector.capabilities.opt_out if each in set(Channel))


@dataclass(frozen=True, slots=True)
class Wish:
    """What a contact is to leave, each with what had been said by then: said anew, it is left anew."""

    said: Mapping[Left, str]

    @property
    def leaves(self) -> frozenset[Left]:
        """What is to be left; nothing where all stands as it should."""
        return frozenset(self.said)

    def left(self, before: Mapping[str, str]) -> dict[str, str]:
        """What the mirror keeps once all is left."""
        return {**before, **{each.kept: said for each, said in self.said.items()}}


NO_WISH = Wish({})


def wish(
    verdicts: Verdicts,
    row: MirrorRow,
    entries: Sequence[Entry],
    offers: Mapping[str, OfferSettings],
    channels: Sequence[str],
) -> Wish:
    """What a contact is still to leave in its CRM, by its verdicts as they are (not as a brake shows them)."""
    said: dict[Left, str] = {}
    for channel in channels:
        closed = [name for name, by in verdicts.items() if by[Channel(channel)].reason is Reason.OPPOSITION]
        if closed:
            said |= _wish_of(channel, closed, row, entries, offers)
    return Wish(said) if said else NO_WISH


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


def _wish_of(
    channel: str,
    closed: Sequence[str],
    row: MirrorRow,
    entries: Sequence[Entry],
    offers: Mapping[str, OfferSettings],
) -> dict[Left, str]:
    """What is to be left of one channel; ``closed`` are the offers that an opposition closes there."""
    acts = [each for each in entries if each.kind == "opposition" and each.on in (channel, "all")]
    latest = max(acts, key=lambda each: each.recorded_at, default=None)
    there = scopes_kept(row, THEIRS, channel) | scopes_kept(row, OURS, channel)
    lifted = lifted_at(row, channel)
    if EVERYTHING in there or (lifted and not (latest and latest.recorded_at > lifted)):
        return {}
    wanted = [Left(channel, scope) for scope in _scopes(channel, closed, row.facts, entries, offers, there) - there]
    kept, said = (row.written or {}).get(OPT_OUT, {}), f"{latest.id if latest else ''}:{row.input_hash.hex()}"
    return {each: said for each in wanted if kept.get(each.kept) != said}


def _scopes(
    channel: str,
    closed: Sequence[str],
    facts: Mapping[str, Any],
    entries: Sequence[Entry],
    offers: Mapping[str, OfferSettings],
    there: frozenset[str],
) -> frozenset[str]:
    if len(closed) == len(offers) and (_is_mapped(facts, channel) or _is_entered(entries, channel, offers)):
        return frozenset({EVERYTHING})
    if channel != EMAIL:
        return frozenset()
    # Who left one of an offer's types in the CRM itself said which: the others are not left for them.
    types = [offers[name].subscriptions for name in closed]
    return frozenset(type for each in types if not each & there for type in each)


def _is_mapped(facts: Mapping[str, Any], channel: str) -> bool:
    """Whether a value in the CRM says no to all of a channel."""
    return any(facts.get(name, ("",))[0] for name in (f"opposed_{channel}_on", "opposed_all_on"))


def _is_entered(entries: Sequence[Entry], channel: str, offers: Mapping[str, OfferSettings]) -> bool:
    """Whether a general opposition stands in the register: one of a type or list that an offer names is none."""
    named = frozenset(type for each in offers.values() for type in each.subscriptions)
    acts = [each for each in entries if each.kind != "opposition" or each.scope_kind != "subscription"]
    return opposed(acts, channel, OfferScopes(elsewhere=named))


def _journal(
    tx: Tx, name: str, shows: ShowsOptOuts, records: Sequence[ContactRecord], wanted: Leaving
) -> dict[Left, list[str]]:
    """Journal what is about to be written; give the contacts that do not have it yet, by what is to be left."""
    shown = {
        (each.id, channel): shown
        for each in records
        if not each.gone
        for channel, shown in shows.opt_outs_of(each).items()
    }
    known = holders(tx, name, shown, made=True)
    due: dict[Left, list[str]] = {}
    rows: list[Written] = []
    for (id, channel), subject in known.items():
        there = shown[id, channel].shown
        for each in wanted[id]:
            if each.channel == channel and EVERYTHING not in there and each.scope not in there:
                due.setdefault(each, []).append(id)
                rows.append(Written(target(name), subject, channel, journal_value(each.scope, there)))
    before = _standing(tx, name, known.values())
    journal.add(tx, [row for row in rows if (row.channel, row.value) not in before.get(row.subject_id, ())])
    return due


def _standing(tx: Tx, name: str, subject_ids: Iterable[str]) -> dict[str, set[tuple[str, str]]]:
    values: dict[str, set[tuple[str, str]]] = {}
    for row in journal.written_to(tx, [target(name)], set(subject_ids)):
        if row.lifted_at is None:
            values.setdefault(row.subject_id, set()).add((row.channel, row.value))
    return values


def _left(connector: OptsOut, due: Mapping[Left, Sequence[str]]) -> Iterator[Outcome]:
    for each, ids in due.items():
        yield from connector.opt_out(ids, each.scope, each.channel)
