"""Our properties in one CRM: which of the two schemas fits there, made or completed, and what is kept of that.

The schema that a CRM got first stays, unless the settings name the other: half of the properties, never written again,
would tell yesterday's answers. Those of the other schema are then taken away, and every contact is written anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from contactable.connectors.protocol import ChecksProperties, Finding, LimitsProperties, RemovesProperties
from contactable.holding import holding
from contactable.mapping import schema
from contactable.mapping.properties import Property
from contactable.register import MirrorRow, Register, Tx, cursors, mirror, outbox

if TYPE_CHECKING:
    from contactable.kit import Contactable

CURSOR = "properties"
"""The cursor that keeps which schema a CRM has, and the fingerprint of its properties as they were last made."""
PATIENCE = 90.0  # seconds that one process waits for another to make them; a killed one lets go within a minute
PROPERTIES = "properties"
"""Under this name the mirror keeps the written properties; under an offer's name its reasons by channel."""


def is_compact(tx: Tx, connector: str) -> bool:
    """Whether the contacts of a CRM have the compact schema."""
    return bool((cursors.get(tx, connector, CURSOR) or {}).get("compact"))


def were_found(tx: Tx, connector: str) -> bool | None:
    """Whether a CRM had properties of ours before this register made any; None before it made some."""
    kept = cursors.get(tx, connector, CURSOR)
    return None if kept is None else bool(kept.get("found"))


def ensure(kit: Contactable, name: str) -> list[str]:
    """Make what is missing in one CRM, add the codes of a new version, and return the names made.

    Two processes do it one after the other. Raises ``Refused`` where a property of ours exists with another type, or
    where the quota does not suffice.
    """
    with holding(kit.register, f"properties {name}", patience=PATIENCE):
        return _ensure(kit, name)


def _ensure(kit: Contactable, name: str) -> list[str]:
    with kit.register.read() as tx:
        kept = cursors.get(tx, name, CURSOR)
    compact = _fits_compact(kit, name, kept)
    wanted = _schema(kit, compact)
    made = list(kit.connectors[name].ensure_properties(wanted))
    other = kept is not None and kept["compact"] != compact
    if other:
        _remove(kit, name, {each.name for each in _schema(kit, not compact)} - {each.name for each in wanted})
    if kept is not None and (made or other):
        _write_anew(kit.register, name, made)
    found = bool(kept.get("found")) if kept else len(made) < len(wanted)
    now = {"compact": compact, "fingerprint": _fingerprint(wanted), "found": found}
    kit.register.write(lambda tx: cursors.set(tx, name, CURSOR, now))
    return made


def ensure_again(kit: Contactable, name: str) -> list[str]:
    """``ensure``, where a new version or other settings ask for other properties than were last made."""
    with kit.register.read() as tx:
        kept = cursors.get(tx, name, CURSOR) or {}
    asked = kit.settings.connectors[name].properties
    compact = kept.get("compact", False) if asked == "auto" else asked == "compact"
    unchanged = kept.get("compact") == compact and kept["fingerprint"] == _fingerprint(_schema(kit, compact))
    return [] if unchanged else ensure(kit, name)


def check(kit: Contactable, name: str) -> Iterator[Finding]:
    """What ``doctor`` is told of our properties in one CRM; writes nothing."""
    connector = kit.connectors[name]
    if isinstance(connector, ChecksProperties):
        with kit.register.read() as tx:
            kept = cursors.get(tx, name, CURSOR)
        yield from connector.check_properties(_schema(kit, _fits_compact(kit, name, kept)))


def names_of_ours(kit: Contactable) -> list[str]:
    """The names of all our properties, of both schemas."""
    both = [*_schema(kit, compact=False), *_schema(kit, compact=True)]
    return list(dict.fromkeys(each.name for each in both))


def _fits_compact(kit: Contactable, name: str, kept: Mapping[str, Any] | None) -> bool:
    """The schema that the settings name, else the one that is there, else the one for which there is room."""
    asked, connector = kit.settings.connectors[name].properties, kit.connectors[name]
    if asked != "auto" or kept is not None:
        return asked == "compact" if asked != "auto" else bool(kept and kept["compact"])
    if not isinstance(connector, LimitsProperties) or (left := connector.quota_left()) is None:
        return False
    existing = connector.property_names()
    return sum(each.name not in existing for each in _schema(kit, compact=False)) > left


def _schema(kit: Contactable, compact: bool) -> tuple[Property, ...]:
    return schema(kit.offers, language=kit.settings.language, compact=compact)


def _fingerprint(wanted: Sequence[Property]) -> str:
    """Of what a CRM must know for our values to be taken; labels may be people's own."""
    told = [(each.name, each.shape, [option.value for option in each.options]) for each in wanted]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def _remove(kit: Contactable, name: str, names: Collection[str]) -> None:
    connector = kit.connectors[name]
    if isinstance(connector, RemovesProperties):
        list(connector.remove_properties(sorted(names)))


def _write_anew(register: Register, connector: str, made: Collection[str]) -> None:
    """Every contact gets its values again: a property that was just made holds none, whatever we wrote once."""
    after = ""
    while ids := register.write(partial(_forget_written, connector=connector, made=made, after=after)):
        after = ids[-1]


def _forget_written(tx: Tx, connector: str, made: Collection[str], after: str) -> list[str]:
    ids = mirror.contact_ids(tx, connector, after=after)
    for row in mirror.contacts(tx, connector, ids).values():
        if row.written and any(name in made for name in row.written.get(PROPERTIES, {})):
            write_again(tx, row, made)
    outbox.promise(tx, connector, ids, why="properties")
    return ids


def write_again(tx: Tx, row: MirrorRow, names: Collection[str]) -> None:
    """Forget that these properties of a contact were written; promised, it gets them again."""
    left = {name: value for name, value in row.written[PROPERTIES].items() if name not in names}
    kept = {**row.written, PROPERTIES: left}
    mirror.written(tx, row.connector, row.record_id, kept, row.until, row.written_at or tx.now)
