"""Opt-outs that a CRM itself shows on its contacts: which are somebody's own, and which only the echo of our writing.

What we wrote ourselves is no new fact: the opposition behind it stands in the register, and ends there if it was a
mistake. It is known by the journal, under the address that it was written for. Once somebody took ours away in the
CRM, what shows there later is somebody's own again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contactable.connectors.protocol import ContactRecord, OptOuts, ShowsOptOuts
from contactable.identifiers import IdentifierKind, read_email
from contactable.register import MirrorRow, Tx, journal, subjects
from contactable.register.journal import Written

THEIRS, OURS, LIFTED = "opted_out", "opted_out_by_us", "opted_out_lifted"
"""The names under which a contact's facts keep them; no facts of the law, so that the rules never see them."""
EVERYTHING: Final = ""
_ALL, _BUT = "*", "-"


@dataclass(frozen=True, slots=True)
class Held:
    """What a CRM holds of one contact: opt-outs that are somebody's own, ours, and when ours was taken away."""

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
        return {name: [value, "crm"] for name, value in said.items() if value}


def target(connector: str) -> str:
    """Under this name the journal keeps what we wrote as native opt-outs of a CRM."""
    return f"{connector}:opt_out"


def scopes_kept(row: MirrorRow, name: str) -> frozenset[str]:
    """The scopes that a mirrored contact has under one of the names above."""
    kept = row.facts[name][0].split(";") if row.facts and name in row.facts else []
    return frozenset(EVERYTHING if each == _ALL else each for each in kept)


def lifted_at(row: MirrorRow) -> datetime | None:
    """When our opt-out of a contact was seen to be taken away, None where it was not."""
    return datetime.fromisoformat(row.facts[LIFTED][0]) if row.facts and LIFTED in row.facts else None


def held(
    tx: Tx, connector: str, shows: ShowsOptOuts, records: Sequence[ContactRecord], before: Mapping[str, MirrorRow]
) -> dict[str, Held]:
    """What the CRM holds of these contacts, by record id; those of which it holds nothing are left out."""
    shown = {record.id: shows.opt_outs_of(record) for record in records}
    asked = {id: each for id, each in shown.items() if each.shown or _had(before.get(id))}
    if not asked:
        return {}
    known = subjects_of(tx, asked.values())
    written: dict[str, list[Written]] = {}
    for each in journal.written_to(tx, target(connector), known.values()):
        written.setdefault(each.subject_id, []).append(each)
    return {
        id: _held(each, written.get(known.get(each.address, ""), []), before.get(id), tx.now)
        for id, each in asked.items()
    }


def subjects_of(tx: Tx, shown: Iterable[OptOuts], *, made: bool = False) -> dict[str, str]:
    """The subjects of the addresses, as the CRM writes them: those the register has met, or all (``made``)."""
    texts = {each.address: found.text for each in shown if (found := read_email(each.address))}
    wanted = {address: (IdentifierKind.EMAIL, text) for address, text in texts.items()}
    known = (subjects.subjects_for if made else subjects.find_subjects)(tx, wanted.values())
    return {address: known[identifier] for address, identifier in wanted.items() if identifier in known}


def is_ours(scope: str, values: Iterable[str]) -> bool:
    """Whether an opt-out is among those that we wrote, by the values of the journal."""
    return any(value in (scope, EVERYTHING) or _is_beyond(value, scope) for value in values)


def journal_value(scope: str, theirs: Iterable[str]) -> str:
    """What the journal keeps of leaving a scope: of everything, which opt-outs stood there already."""
    stood = sorted(each for each in theirs if each)
    return f"{_BUT}{';'.join(stood)}" if scope == EVERYTHING and stood else scope


def _held(shown: OptOuts, written: Sequence[Written], before: MirrorRow | None, now: datetime) -> Held:
    standing = [each.value for each in written if each.lifted_at is None]
    ours = frozenset(scope for scope in shown.shown if is_ours(scope, standing))
    lifted = [each.lifted_at for each in written if each.lifted_at]
    gone = bool(standing) and not ours and before is not None and bool(scopes_kept(before, OURS))
    return Held(
        theirs=frozenset(shown.shown) - ours,
        ours=ours,
        lifted_at=now if gone else None if standing else max(lifted, default=None),
        hidden=frozenset(shown.shown[scope] for scope in ours),
        lifted_now=written[0].subject_id if gone else "",
    )


def _had(row: MirrorRow | None) -> bool:
    return row is not None and bool(row.facts) and (OURS in row.facts or LIFTED in row.facts)


def _is_beyond(value: str, scope: str) -> bool:
    return value.startswith(_BUT) and scope not in value[1:].split(";")


def _text(scopes: Iterable[str]) -> str:
    return ";".join(sorted(scope or _ALL for scope in scopes))
