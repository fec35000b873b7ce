"""What several tests of the suite do: add people, write on them, look at what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from contactable.connectors.contract.crm import Crm
from contactable.connectors.protocol import Change, Connector, Option, Outcome, Result

NOBODY = "999999999999"
WRONG_TOKEN = "wrong-0123456789abcdef"  # noqa: S105 - that is the point


@dataclass(frozen=True, slots=True)
class Wanted:
    """A property as the kit asks for it."""

    name: str
    shape: str
    options: tuple[Option, ...] = ()
    label: str = "Contract"
    description: str = "Made by a test."
    for_people: bool = False


COLOURS = (Option("red", "Rouge"), Option("green", "Vert"), Option("blue", "Bleu"))
SCHEMA = (
    Wanted("contactable_contract_text", "text"),
    Wanted("contactable_contract_choice", "choice", COLOURS),
    Wanted("contactable_contract_choices", "choices", COLOURS),
    Wanted("contactable_contract_date", "date"),
    Wanted("contactable_contract_moment", "datetime"),
)


def needs(crm: Crm, ability: str) -> None:
    """Skip, by name, what this CRM cannot do."""
    if ability in crm.cannot:
        pytest.skip(f"this CRM has no {ability.replace('_', ' ')}")


def people(crm: Crm, number: int, start: int = 0, days_ago: int = 0) -> list[str]:
    """Add that many people in one moment."""
    return crm.add(*({crm.email: f"person{n}@example.org"} for n in range(start, start + number)), days_ago=days_ago)


def write_text(connector: Connector, crm: Crm, ids: Sequence[str], text: str = "seen") -> dict[str, Outcome]:
    """Write one text on contacts; give the outcomes by id."""
    return {each.id: each for each in connector.write([Change(id, {crm.text: text}) for id in ids])}


def results(outcomes: dict[str, Outcome]) -> set[Result]:
    """The results that occur."""
    return {each.result for each in outcomes.values()}


def consents(crm: Crm, connector: Connector) -> Iterator[str]:
    """The ids that one turn of the consent feed gives."""
    for page in connector.iter_consent_changes(None, [crm.email]):
        yield from (record.id for record in page.records)
