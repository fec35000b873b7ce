"""What the settings decide, as fingerprints: when one changes, every contact is decided again.

An offer, a reading or a declaration taken out needs no CRM: facts are mirrored, and a contact is only promised anew. A
mapping that asks other things, or a new declaration, needs every contact to be read: the sync does that by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial

from contactable.mapping import Declaration
from contactable.register import Register, Tx, cursors, mirror, outbox

_CURSOR = "settings"
WHY = "settings"


@dataclass(frozen=True, slots=True)
class Settled:
    """``reading`` is the mapping's fingerprint; ``judging`` that of offers, readings, law and declarations in force.

    ``declared``: by the name of each declaration its fingerprint, then the columns that it fills.
    """

    reading: str
    judging: str
    declared: Mapping[str, Sequence[str]]

    def can_read_as(self, before: Settled) -> bool:
        """Whether what was mirrored under ``before`` serves as it is."""
        if self.reading != before.reading or any(before.declared.get(name) != of for name, of in self.declared.items()):
            return False
        # Behind a declaration that was taken out another one may have been hidden, which now speaks.
        taken_out = before.declared.keys() - self.declared.keys()
        silenced = {column for name in taken_out for column in before.declared[name][1:]}
        return silenced.isdisjoint(column for of in self.declared.values() for column in of[1:])


def declared_by(declarations: Sequence[Declaration]) -> dict[str, list[str]]:
    """What ``Settled`` keeps of declarations."""
    return {each.name: [each.fingerprint, *sorted(each.facts)] for each in declarations}


def settled(tx: Tx, connector: str) -> Settled | None:
    """Under which settings the contacts of a CRM were last read and decided; None before the first sync."""
    kept = cursors.get(tx, connector, _CURSOR)
    return Settled(**kept) if kept else None


def decide_again(register: Register, connector: str, now: Settled) -> int:
    """Promise every mirrored contact when what decides has changed; return how many."""
    with register.read() as tx:
        before = settled(tx, connector)
    if before is None or before.judging == now.judging:
        return 0
    promised, after = 0, ""
    while ids := register.write(partial(_promise, connector=connector, after=after)):
        promised, after = promised + len(ids), ids[-1]
    # Last: a crash before it costs another round, never a contact.
    kept = Settled(before.reading, now.judging, before.declared)
    register.write(lambda tx: _keep(tx, connector, kept))
    return promised


def have_read(register: Register, connector: str, now: Settled) -> None:
    """Keep that the contacts of a CRM were read under these settings."""
    register.write(lambda tx: _keep(tx, connector, now))


def _promise(tx: Tx, connector: str, after: str) -> list[str]:
    ids = mirror.contact_ids(tx, connector, after=after)
    outbox.promise(tx, connector, ids, why=WHY)
    return ids


def _keep(tx: Tx, connector: str, now: Settled) -> None:
    cursors.set(tx, connector, _CURSOR, asdict(now))
