"""As much of SOQL as a connector needs: one kind of record, conditions joined by AND, an OR in parentheses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_QUERY = re.compile(
    r"SELECT (?P<names>.+?) FROM (?P<kind>\w+)(?: WHERE (?P<where>.+?))?(?: ORDER BY Id)?(?: LIMIT (?P<limit>\d+))?"
)
_CONDITION = re.compile(r"(?P<name>[\w.]+) (?P<operator>=|>=|>|IN) (?P<value>.+)")


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: names of fields, a kind of record, conditions, and how many."""

    names: Sequence[str]
    kind: str
    conditions: Sequence[str]
    limit: int

    def asks(self, name: str) -> bool:
        """Whether a condition is about this field."""
        return any(each.startswith(f"{name} ") for each in self.conditions)

    def among(self, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those that meet all conditions, in the order of their ids."""
        found = [row for row in rows if all(_meets(row, each) for each in self.conditions)]
        return sorted(found, key=lambda row: str(row["Id"]))[: self.limit]

    def told(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A record as it is answered, with the fields that were asked for."""
        told: dict[str, Any] = {name: row.get(name) for name in self.names if "." not in name}
        for behind, _, name in (each.partition(".") for each in self.names if "." in each):
            of = row.get(behind)
            told[behind] = None if of is None else {**(told.get(behind) or {}), name: bool(of.get(name))}
        return told


def parse(text: str) -> Query | None:
    """Read a query; None where it is none of those that are understood here."""
    found = _QUERY.fullmatch(text.strip())
    if found is None:
        return None
    conditions = found["where"].split(" AND ") if found["where"] else []
    if not all(_CONDITION.fullmatch(each.strip("()")) or " OR " in each for each in conditions):
        return None
    return Query(found["names"].split(", "), found["kind"], conditions, int(found["limit"] or 2_000))


def iso(seconds: float) -> str:
    """A moment as Salesforce writes it."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}+0000"


def _meets(row: Mapping[str, Any], condition: str) -> bool:
    if condition.startswith("("):
        return any(_meets(row, each) for each in condition.strip("()").split(" OR "))
    found = _CONDITION.fullmatch(condition)
    if found is None:
        return False
    value, asked = row.get(found["name"]), found["value"]
    if found["operator"] == "IN":
        return str(value) in re.findall(r"'([^']*)'", asked)
    if asked in ("true", "false"):
        return bool(value) == (asked == "true")
    other = asked.strip("'") if asked.startswith("'") else f"{asked.removesuffix('Z')}.000+0000"
    text = str(value or "")
    return {"=": text == other, ">": text > other, ">=": text >= other}[found["operator"]]
