"""``[[declare]]`` in settings and in maps: understood, or refused with what is missing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from contactable.errors import Malformed, SettingsError
from contactable.mapping.columns import COLUMNS
from contactable.mapping.declarations import Declaration
from contactable.mapping.values import check_value, plain
from contactable.rules.wordings import Wording, WordingKind, gaps_of

_SIGNED = ("name", "evidence", "by", "on")
SELECTORS = ("form", "list", "source", "owner")
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


def _digest(path: Path) -> str:
    """Digest the evidence where it is a file; a reference (a page, a ticket, a contract's number) has none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
