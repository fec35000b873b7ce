"""Tables on disk keep the contract: a folder of exports, and the flagged table beside each."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from contactable.connectors.contract import Crm
from contactable.connectors.contract.crm import Ability
from contactable.connectors.contract.suite import *  # noqa: F403 - the suite is what it is about
from contactable.connectors.csv import Tables, connect

HEADER = ("id", "email", "contactable_note")
CANNOT = frozenset(
    {
        Ability.MERGE,
        Ability.LAG,
        Ability.CHOICES,
        Ability.OTHER_SHAPE,
        Ability.SCOPES,
        Ability.LISTS,
        Ability.HISTORIES,
        Ability.LIMITS,
        Ability.TROUBLE,
        Ability.TOKEN,
        Ability.HTTP,
    }
)


class Folder:
    """A folder with one export, and what people do in it."""

    email, text = "email", "contactable_note"
    shows: Mapping[str, str] = {}
    page = 500
    cannot = CANNOT

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: dict[str, dict[str, str]] = {}
        self._export()

    def connect(self, *, token: str | None = None, scopes: Sequence[str] | None = None, patience: float = 60) -> Tables:
        return connect("table", {"path": str(self.path), "settle": 0}, lambda reference: b"")

    def add(self, *contacts: Mapping[str, str], days_ago: int = 0) -> list[str]:
        ids = [str(len(self.rows) + number) for number in range(1, len(contacts) + 1)]
        self.rows.update({id: {"id": id, **each} for id, each in zip(ids, contacts, strict=True)})
        self._export()
        return ids

    def change(self, id: str, properties: Mapping[str, str]) -> None:
        self.rows[id].update(properties)
        self._export()

    def delete(self, id: str) -> None:
        del self.rows[id]
        self._export()

    def values(self, id: str) -> Mapping[str, str]:
        with (self.path / "export.contactable.csv").open(encoding="utf-8-sig", newline="") as file:
            found = next(row for row in csv.DictReader(file, delimiter=";") if row["id"] == id)
        return {name: value for name, value in found.items() if value}

    def count(self) -> int:
        return len(self.rows)

    def settle(self) -> None:
        """What is written is there."""

    def stop(self) -> None:
        shutil.rmtree(self.path)

    def _export(self) -> None:
        with (self.path / "export.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, HEADER, delimiter=";")
            writer.writeheader()
            writer.writerows(self.rows.values())


@pytest.fixture
def crm(tmp_path: Path) -> Crm:
    folder = tmp_path / "exports"
    folder.mkdir()
    return Folder(folder)  # type: ignore[return-value]  # what a table has not, `cannot` names
