"""The example connector keeps the contract on a real BottleCRM."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

import pytest

from contactable.connectors import connect
from contactable.connectors.contract import Crm
from contactable.connectors.contract.crm import Ability
from contactable.connectors.contract.suite import *  # noqa: F403 - the suite is what it is about
from contactable.connectors.protocol import Connector

CANNOT = frozenset(
    {
        Ability.MERGE,
        Ability.LAG,
        Ability.SCOPES,
        Ability.LISTS,
        Ability.HISTORIES,
        Ability.LIMITS,
        Ability.TROUBLE,
        Ability.STOPPING,
    }
)


class Organisation:
    """One empty organisation of BottleCRM."""

    email, text = "email", "description"
    shows: Mapping[str, str] = {"phone": "do_not_call"}
    page = 100
    cannot = CANNOT

    def __init__(self, bottle: Any) -> None:
        self.bottle = bottle
        self.id, self.token = bottle.play("organisation", uuid4().hex)
        self.connected: list[Any] = []

    def connect(
        self, *, token: str | None = None, scopes: Sequence[str] | None = None, patience: float = 60
    ) -> Connector:
        settings = {"base_url": self.bottle.url, "token": "env:TOKEN", "patience": patience, "overlap": 2}
        made = connect("bottle", "bottlecrm", settings, lambda reference: (token or self.token).encode())
        self.connected.append(made)
        return made

    def add(self, *contacts: Mapping[str, str], days_ago: int = 0) -> list[str]:
        return list(self.bottle.play("add", self.id, [dict(each) for each in contacts], days_ago))

    def change(self, id: str, properties: Mapping[str, str]) -> None:
        self.bottle.play("change", id, dict(properties))

    def delete(self, id: str) -> None:
        self.bottle.play("delete", id)

    def opt_out(self, id: str, channel: str) -> None:
        self.bottle.play("change", id, {"do_not_call": True})

    def is_opted_out(self, id: str, channel: str) -> bool:
        return bool(self.bottle.play("values", id)["do_not_call"])

    def occupy(self, name: str) -> None:
        self.bottle.play("occupy", self.id, name)

    def values(self, id: str) -> Mapping[str, str]:
        return {name: str(value) for name, value in self.bottle.play("values", id).items() if value}

    def count(self) -> int:
        return int(self.bottle.play("count", self.id))

    def settle(self) -> None:
        """Reads know everything at once."""


@pytest.fixture
def crm(bottle: Any) -> Iterator[Crm]:
    made = Organisation(bottle)
    yield made  # type: ignore[misc]  # what BottleCRM has not, `cannot` names
    for each in made.connected:
        each.close()
