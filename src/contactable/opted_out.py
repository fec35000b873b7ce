"""Opt-outs that a CRM itself shows on its contacts: which are somebody's own, and which only the echo of our writing.

What we wrote ourselves is no new fact: the opposition behind it stands in the register, and ends there if it was a
mistake. It is known by the journal, under the address or number that it was written for, or under the record where
the opt-out belongs to the contact itself. Once somebody took ours away in the CRM, what shows there later is
somebody's own again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contactable.connectors.protocol import ContactRecord, OptOuts, ShowsOptOuts
from contactable.identifiers import IdentifierKind, read_identifier
from contactable.register import MirrorRow, Tx, journal, subjects
from contactable.register.journal import Written

THEIRS, OURS, LIFTED = "opted_out", "opted_out_by_us", "opted_out_lifted"
"""The names under which a contact's facts keep them; no facts of the law, so that the rules never see them."""
EVERYTHING: Final = ""
EMAIL: Final = "email"
_ALL, _BUT = "*", "-"
Place = tuple[str, str]
"""A record id, and a channel of it."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a CRM holds of one contact's channel: opt-outs that are somebody's own, ours, when ours was taken away."""

    channel: str
    theirs: frozenset[str] = frozenset()
    ours: frozenset[str] = frozenset()
    lifted_at: datetime | None = None
    hidden: frozenset[str] = frozenset()  # the properties that show ours alone
    lifted_now: str = ""  # the subject whose opt-out of ours is seen to be gone

    @property
    def facts(self) -> dict[str, list[str]]:
        """As the mirror keeps it."""
        said = {THEIRS: _text(self.theirs), OURS: _text(self.ours)}
        said[LIFTED] = self.lifted_at.isoformat() if self.lifted_at else ""
        return {_name(name, self.channel): [value, "crm"] for name, value in said.items() if value}


def target(connector: str) -> str:
    """Under this name the journal keeps what we wrote as native opt-outs of a CRM."""
    return f"{connector}:opt_out"


def scopes_kept(row: MirrorRow, name: str, channel: str = EMAIL) -> frozenset[str]:
    """The scopes that a mirrored contact has under one of the names above."""
    name = _name(name, channel)
    kept = row.facts[name][0].split(";") if row.facts and name in row.facts else []
    return frozenset(EVERYTHING if each == _ALL else each for each in kept)


def lifted_at(row: MirrorRow, channel: str = EMAIL) -> datetime | None:
    """When our opt-out of a contact was seen to be taken away, None where it was not."""
    name = _name(LIFTED, channel)
    return datetime.fromisoformat(row.facts[name][0]) if row.facts and name in row.facts else None


def held(
    tx: Tx, connector: str, shows: ShowsOptOuts, records: Sequence[ContactRecord], before: Mapping[str, MirrorRow]
) -> dict[str, list[Held]]:
    """What the CRM holds of these contacts, by record id; those of which it holds nothing are left out."""
    asked = {
        (record.id, channel): each
        for record in records
        for channel, each in shows.opt_outs_of(record).items()
        if each.shown or _had(before.get(record.id), channel)
    }
    if not asked:
        return {}
    known = holders(tx, connector, asked)
    written: dict[tuple[str, str], list[Written]] = {}
    for row in journal.written_to(tx, [target(connector)], set(known.values())):
        written.setdefault((row.subject_id, row.channel), []).append(row)
    found: dict[str, list[Held]] = {}
    for (id, channel), each in asked.items():
        ours = written.get((known.get((id, channel), ""), channel), [])
        found.setdefault(id, []).append(_held(channel, each, ours, before.get(id), tx.now))
    return found


def holders(tx: Tx, connector: str, shown: Mapping[Place, OptOuts], *, made: bool = False) -> dict[Place, str]:
    """The subjects that opt-outs belong to: of the address or number, or of the record; known ones, or all (``made``).

    What is no address or number belongs to nobody and is left out.
    """
    wanted = {place: found for place, each in shown.items() if (found := _holder(connector, place, each.address))}
    known = (subjects.subjects_for if made else subjects.find_subjects)(tx, wanted.values())
    return {place: known[identifier] for place, identifier in wanted.items() if identifier in known}


def is_ours(scope: str, values: Iterable[str]) -> bool:
    """Whether an opt-out is among those that we wrote, by the values of the journal."""
    return any(value in (scope, EVERYTHING) or _is_beyond(value, scope) for value in values)


def journal_value(scope: str, theirs: Iterable[str]) -> str:
    """What the journal keeps of leaving a scope: of everything, which opt-outs stood there already."""
    stood = sorted(each for each in theirs if each)
    return f"{_BUT}{';'.join(stood)}" if scope == EVERYTHING and stood else scope


def _holder(connector: str, place: Place, address: str | None) -> tuple[IdentifierKind, str] | None:
    id, channel = place
    if address is None:
        return IdentifierKind.RECORD, f"{connector}:{id}"
    return read_identifier(address, address=channel == EMAIL)


def _name(name: str, channel: str) -> str:
    return name if channel == EMAIL else f"{name}_{channel}"


def _held(channel: str, shown: OptOuts, written: Sequence[Written], before: MirrorRow | None, now: datetime) -> Held:
    standing = [each.value for each in written if each.lifted_at is None]
    ours = frozenset(scope for scope in shown.shown if is_ours(scope, standing))
    lifted = [each.lifted_at for each in written if each.lifted_at]
    gone = bool(standing) and not ours and before is not None and bool(scopes_kept(before, OURS, channel))
    return Held(
        channel,
        theirs=frozenset(shown.shown) - ours,
        ours=ours,
        lifted_at=now if gone else None if standing else max(lifted, default=None),
        hidden=frozenset(shown.shown[scope] for scope in ours),
        lifted_now=written[0].subject_id if gone else "",
    )


def _had(row: MirrorRow | None, channel: str) -> bool:
    return row is not None and bool(row.facts) and any(_name(each, channel) in row.facts for each in (OURS, LIFTED))


def _is_beyond(value: str, scope: str) -> bool:
    return value.startswith(_BUT) and scope not in value[1:].split(";")


def _text(scopes: Iterable[str]) -> str:
    return ";".join(sorted(scope or _ALL for scope in scopes))
