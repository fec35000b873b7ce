"""The kit's own lists in a CRM, made on request: which there are, which are missing, and what is kept of them.

A list is ours when we made it; one that merely has the name is left alone. Conditions of a new version are put on the
lists that are there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contactable.connectors.protocol import MakesLists
from contactable.errors import Malformed, Refused
from contactable.mapping.segments import Segment, segments
from contactable.own_properties import is_compact
from contactable.register import Tx, cursors
from contactable.tasks import has_begun

if TYPE_CHECKING:
    from contactable.kit import Contactable

CURSOR = "segments"
"""The cursor that keeps, by key, the id of each list of ours and the fingerprint of its conditions."""
MAKE, CHANGE, KEEP, TAKEN = "make", "change", "keep", "name taken"
Progress = Callable[[int, int | None], None]
_Kept = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Planned:
    """One list and what is to be done; ``id`` and ``size`` where the CRM has it."""

    segment: Segment
    todo: str
    id: str = ""
    size: int | None = None


def plan(kit: Contactable, name: str, only: Collection[str] = ()) -> list[Planned]:
    """What would be done in one CRM; ``only`` these keys. Raises ``Refused`` before the first sync."""
    connector = _connector(kit, name)
    if not has_begun(kit, name):
        raise Refused(f"The lists look at properties that {name} does not have yet: contactable sync {name} --yes")
    with kit.register.read() as tx:
        kept: _Kept = cursors.get(tx, name, CURSOR) or {}
        wanted = segments(language=kit.settings.language, compact=is_compact(tx, name))
    if unknown := sorted(set(only) - {each.key for each in wanted}):
        raise Malformed(f"There is no list {unknown[0]!r}; known are {', '.join(each.key for each in wanted)}.")
    there = {each.id: each for each in connector.lists()}
    names = {each.name for each in there.values()}
    found = []
    for segment in (each for each in wanted if not only or each.key in only):
        ours = kept.get(segment.key, {})
        known = there.get(ours.get("id", ""))
        found.append(Planned(segment, _todo(segment, ours, known is not None, names), known.id if known else "",
                             known.size if known else None))  # fmt: skip
    return found


def make(kit: Contactable, name: str, only: Collection[str] = (), progress: Progress = lambda done, total: None) -> str:
    """Make and change what is to be; return a sentence on what was done."""
    connector, planned = _connector(kit, name), plan(kit, name, only)
    for number, each in enumerate(planned):
        progress(number, len(planned))
        if each.todo == MAKE:
            _keep(kit, name, each.segment, connector.make_list(each.segment))
        elif each.todo == CHANGE:
            connector.change_list(each.id, each.segment)
            _keep(kit, name, each.segment, each.id)
    counts = {todo: sum(each.todo == todo for each in planned) for todo in (MAKE, CHANGE, KEEP, TAKEN)}
    return f"{counts[MAKE]} made, {counts[CHANGE]} changed, {counts[KEEP]} as they were, {counts[TAKEN]} names taken"


def remove(kit: Contactable, name: str) -> str:
    """Take our lists away; return a sentence on how many."""
    connector = _connector(kit, name)
    ours = list(kept_ids(kit, name))
    for id in ours:
        connector.remove_list(id)
    kit.register.write(lambda tx: cursors.set(tx, name, CURSOR, {}))
    return f"{len(ours)} lists taken away"


def kept_ids(kit: Contactable, name: str) -> Iterator[str]:
    """The ids of our lists in one CRM."""
    with kit.register.read() as tx:
        kept: _Kept = cursors.get(tx, name, CURSOR) or {}
    yield from (each["id"] for each in kept.values())


def _connector(kit: Contactable, name: str) -> MakesLists:
    connector = kit.connectors[name]
    if not (connector.capabilities.segments and isinstance(connector, MakesLists)):
        raise Refused(f"{name} has no lists that could be made from here.")
    return connector


def _todo(segment: Segment, ours: Mapping[str, str], there: bool, names: Collection[str]) -> str:
    if there:
        return KEEP if ours["fingerprint"] == _fingerprint(segment) else CHANGE
    return TAKEN if segment.name in names else MAKE


def _keep(kit: Contactable, name: str, segment: Segment, id: str) -> None:
    """At once: a crash leaves at most one list that is not known to be ours."""

    def keep(tx: Tx) -> None:
        kept: dict[str, Any] = cursors.get(tx, name, CURSOR) or {}
        cursors.set(tx, name, CURSOR, {**kept, segment.key: {"id": id, "fingerprint": _fingerprint(segment)}})

    kit.register.write(keep)


def _fingerprint(segment: Segment) -> str:
    return hashlib.sha256(repr(segment.any_of).encode()).hexdigest()[:16]
