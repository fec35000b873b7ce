"""What a CRM knows beside its contacts' properties: who is in which list, and how calls ended.

A list is read whole, for no CRM tells who left one. One that can no longer be found keeps the members that it had, if
being in it is an opposition: the only witness may not be silenced by a new name.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import cast

from contactable.connectors.protocol import Connector, ContactList, HasCalls, HasLists
from contactable.errors import ContactableError, Refused
from contactable.mapping import Asked
from contactable.register import Register, Tx, cursors, members, mirror, outbox
from contactable.register.members import LIST, OUTCOME

SEEN = "lists"
"""The cursor that keeps which lists there were at the last look, by name with their sizes."""
_CALLS = "calls"
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


def sync_outcomes(register: Register, connector: Connector, asked: Asked) -> list[str]:
    """Read how calls ended since the last look, where a mapping asks; return warnings, as codes.

    Raises where an outcome means an opposition and calls were never read.
    """
    if not asked.about(OUTCOME) or not connector.capabilities.calls:
        return []
    with register.read() as tx:
        kept = cursors.get(tx, connector.name, _CALLS)
    since = datetime.fromisoformat(kept["since"]) if kept and kept["since"] else None
    try:
        found, latest = _outcomes(connector, asked, since)
    except ContactableError:
        if asked.closing_outcomes and kept is None:
            raise
        return ["calls:unreadable"]
    register.write(partial(_add, connector=connector.name, found=found, latest=latest))
    return []


def read_beside(connector: Connector, asked: Asked) -> Beside:
    """The same at once and in memory, for a look that keeps nothing."""
    found: Beside = {}
    for name, each in lists_asked(connector, asked):
        for id, since in each.members:
            found.setdefault(id, {}).setdefault(LIST, {})[name] = since.isoformat() if since else ""
    if asked.about(OUTCOME) and connector.capabilities.calls:
        for name, of_outcome in _outcomes(connector, asked, None)[0].items():
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


def _outcomes(
    connector: Connector, asked: Asked, since: datetime | None
) -> tuple[dict[str, dict[str, datetime | None]], datetime | None]:
    found: dict[str, dict[str, datetime | None]] = {}
    latest = since
    for call in cast(HasCalls, connector).calls(since):
        if call.at is not None:
            latest = max(latest or call.at, call.at)
        for name in asked.names(OUTCOME, call.outcome, call.outcome):
            for id in call.record_ids:
                known = found.setdefault(name, {}).get(id)
                found[name][id] = max(filter(None, (known, call.at)), default=None)
    return found, latest


def _add(tx: Tx, connector: str, found: dict[str, dict[str, datetime | None]], latest: datetime | None) -> None:
    for name, came in found.items():
        members.add(tx, connector, OUTCOME, name, came)
        known = mirror.contacts(tx, connector, came)
        living = [id for id in came if id in known and known[id].gone_at is None]
        outbox.promise(tx, connector, living, urgent=True, refresh=True, why="call")
    cursors.set(tx, connector, _CALLS, {"since": latest.isoformat() if latest else None})
