"""The company's decisions and who approved them: an approval is an entry of the register, with what was approved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from contactable.mapping.decisions import Approval, Decision, decisions
from contactable.register import NewEntry, ledger
from contactable.rules.labels import Language

if TYPE_CHECKING:
    from contactable.kit import Contactable

BATCH = "decisions"
"""The approvals of decisions, among the entries of the register."""


def decisions_of(kit: Contactable, language: Language | None = None) -> tuple[Decision, ...]:
    """Every decision of the settings."""
    return decisions(
        kit.judge.readings,
        kit.offers.values(),
        kit.declarations,
        kit.wordings,
        {name: kit.mapping(name) for name in kit.settings.connectors},
        language=language or kit.settings.language,
    )


def approvals_in(kit: Contactable) -> list[Approval]:
    """The approvals that the register keeps."""
    with kit.register.read() as tx:
        entries = ledger.of_batch(tx, BATCH)
    kept = ((each.details, each.recorded_at.isoformat()) for each in entries)
    return [Approval(said["decision"], said["fingerprint"], said["by"], at) for said, at in kept]


def approve(kit: Contactable, chosen: Sequence[Decision], by: str) -> None:
    """Keep that somebody approved decisions as they stand now."""
    entries = [
        NewEntry(
            kind="approval",
            origin="operator",
            batch=BATCH,
            details={"what": "decision", "decision": each.name, "fingerprint": each.fingerprint, "by": by},
        )
        for each in chosen
    ]
    kit.register.write(lambda tx: ledger.record(tx, entries))
