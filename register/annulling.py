"""Annulment: ending entries that were a mistake. Each is an entry of its own, with a reason, and shown ever after.

It ends imports, operators' and CRM users' entries, mappings, tests, echoes and unverified sources; never what a person
did, shown by a signature or a token of ours. What we had others block on the strength of it, a person must lift there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contactable.errors import RegisterError
from contactable.register import journal, ledger, outbox
from contactable.register.entering import NewEntry
from contactable.register.following import followed
from contactable.register.journal import Written
from contactable.register.ledger import Entry
from contactable.register.transaction import Tx

ENDABLE = frozenset({"opposition", "release", "consent", "information"})


@dataclass(frozen=True, slots=True)
class Annulled:
    """What an annulment did: entries ended, persons' own acts left alone, and blocks to lift by hand elsewhere."""

    ended: Sequence[Entry]
    own: Sequence[Entry]
    by_hand: Sequence[Written]


def annul(
    tx: Tx, *, entry_id: str | None = None, batch: str | None = None, reason: str, by: str, dry_run: bool = False
) -> Annulled:
    """End one entry, or all of an import or group, and mark the contacts concerned.

    ``reason`` and ``by`` are kept sealed. Raises ``RegisterError`` when nothing is named, or found, or no reason given.
    """
    if not reason.strip():
        raise RegisterError("An annulment has a reason: --reason TEXT.")
    named = [entry for entry in _named(tx, entry_id, batch) if entry.kind in ENDABLE]
    if not named:
        raise RegisterError("There is no such entry, import or group that could be annulled.")
    subjects = {entry.subject_id for entry in named if entry.subject_id}
    # Ending twice would only add rows; and an annulment is no act that could be ended itself.
    over = {entry.ends for entry in ledger.entries_of(tx, subjects) if entry.kind == "annulment"}
    open_ones = [entry for entry in named if not entry.is_own and entry.id not in over]
    if not dry_run:
        ledger.record(tx, [_ending(entry, reason, by) for entry in open_ones])
        outbox.stale_for(tx, {entry.subject_id for entry in open_ones if entry.subject_id}, why="annulment")
    oppositions = {entry.subject_id for entry in open_ones if entry.kind == "opposition" and entry.subject_id}
    by_hand = journal.standing(tx, oppositions | followed(tx, oppositions))
    return Annulled(open_ones, [entry for entry in named if entry.is_own], by_hand)


def _named(tx: Tx, entry_id: str | None, batch: str | None) -> list[Entry]:
    if entry_id:
        entry = ledger.find(tx, entry_id)
        return [] if entry is None else [entry]
    if batch:
        return ledger.of_batch(tx, batch)
    raise RegisterError("Name what to annul: an entry, an import or a group.")


def _ending(entry: Entry, reason: str, by: str) -> NewEntry:
    return NewEntry(
        kind="annulment",
        subject_id=entry.subject_id,
        on=entry.on,
        scope_kind=entry.scope_kind,
        scope_id=entry.scope_id,
        origin="admin",
        proof_level="operator",
        ends=entry.id,
        note=f"{by}: {reason}",
    )
