"""Whether somebody is opposed to everything that is sent on a channel: what a block of a sender rests on."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from contactable.register import ledger
from contactable.register.carrying import contacts_with
from contactable.register.ledger import Entry
from contactable.register.transaction import Tx
from contactable.rules.acts import OfferScopes, opposed


def still_opposed(
    tx: Tx, asked: Collection[tuple[str, str]], elsewhere: frozenset[str] = frozenset()
) -> set[tuple[str, str]]:
    """Which of these subjects and channels an opposition binds now, itself or through a contact that carries it.

    What is bound to one of the scopes ``elsewhere`` closes the offer that names it, and no other.
    """
    acts: dict[str | None, list[Entry]] = {}
    for entry in ledger.entries_of(tx, {subject for subject, _ in asked}):
        acts.setdefault(entry.subject_id, []).append(entry)
    # Asked for an offer that no scope carries: only what closes every offer is a block.
    nothing = OfferScopes(elsewhere=elsewhere)
    return {
        (subject, channel)
        for subject, channel in asked
        if opposed(acts.get(subject, []), channel, nothing)
        or any(opposed(each, channel, nothing) for each in _acts_of_contacts(tx, subject))
    }


def _acts_of_contacts(tx: Tx, subject_id: str) -> Iterator[list[Entry]]:
    """What binds each contact that carries a subject now."""
    for connector, id in contacts_with(tx, [subject_id], now_only=True):
        yield ledger.entries_of_contacts(tx, connector, [id])[id]
