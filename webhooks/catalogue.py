"""The table of providers that the docs show and the command prints, made from the modules themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from contactable.webhooks.provider import Proof, Provider
from contactable.webhooks.registry import all_providers

PROOFS = {Proof.SIGNED: "signature", Proof.PATH_SECRET: "secret"}


@dataclass(frozen=True, slots=True)
class Row:
    """One provider: its id in the settings, its name, what it tells, on what its reading stands, what proves it."""

    id: str
    name: str
    tells: str
    status: str
    proof: str


def rows() -> list[Row]:
    """Every provider, in alphabetical order."""
    return [_row(provider) for provider in all_providers()]


def as_markdown(table: Iterable[Row]) -> str:
    """The rows as a table whose names lead to the providers' pages."""
    head = "| provider | tells | stands on | proved by |\n|---|---|---|---|\n"
    return head + "".join(f"| [{r.name}]({r.id}.md) | {r.tells} | {r.status} | {r.proof} |\n" for r in table)


def _row(provider: Provider) -> Row:
    name, _, rest = " ".join(provider.page.split("\n\n")[0].split()).partition(": ")
    tells = rest.partition(". ")[0].removesuffix(".")
    return Row(provider.id, name, tells, provider.status, " or ".join(PROOFS[proof] for proof in provider.proofs))
