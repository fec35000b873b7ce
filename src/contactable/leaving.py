"""Leaving a CRM clean: our lists, our properties and our app go, and the register forgets whom it saw there.

Oppositions, consents and their proofs stay: they are owed for years and bind whoever comes back. What the CRM itself
holds, such as its own unsubscribes, stays there too; what it showed of oppositions is kept first, as it binds the
other CRMs and whoever comes back. Each step may be repeated; the access goes last.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from contactable import segments
from contactable.connectors.protocol import EndsAccess, MakesLists, NamesProperties, RemovesProperties
from contactable.forgetting import forget
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
    stays: bool = False  # the kit cannot take the properties away there


def look(kit: Contactable, name: str) -> Leaving:
    """See what would go; nothing is changed."""
    connector = kit.connectors[name]
    there = connector.property_names() if isinstance(connector, NamesProperties) else frozenset()
    with kit.register.read() as tx:
        contacts = mirror.counts(tx).get(name, 0)
    ours = tuple(each for each in names_of_ours(kit) if each in there)
    lists = len(list(segments.kept_ids(kit, name)))
    access = isinstance(connector, EndsAccess) and connector.ends_access
    return Leaving(name, ours, lists, contacts, access, not isinstance(connector, RemovesProperties))


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
    return f"{'; '.join(told(found))}; take [connectors.{name}] out of the settings"


def told(found: Leaving) -> list[str]:
    """What goes, and what a person must do, in words."""
    properties = f"{len(found.properties)} properties"
    by_hand = "uninstall the app, or delete its key, where you made it: webhooks end with it"
    return [
        f"{found.lists} lists" + ("" if found.stays else f", {properties} with all they hold"),
        f"{found.contacts} contacts forgotten here; oppositions, consents and proofs stay",
        "the app is uninstalled, and its webhooks with it" if found.access else f"by hand: {by_hand}",
        *([f"by hand: delete {properties} there ({', '.join(found.properties)})"] if found.stays else []),
    ]


def _forget(kit: Contactable, name: str) -> None:
    while kit.register.write(partial(_forget_some, name=name)):
        pass
    kit.register.write(lambda tx: cursors.drop(tx, name))


def _forget_some(tx: Tx, name: str) -> int:
    ids = mirror.contact_ids(tx, name)
    forget(tx, name, ids)
    outbox.drop(tx, name, ids)
    return len(ids)
