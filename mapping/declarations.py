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
from typing import Any

from contactable.mapping.contradiction import CONTRADICTION, joined, names_in
from contactable.mapping.sources import Sourced
from contactable.mapping.values import plain, read_day

Record = Mapping[str, str | None]
Declared = tuple[tuple[str, Sourced], ...]
"""What is declared about a contact: columns, each once, and their facts."""


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


@lru_cache(maxsize=4096)
def _any_matches(patterns: tuple[re.Pattern[str], ...], texts: tuple[str, ...]) -> bool:
    # HubSpot writes "Page: Form" where the form alone is meant.
    names = {plain(name) for text in texts for name in (text, text.rpartition(": ")[2])}
    return any(pattern.fullmatch(name) for name in names for pattern in patterns)
