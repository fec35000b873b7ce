"""An opposition follows a contact whose address or number changes: senders are owed a block for the new one too.

Senders know identifiers and no contacts, and Brevo, for one, forgets a block when the address is changed there. No
entry is made for the new identifier: what binds the contact (``carrying``) binds it, and ends there when it ends.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from contactable.register import blocks, ledger
from contactable.register.carrying import contacts_with, subjects_of_contacts
from contactable.register.subjects import Identifier
from contactable.register.transaction import Tx
from contactable.rules.acts import OfferScopes, opposed

Came = Mapping[tuple[str, str], Identifier]
"""Identifiers that just came to contacts, by record id and subject; the text is empty where it is not at hand."""


def follow(tx: Tx, connector: str, came: Came, *, known: Collection[str]) -> int:
    """Owe every sender the blocks that identifiers which came to opposed contacts mean; return how many.

    Of contacts that are met for the first time (not ``known``) only what no act of its own closes: the rest was owed
    when that act was entered. What an offer names elsewhere blocks nowhere.
    """
    if not came or not blocks.has_senders(tx):
        return 0
    nothing = OfferScopes(elsewhere=blocks.named_scopes(tx))
    acts = ledger.entries_of_contacts(tx, connector, {id for id, _ in came})
    wanted: dict[tuple[str, str], str] = {}
    for (id, subject), (kind, text) in came.items():
        channel = blocks.CHANNEL_OF.get(kind, "")
        own = [] if id in known else [act for act in acts[id] if act.subject_id == subject]
        if channel and opposed(acts[id], channel, nothing) and not opposed(own, channel, nothing):
            wanted[subject, channel] = text
    return blocks.owe_everywhere(tx, wanted)


def follow_merge(tx: Tx, connector: str, into: str) -> int:
    """The same of a contact into which others were merged: what bound them binds its identifiers as well."""
    carries = subjects_of_contacts(tx, connector, [into]).get(into, [])
    return follow(tx, connector, {(into, subject): (kind, "") for subject, kind in carries}, known=())


def followed(tx: Tx, subject_ids: Iterable[str]) -> set[str]:
    """The subjects of all contacts that carry or once carried these: where blocks that followed one may stand."""
    found: set[str] = set()
    for connector, id in contacts_with(tx, subject_ids):
        found.update(subject for subject, _ in subjects_of_contacts(tx, connector, [id]).get(id, []))
    return found
