"""Beginning small: a list of the CRM, or its first contacts, before the rest.

What was begun with is whoever is mirrored before the first sync of all contacts: those alone are read again, decided
and written, whatever webhooks tell of others. The first sync of all ends it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from contactable import own_properties
from contactable.connectors.protocol import HasLists
from contactable.errors import Malformed, Refused
from contactable.loading import write_and_tell
from contactable.mapping.values import plain
from contactable.register import mirror
from contactable.sync import Progress

if TYPE_CHECKING:
    from contactable.kit import Contactable


@dataclass(frozen=True, slots=True)
class Few:
    """With whom to begin: the members of a list (its id or name), or so many contacts; neither is everybody."""

    list: str = ""
    limit: int = 0

    def __bool__(self) -> bool:
        return bool(self.list or self.limit)

    @property
    def arguments(self) -> dict[str, Any]:
        """As the arguments of a job."""
        return {"list": self.list, "limit": self.limit}

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> Few:
        """Back from the arguments of a job."""
        return cls(str(arguments.get("list") or ""), int(arguments.get("limit") or 0))


def ids_of(kit: Contactable, name: str, few: Few) -> list[str]:
    """The record ids of those to begin with; raises ``Malformed`` where there is no such list, or nobody in it."""
    connector = kit.connectors[name]
    ids = list(islice(connector.iter_ids(), few.limit)) if few.limit else _members(kit, name, few.list)
    if not ids:
        raise Malformed(f"Nobody is in the list {few.list!r} of {name}." if few.list else f"{name} has no contacts.")
    return ids


def load_few(kit: Contactable, name: str, few: Few, progress: Progress = lambda done, total: None) -> str:
    """Sync these contacts and write what is to be written; the rest of the CRM is left as it is."""
    made = own_properties.ensure(kit, name)
    summary = kit.reader(name).sync_some(ids_of(kit, name, few), progress)
    told = write_and_tell(kit, name, summary, len(made), progress)
    return f"{told}; the rest waits: contactable sync {name} --yes"


def begun_with(kit: Contactable, name: str) -> list[str]:
    """Whoever is mirrored."""
    found: list[str] = []
    with kit.register.read() as tx:
        while page := mirror.contact_ids(tx, name, after=found[-1] if found else ""):
            found += page
    return found


def _members(kit: Contactable, name: str, wanted: str) -> list[str]:
    connector = kit.connectors[name]
    if not connector.capabilities.lists:
        raise Refused(f"{name} has no lists that can be read: begin with --limit.")
    for each in cast(HasLists, connector).lists():
        if each.id == wanted or plain(each.name) == plain(wanted):
            return [id for id, _ in each.members]
    raise Malformed(f"{name} has no list with the id or the name {wanted!r}.")
