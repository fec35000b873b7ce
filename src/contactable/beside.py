"""What a CRM knows beside its contacts' properties: who is in which list.

A list is read whole, for no CRM tells who left one. One that can no longer be found keeps the members that it had, if
being in it is an opposition: the only witness may not be silenced by a new name.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import cast

from contactable.call_records import outcomes
from contactable.connectors.protocol import Connector, ContactList, HasLists
from contactable.errors import ContactableError, Refused
from contactable.mapping import Asked
from contactable.register import Register, Tx, cursors, members, mirror, outbox
from contactable.register.members import LIST, OUTCOME

SEEN = "lists"
"""The cursor that keeps which lists there were at the last look, by name with their sizes."""
Beside = dict[str, dict[str, dict[str, str]]]
"""By record id what it is in: kind, name, and the moment (ISO, empty where the CRM does not tell)."""


def sync_lists(register: Register, connector: Connector, asked: Asked) -> list[str]:
    """Read the lists that are asked about; contacts that came or left are read anew. Return warnings, as codes.

    Raises ``Refused`` where a list of oppositions was never seen: nothing opens while nobody knows who is in it.
    """
    if not asked.about(LIST):
        return []
    with register.read() as tx:
        before: dict[str, int] = (cursors.get(tx, connector.name, SEEN) or {}).get("sizes", {})
    sizes: dict[str, int] = {}
    warnings = []
    try:
        for name, each in lists_asked(connector, asked):
            sizes[name] = register.write(partial(_keep, connector=connector.name, name=name, found=dict(each.members)))
    except ContactableError as error:
        if missing := asked.missing(before):
            raise Refused(f"The list `{missing[0]}` holds oppositions and cannot be read: {error}") from error
        return ["lists:unreadable"]
    if missing := asked.missing({**before, **sizes}):
        raise Refused(f"There is no list `{missing[0]}`, which the mapping names: correct the name, or take it out.")
    for name in before.keys() - sizes.keys():
        if asked.names(LIST, name, name):  # else the mapping asks about it no more
            warnings.append(f"list:{name}:gone")
        if asked.closes(name):
            sizes[name] = before[name]
        else:
            register.write(partial(_keep, connector=connector.name, name=name, found={}))
    register.write(lambda tx: cursors.set(tx, connector.name, SEEN, {"sizes": sizes}))
    return warnings


def read_beside(connector: Connector, asked: Asked) -> Beside:
    """The same at once and in memory, for a look that keeps nothing."""
    found: Beside = {}
    for name, each in lists_asked(connector, asked):
        for id, since in each.members:
            found.setdefault(id, {}).setdefault(LIST, {})[name] = since.isoformat() if since else ""
    if asked.about(OUTCOME) and connector.capabilities.calls:
        for name, of_outcome in outcomes(connector, asked).items():
            for id, at in of_outcome.items():
                found.setdefault(id, {}).setdefault(OUTCOME, {})[name] = at.isoformat() if at else ""
    return found


def lists_asked(connector: Connector, asked: Asked) -> Iterator[tuple[str, ContactList]]:
    """The lists that are asked about, under the names by which they are. Raises ``Refused`` for a CRM without lists."""
    if not asked.about(LIST):
        return
    if not connector.capabilities.lists:
        if asked.closing:
            raise Refused(f"{connector.name} has no lists that can be read, and the mapping names one.")
        return
    for each in cast(HasLists, connector).lists():
        for name in asked.names(LIST, each.id, each.name):
            yield name, each


def _keep(tx: Tx, connector: str, name: str, found: members.Members) -> int:
    """Keep the members of one list, and have those contacts read anew for whom it changed; return how many it has."""
    differ = members.replace(tx, connector, LIST, name, found)
    known = mirror.contacts(tx, connector, differ)
    living = [id for id in differ if id in known and known[id].gone_at is None]
    outbox.promise(tx, connector, living, urgent=True, refresh=True, why="list")
    return len(found)
