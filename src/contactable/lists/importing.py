"""Importing legacy lists: looked at first, then entered; again changes nothing; never lifts an opposition.

An opposition whose date cannot be read is one of unknown time. What cannot be read as an address or a number is
refused with its line and the others go on. A consent of a list is what an operator says: it lifts no opposition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from contactable.errors import Malformed
from contactable.identifiers import IdentifierKind, read_email, read_phone
from contactable.lists.layouts import Layout
from contactable.lists.tables import Row, Table, digest_of, is_damaged_number, read_table
from contactable.mapping.values import NOT_AN_OPPOSITION, plain, read_date
from contactable.progress import Moved
from contactable.register import NewEntry, Register, Tx, blocks, ledger, mirror, outbox, subjects
from contactable.register.carrying import contacts_with
from contactable.register.statements import chunks
from contactable.register.subjects import Identifier

_NATIONAL_DIGITS = 9
ASKS_BEYOND = 0.05
"""The share of the mirrored contacts beyond which an import of oppositions asks a person."""


@dataclass(frozen=True, slots=True)
class Line:
    """One identifier of one row: what it says, on which channel, since when (None: not said, or not to be read)."""

    place: int
    identifier: Identifier = field(repr=False)
    channel: str
    scope: str = ""
    when: date | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be taken, and why; without quoting anybody."""

    place: int
    why: str


@dataclass(slots=True)
class Preview:
    """What a list would do. ``batch`` names the import, the same for the same file."""

    batch: str
    layout: str
    lines: list[Line] = field(default_factory=list, repr=False)
    refused: list[Refused] = field(default_factory=list)
    undated: int = 0
    contacts: int = 0
    mirrored: int = 0

    @property
    def asks(self) -> bool:
        """Whether so many contacts would close that a person must say yes."""
        return self.contacts > ASKS_BEYOND * self.mirrored and self.mirrored > 0


def look_at(path: Path, layout: Callable[[Sequence[str]], Layout], kind: str, channel: str | None) -> Preview:
    """Read a list whole. Raises ``Malformed`` for one that cannot be read, or whose channel must be named."""
    table = read_table(path)
    found = layout(table.header)
    channel = channel or found.channel
    if channel is None and not found.flags:
        raise Malformed("This list does not tell its channel: name it with --channel (email, sms, phone, all …).")
    preview = Preview(f"import-{digest_of(path)[:12]}", found.name)
    for line in _lines(table, found, kind, channel or ""):
        if isinstance(line, Refused):
            preview.refused.append(line)
        else:
            preview.lines.append(line)
            preview.undated += line.when is None
    return preview


def count_contacts(tx: Tx, preview: Preview) -> None:
    """Complete a preview by how many mirrored contacts it concerns."""
    found = subjects.find_subjects(tx, (line.identifier for line in preview.lines))
    preview.contacts = len(contacts_with(tx, set(found.values()), now_only=True))
    preview.mirrored = sum(mirror.counts(tx).values())


def enter(register: Register, preview: Preview, kind: str, details: Mapping[str, Any], by: str, tell: Moved) -> int:
    """Enter a list, a few thousand lines at a time, and its receipt; return how many were new. Again enters none."""
    new = done = 0
    for part in chunks(preview.lines):
        new += register.write(partial(_enter, preview=preview, lines=part, kind=kind, details=details))
        done += len(part)
        tell(done, len(preview.lines))
    counts = {"lines": len(preview.lines), "refused": len(preview.refused), "new": new, "batch": preview.batch}
    receipt = NewEntry(kind="receipt", origin="admin", reason=f"import {kind}", details=counts, note=by)
    register.write(lambda tx: ledger.record(tx, [receipt]))
    return new


def _enter(tx: Tx, preview: Preview, lines: Sequence[Line], kind: str, details: Mapping[str, Any]) -> int:
    found = subjects.subjects_for(tx, (line.identifier for line in lines))
    entries = [_entry(preview, line, found[line.identifier], kind, details) for line in lines]
    made = [entry for entry in ledger.record(tx, entries) if entry is not None]
    outbox.stale_for(tx, {entry.subject_id for entry in made if entry.subject_id}, why="import")
    blocks.owe(tx, made, lambda: {subject: text for (_, text), subject in found.items()})
    return len(made)


def _entry(preview: Preview, line: Line, subject: str, kind: str, details: Mapping[str, Any]) -> NewEntry:
    when = line.when.isoformat() if line.when else ""
    return NewEntry(
        kind=kind,
        subject_id=subject,
        on=line.channel,
        scope_kind="subscription" if line.scope else "global",
        scope_id=line.scope,
        origin="admin",
        proof_level="operator",
        occurred_at=line.when,
        time_quality="event" if line.when else "unknown",
        event_key=f"import:{kind}:{subject}:{line.channel}:{line.scope}:{when}",
        reason=preview.layout,
        batch=preview.batch,
        details=details,
    )


def _lines(table: Table, layout: Layout, kind: str, channel: str) -> Iterator[Line | Refused]:
    for place, row in table.rows:
        when, says = _cell(row, layout.date), list(_says(row, layout, channel))
        day = _when(when)
        if says and kind == "consent" and day is None:
            yield Refused(place, "its date is missing or cannot be read: a consent has one")
            continue
        named = list(_identifiers(row, layout)) if says else []
        if says and not named:
            yield Refused(place, "it names neither an address nor a number")
        for who in named:
            if isinstance(who, str):
                yield Refused(place, who)
            else:
                yield from (Line(place, who, each, scope, day) for each, scope in says if _fits(who, each))


def _says(row: Row, layout: Layout, channel: str) -> Iterable[tuple[str, str]]:
    """The channels and scopes of which a row is out; the one of the whole list where no column tells."""
    if not layout.flags:
        return [(channel, "")]
    said = ((flag, plain(_cell(row, flag.column))) for flag in layout.flags)
    return [(flag.channel, flag.scope) for flag, word in said if word and word not in NOT_AN_OPPOSITION]


def _identifiers(row: Row, layout: Layout) -> Iterator[Identifier | str]:
    address, number = _cell(row, layout.email), _cell(row, layout.phone)
    if address:
        email = read_email(address)
        yield (IdentifierKind.EMAIL, email.text) if email else "its address is not well formed"
    if is_damaged_number(number):
        yield "its number was rounded by a spreadsheet (3,36E+10): export it again as text"
    elif number:
        phone = read_phone(_with_its_start(number))
        yield (IdentifierKind.PHONE, phone.e164) if phone else "its number is not possible"


def _with_its_start(number: str) -> str:
    """Give back what a spreadsheet took from a number: the 0 of nine digits, the + of more."""
    if not number.isdecimal() or number.startswith("0"):
        return number
    return f"0{number}" if len(number) == _NATIONAL_DIGITS else f"+{number}"


def _fits(who: Identifier, channel: str) -> bool:
    """Whether an identifier is one of the channel: an opt-out of e-mail says nothing of the number beside it."""
    if channel in ("all", "post"):
        return True
    return (who[0] is IdentifierKind.EMAIL) == (channel == "email")


def _when(text: str) -> date | None:
    found = read_date(text)
    if not found.value:
        return None
    if len(found.value) == len("2026-11-24"):
        return date.fromisoformat(found.value)
    moment = datetime.fromisoformat(found.value)
    return moment if moment.tzinfo else moment.date()


def _cell(row: Row, at: int | None) -> str:
    return row[at].strip() if at is not None and at < len(row) else ""
