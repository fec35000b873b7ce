"""Declarations that contradict each other on contacts of a CRM: both are named, and neither counts there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contactable.connectors.protocol import Finding, Level
from contactable.mapping import disputed, in_force_on
from contactable.mapping.contradiction import CONTRADICTION, names_in
from contactable.register import Tx
from contactable.register.mirror_pages import sources_beginning
from contactable.rules.calendar import paris_day

if TYPE_CHECKING:
    from contactable.kit import Contactable


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Some declarations that give one fact different values, and the contacts of a CRM that they leave without it."""

    connector: str
    column: str
    names: tuple[str, ...]
    contacts: int

    @property
    def what(self) -> str:
        """In a sentence."""
        told = " and ".join(f"`{each}`" for each in self.names)
        about = f"contradict each other on `{self.column}` for {self.contacts:,} contacts"
        return f"{self.connector}: the declarations {told} {about}"

    @property
    def to_do(self) -> str:
        """How to mend it."""
        return (
            "Neither counts there, and nothing opens because of them. Correct `facts` of one of the [[declare]], "
            "whom it is about, or end it with `valid_until`."
        )

    @property
    def finding(self) -> Finding:
        """For ``doctor``."""
        return Finding(self.what, Level.ERROR, self.to_do)


def contradictions(kit: Contactable, tx: Tx, name: str) -> Iterator[Contradiction]:
    """Those of the contacts of one CRM, as they are mirrored; looks only where the settings make one possible."""
    for column in disputed(in_force_on(kit.declarations, paris_day(kit.clock()))):
        found = sources_beginning(tx, name, column, CONTRADICTION)
        for source, contacts in sorted(found.items()):
            yield Contradiction(name, column, names_in(source.removeprefix(CONTRADICTION)), contacts)
