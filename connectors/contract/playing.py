"""What several tests of the suite do: add people, write on them, look at what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from contactable.connectors.contract.crm import Ability, Crm
from contactable.connectors.contract.reading import Seen, take
from contactable.connectors.protocol import Change, Connector, ContactRecord, Option, Outcome, Result

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
    if Ability(ability) in crm.cannot:
        pytest.skip(f"not on this CRM: {ability.replace('_', ' ')}")


def needs_opt_outs(crm: Crm) -> None:
    """Skip where the CRM has no opt-outs of its own."""
    if not crm.shows:
        pytest.skip("not on this CRM: opt-outs of its own")


def may_be_written(connector: Connector) -> tuple[str, ...]:
    """The channels whose native opt-out we can write; skip where there is none."""
    if not connector.capabilities.opt_out:
        pytest.skip("not on this CRM: native opt-outs that we may write")
    return connector.capabilities.opt_out


def people(crm: Crm, number: int, start: int = 0, days_ago: int = 0, name: str = "person") -> list[str]:
    """Add that many people in one moment."""
    each = ({crm.email: f"{name}{n}@example.org"} for n in range(start, start + number))
    return crm.add(*each, days_ago=days_ago)


def several_pages(crm: Crm) -> int:
    """A number of contacts that fills three pages and some of a fourth."""
    return 3 * crm.page + 20


def write_text(connector: Connector, crm: Crm, ids: Sequence[str], text: str = "seen") -> dict[str, Outcome]:
    """Write one text on contacts; give the outcomes by id."""
    return {each.id: each for each in connector.write([Change(id, {crm.text: text}) for id in ids])}


def results(outcomes: dict[str, Outcome]) -> set[Result]:
    """The results that occur."""
    return {each.result for each in outcomes.values()}


def consents(crm: Crm, connector: Connector, cursor: Mapping[str, Any] | None = None, *, pages: int = 0) -> Seen:
    """What one turn of the consent feed gives; ``pages`` above 0: as if the process died after them."""
    return take(connector.iter_consent_changes(cursor, [crm.email, *crm.shows.values()]), cursor, pages)


def says_yes(record: ContactRecord, name: str) -> bool:
    """Whether a property says anything but no."""
    return record.properties.get(name, "").strip().lower() not in ("", "0", "false", "no")
