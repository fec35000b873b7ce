"""Does the CRM show what the law says? Decided anew on another road: as a contact file, without register or mapping."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from contactable.files.columns import COLUMNS, RESULT_COLUMNS
from contactable.files.contacts import Question
from contactable.files.sheets import open_sheet
from contactable.files.verdicts import decide_sheet
from contactable.mapping.countries import country_code
from contactable.mapping.properties import ALLOWED
from contactable.mapping.values import plain
from contactable.rules import DEFAULT_READINGS, Channel

NATIVE = {"mobile": "mobilephone", "landline": "phone", "street": "address", "postcode": "zip"}
"""Columns of the contact file that HubSpot calls otherwise."""


def differences(
    contacts: Mapping[str, Mapping[str, str]], acts: Iterable[tuple[str, Channel]], on: date, folder: Path
) -> list[str]:
    """Where a contact's properties say otherwise than the law does; empty when nowhere.

    ``acts`` are the oppositions made since, as (contact, channel).
    """
    rows = {id: _row(id, properties) for id, properties in contacts.items()}
    for id, channel in acts:
        rows[id][f"opposed_{channel}_on"] = on.isoformat()
    expected = _decided(rows.values(), on, folder / "contacts.csv")
    return [
        f"{id} {channel}: the CRM shows {_shown(contacts[id], channel)}, the law says {expected[id][channel]}"
        for id in contacts
        for channel in Channel
        if _shown(contacts[id], channel) != expected[id][channel]
    ]


def _row(id: str, properties: Mapping[str, str]) -> dict[str, str]:
    """One contact as a row. The CRM's oppositions count as of unknown time: what lifts one is in no property."""
    row = {name: properties.get(NATIVE.get(name, name)) or "" for name in COLUMNS}
    row |= {name: "yes" for name, value in row.items() if value and _is_objection(name)}
    if any(value == "true" for name, value in properties.items() if name.startswith("hs_email_optout")):
        row["opposed_email_on"] = "yes"  # to all e-mail: no offer names its subscription type
    return {**row, "id": id, "country": country_code(plain(row["country"]))}


def _is_objection(column: str) -> bool:
    return column.startswith("opposed_") or column.endswith("_withdrawn_on")


def _decided(rows: Iterable[dict[str, str]], on: date, path: Path) -> dict[str, dict[Channel, tuple[bool, str]]]:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(COLUMNS))
        writer.writeheader()
        writer.writerows(rows)
    found: dict[str, dict[Channel, tuple[bool, str]]] = {}
    for decided in decide_sheet(open_sheet(path), Question(on, DEFAULT_READINGS)):
        cells = dict(zip(RESULT_COLUMNS[1:], decided.cells, strict=True))
        for number, id in enumerate(decided.ids):
            found[id] = {
                channel: (cells[f"{channel}_allowed"][number] == "yes", cells[f"{channel}_reason"][number])
                for channel in Channel
            }
    return found


def _shown(properties: Mapping[str, str], channel: Channel) -> tuple[bool, str]:
    state = properties.get(f"contactable_{channel}")
    return state == ALLOWED, properties.get(f"contactable_{channel}_reason") or ""
