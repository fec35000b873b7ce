"""Declarations: what the company states, signed, about contacts whose CRM record cannot say it.

``[[declare]]`` names the contacts (a form, a list, a source, an owner, a period, or all), the facts that hold for them,
the evidence, and who says so since when. It is the weakest source: a property, a form submission or the register
speaks first, and nothing that forbids can be declared away. Where two declarations disagree, neither counts
(``standing``).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from contactable.errors import Malformed, SettingsError
from contactable.mapping.columns import COLUMNS
from contactable.mapping.contradiction import CONTRADICTION, joined, names_in
from contactable.mapping.sources import Sourced
from contactable.mapping.values import check_value, plain, read_day
from contactable.rules.wordings import Wording, WordingKind, gaps_of

_SIGNED = ("name", "evidence", "by", "on")
SELECTORS = ("form", "list", "source", "owner")
Record = Mapping[str, str | None]
Declared = tuple[tuple[str, Sourced], ...]
"""What is declared about a contact: columns, each once, and their facts."""
_Names = list[str] | str


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"signed_on": "on"}):
    """One table ``[[declare]]``, as it may be written."""

    name: str
    facts: dict[str, str | bool]
    evidence: str
    by: str
    signed_on: date
    form: _Names = []
    list: _Names = []
    source: _Names = []
    owner: _Names = []
    created_from: date | None = None
    created_until: date | None = None
    all: bool = False
    wording: str = ""
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Declaration:
    """One declaration in force. ``evidence_digest`` is the SHA-256 of the evidence file, empty for a reference."""

    name: str
    facts: Mapping[str, str]
    evidence: str
    evidence_digest: str
    by: str
    signed_on: date
    selectors: tuple[tuple[str, tuple[re.Pattern[str], ...]], ...] = ()
    created_from: date | None = None
    created_until: date | None = None
    wording: str = ""
    valid_until: date | None = None

    def covers(self, names: Mapping[str, tuple[str, ...]], created: date | None) -> bool:
        """Whether it speaks of a contact with these forms, lists …; one of unknown first day is in no period."""
        if (self.created_from or self.created_until) and not self._covers_day(created):
            return False
        return all(_any_matches(patterns, names[selector]) for selector, patterns in self.selectors)

    def _covers_day(self, created: date | None) -> bool:
        first, last = self.created_from or date.min, self.created_until or date.max
        return created is not None and first <= created <= last

    def in_force(self, on: date) -> bool:
        """Whether it holds on that day: signed, and not run out."""
        return self.signed_on <= on and (self.valid_until is None or on <= self.valid_until)

    def to_json(self) -> dict[str, Any]:
        """What the register keeps of it, as a ``declaration`` entry's details."""
        return {
            "name": self.name,
            "facts": dict(sorted(self.facts.items())),
            "evidence": self.evidence,
            "evidence_digest": self.evidence_digest,
            "by": self.by,
            "on": self.signed_on.isoformat(),
            "about": {key: [pattern.pattern for pattern in patterns] for key, patterns in self.selectors},
            "created": [day.isoformat() if day else None for day in (self.created_from, self.created_until)],
            "wording": self.wording,
            "valid_until": self.valid_until.isoformat() if self.valid_until else None,
        }

    @property
    def fingerprint(self) -> str:
        """A short digest that changes whenever anything in it changes."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()[:16]


def declarations_from_settings(
    tables: Iterable[Mapping[str, Any]], *, folder: Path = Path(), wordings: Iterable[Wording] = ()
) -> tuple[Declaration, ...]:
    """Understand ``[[declare]]``; raise ``SettingsError`` for one without evidence, author, day or contacts.

    ``folder`` is where evidence files are looked for, ``wordings`` are the versions of texts of the settings. Whoever
    declares that calls were agreed to with all five statements names the text that makes them.
    """
    known_wordings = {wording.version: wording for wording in wordings}
    found = [_declaration(table, folder, known_wordings) for table in tables]
    names = [declaration.name for declaration in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SettingsError(f"Two declarations are called `{twice[0]}`: a verdict must name one of them.")
    return tuple(found)


def declared(
    declarations: Sequence[Declaration],
    properties: Record,
    where: Mapping[str, tuple[str, ...]],
    memberships: Mapping[str, Iterable[str]],
) -> Declared:
    """Give what is declared about a contact, by column; an empty fact where declarations contradict each other.

    All ``declarations`` are taken to be in force, and where several say the same the first is named. ``where``
    names the properties that tell forms, sources, owners and the first day.
    """
    listed = tuple(declarations)
    selectors, by_period = _asked(listed)
    named = []
    for each in selectors:  # written out: this is asked of every contact
        names = [*memberships.get(each, ())]
        for name in where.get(each, ()):
            if text := properties.get(name):
                names.append(text)
        named.append(tuple(names))
    return _said(listed, tuple(named), _created(properties, where) if by_period else None)


def _created(properties: Record, where: Mapping[str, tuple[str, ...]]) -> date | None:
    """The day on which the contact was created, in Paris; None where nobody knows."""
    days = (read_day(properties.get(name) or "").value for name in where.get("created", ()))
    return next((date.fromisoformat(day) for day in days if day), None)


@lru_cache(maxsize=64)
def _asked(declarations: tuple[Declaration, ...]) -> tuple[tuple[str, ...], bool]:
    """What declarations ask about a contact: which of the selectors, and whether its first day."""
    selectors = dict.fromkeys(key for each in declarations for key, _ in each.selectors)
    return tuple(selectors), any(each.created_from or each.created_until for each in declarations)


@lru_cache(maxsize=16384)
def _said(declarations: tuple[Declaration, ...], names: tuple[tuple[str, ...], ...], created: date | None) -> Declared:
    """Remember, within bounds, what is declared of contacts alike; ``names`` are those of the selectors asked."""
    said: dict[str, Sourced] = {}
    by_selector = dict(zip(_asked(declarations)[0], names, strict=True))
    for declaration in declarations:
        if declaration.covers(by_selector, created):
            for column, value in declaration.facts.items():
                before = said.setdefault(column, Sourced(value, f"declaration:{declaration.name}"))
                if before.value != value:
                    told = before.source.partition(":")[2]
                    others = [told] if before.value else names_in(told)
                    said[column] = Sourced("", CONTRADICTION + joined([*others, declaration.name]))
    return tuple(said.items())


def _declaration(table: Mapping[str, Any], folder: Path, wordings: Mapping[str, Wording]) -> Declaration:
    name = str(table.get("name", "without a name"))
    if missing := [key for key in _SIGNED if not str(table.get(key) or "").strip()]:
        raise SettingsError(f"[[declare]] {name}: `{missing[0]}` is missing; a declaration is signed and has evidence.")
    try:
        written = msgspec.convert(dict(table), _Written)
    except msgspec.ValidationError as error:
        raise SettingsError(f"[[declare]] {name}: {error}.") from None
    if written.wording and written.wording not in wordings:
        raise SettingsError(f"[[declare]] {name}: no [[wording]] is called `{written.wording}`.")
    facts = {column: _fact(name, column, value) for column, value in written.facts.items()}
    if facts.get("consent_phone_complete") == "yes":
        _check_statements(name, wordings.get(written.wording))
    return Declaration(
        written.name,
        facts,
        written.evidence,
        _digest(folder / written.evidence),
        written.by,
        written.signed_on,
        _selectors(written),
        written.created_from,
        written.created_until,
        written.wording,
        written.valid_until,
    )


def _fact(name: str, column: str, value: str | bool) -> str:
    if column not in COLUMNS or not COLUMNS[column].declarable:
        allowed = ", ".join(each.name for each in COLUMNS.values() if each.declarable)
        raise SettingsError(f"[[declare]] {name}: `{column}` cannot be declared; what can: {allowed}.")
    try:
        return check_value(COLUMNS[column], value if isinstance(value, str) else ("no", "yes")[value])
    except Malformed as error:
        raise SettingsError(f"[[declare]] {name}: {error}") from None


def _check_statements(name: str, wording: Wording | None) -> None:
    """A complete consent to calls is declared with the text that makes it one (R223-1)."""
    if wording is None or wording.kind is not WordingKind.CONSENT_TO_CALLS:
        raise SettingsError(f"[[declare]] {name}: consent_phone_complete needs a `wording` of kind consent_to_calls.")
    if gaps := gaps_of(wording):
        missing = ", ".join(gap.statement for gap in gaps)
        raise SettingsError(f"[[declare]] {name}: the text {wording.version} does not say {missing}.")


def _selectors(written: _Written) -> tuple[tuple[str, tuple[re.Pattern[str], ...]], ...]:
    """Understand about whom it is; saying nothing is refused, so that nobody speaks of all contacts by oversight."""
    found = []
    for key in SELECTORS:
        names = getattr(written, key)
        if names:
            found.append((key, tuple(_pattern(each) for each in ([names] if isinstance(names, str) else names))))
    period = written.created_from or written.created_until
    # Either "all" or a selection: both together would leave the reader guessing.
    if written.all == bool(found or period):
        raise SettingsError(
            f"[[declare]] {written.name}: say about whom: form, list, source, owner, created_from, created_until, "
            "or all = true, which stands alone."
        )
    return tuple(found)


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in plain(name).split("*")))


@lru_cache(maxsize=4096)
def _any_matches(patterns: tuple[re.Pattern[str], ...], texts: tuple[str, ...]) -> bool:
    # HubSpot writes "Page: Form" where the form alone is meant.
    names = {plain(name) for text in texts for name in (text, text.rpartition(": ")[2])}
    return any(pattern.fullmatch(name) for name in names for pattern in patterns)


def _digest(path: Path) -> str:
    """Digest the evidence where it is a file; a reference (a page, a ticket, a contract's number) has none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
