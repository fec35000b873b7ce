"""Leaving a CRM clean: our lists, our properties and our app go, and the register forgets whom it saw there.

Oppositions, consents and their proofs stay: they are owed for years and bind whoever comes back. What the CRM itself
holds, such as its own unsubscribes, stays there too. Each step may be repeated; the access goes last.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from contactable import segments
from contactable.connectors.protocol import EndsAccess, MakesLists, NamesProperties, RemovesProperties
from contactable.own_properties import names_of_ours
from contactable.register import Tx, cursors, mirror, outbox
from contactable.sync import Progress

if TYPE_CHECKING:
    from contactable.kit import Contactable


@dataclass(frozen=True, slots=True)
class Leaving:
    """What would go from one CRM. ``contacts`` are mirrored; ``access`` says whether our access ends by itself."""

    connector: str
    properties: tuple[str, ...]
    lists: int
    contacts: int
    access: bool


def look(kit: Contactable, name: str) -> Leaving:
    """See what would go; nothing is changed."""
    connector = kit.connectors[name]
    there = connector.property_names() if isinstance(connector, NamesProperties) else frozenset()
    with kit.register.read() as tx:
        contacts = mirror.counts(tx).get(name, 0)
    ours = tuple(each for each in names_of_ours(kit) if each in there)
    lists = len(list(segments.kept_ids(kit, name)))
    return Leaving(name, ours, lists, contacts, isinstance(connector, EndsAccess) and connector.ends_access)


def leave(kit: Contactable, name: str, progress: Progress = lambda done, total: None) -> str:
    """Take everything of ours away; return a sentence on what was done and what a person must do by hand.

    Raises ``Refused`` where the CRM keeps something: nothing is forgotten then, and it may be tried again.
    """
    connector, found = kit.connectors[name], look(kit, name)
    if isinstance(connector, MakesLists) and connector.capabilities.segments:
        segments.remove(kit, name)  # first: a property that a list looks at is not let go
    if isinstance(connector, RemovesProperties):
        for number, _ in enumerate(connector.remove_properties(names_of_ours(kit)), 1):
            progress(number, len(found.properties))
    _forget(kit, name)
    if isinstance(connector, EndsAccess) and connector.ends_access:
        connector.end_access()
    return (
        f"{found.lists} lists and {len(found.properties)} properties taken away, {found.contacts} contacts forgotten; "
        + ("the app is uninstalled, and its webhooks with it" if found.access else BY_HAND)
        + f"; take [connectors.{name}] out of the settings"
    )


BY_HAND = "uninstall the app, or delete the service key, where you made it: webhooks end with it"


def _forget(kit: Contactable, name: str) -> None:
    while kit.register.write(partial(_forget_some, name=name)):
        pass
    kit.register.write(lambda tx: cursors.drop(tx, name))


def _forget_some(tx: Tx, name: str) -> int:
    ids = mirror.contact_ids(tx, name)
    mirror.forget(tx, name, ids)
    outbox.drop(tx, name, ids)
    return len(ids)
