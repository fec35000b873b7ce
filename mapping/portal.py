"""A company's contacts as they stand, to be looked at before anything is written: for suggestions and figures.

They come from a CRM, from an export (CSV), or from a records file: JSON lines, each an object with ``kind``
(``contact``, ``list``, ``form``, ``submission``), as the sandbox writes it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from contactable.errors import Malformed

KINDS = ("contact", "list", "form", "submission", "property")


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact: its properties, the lists it is in, the forms it sent (with the moment of the latest), its calls."""

    id: str
    properties: Mapping[str, str | None]
    lists: Mapping[str, str] | tuple[str, ...] = ()
    forms: Mapping[str, str] = field(default_factory=dict)
    outcomes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Form:
    """One form: its name and the consent texts that stand in it."""

    id: str
    name: str
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Portal:
    """Contacts, forms, and the labels of properties where they are known. ``lists`` are names with their size.

    ``names`` are the properties that there are; empty where nobody can tell.
    """

    contacts: tuple[Contact, ...]
    lists: Mapping[str, int] = field(default_factory=dict)
    forms: tuple[Form, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()


def read_portal(path: Path) -> Portal:
    """Read a records file or an export; raise ``Malformed`` naming the line that cannot be read."""
    return _from_csv(path) if path.suffix.lower() == ".csv" else _from_records(path)


def _from_csv(path: Path) -> Portal:
    with path.open(encoding="utf-8-sig", newline="") as file:
        head = file.readline()
        file.seek(0)
        rows = csv.DictReader(file, delimiter=";" if head.count(";") > head.count(",") else ",")
        contacts = tuple(Contact(row.get("id") or str(number), row) for number, row in enumerate(rows, 1))
    return Portal(contacts, names=frozenset(name for name in rows.fieldnames or () if name))


def _from_records(path: Path) -> Portal:
    by_kind: dict[str, list[Mapping[str, Any]]] = {kind: [] for kind in KINDS}
    for number, record in enumerate(_lines(path), 1):
        kind = record.get("kind")
        if kind not in by_kind:
            raise Malformed(f"{path.name}, line {number}: kind is one of {', '.join(by_kind)}.")
        by_kind[kind].append(record)
    members = _members(by_kind["list"])
    sent = _submissions(by_kind["submission"], {form["id"]: form["name"] for form in by_kind["form"]})
    return Portal(
        tuple(
            Contact(each["id"], each["properties"], tuple(members.get(each["id"], ())), sent.get(each["id"], {}))
            for each in by_kind["contact"]
        ),
        {each["name"]: len(each["members"]) for each in by_kind["list"]},
        tuple(Form(each["id"], each["name"], tuple(each.get("texts", ()))) for each in by_kind["form"]),
        {each["name"]: each["label"] for each in by_kind["property"]},
        frozenset(name for each in by_kind["contact"] for name in each["properties"])
        | {each["name"] for each in by_kind["property"]},
    )


def _lines(path: Path) -> Iterator[Mapping[str, Any]]:
    # msgspec gives records their names of properties in common, as a CRM's pages do: less memory, and found sooner.
    decoder = msgspec.json.Decoder()
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                record = decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError):
                raise Malformed(f"{path.name}, line {number}: is not a JSON object.") from None
            yield record if isinstance(record, dict) else {}


def _members(lists: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    members: dict[str, list[str]] = {}
    for each in lists:
        for contact in each["members"]:
            members.setdefault(contact, []).append(each["name"])
    return members


def _submissions(submissions: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> dict[str, dict[str, str]]:
    sent: dict[str, dict[str, str]] = {}
    # In order of time, so that the latest submission of a form is the one that is kept.
    for each in sorted(submissions, key=lambda one: str(one["submitted_at"])):
        name = names.get(each["form"], each["form"])
        sent.setdefault(each["contact"], {})[name] = str(each["submitted_at"])
    return sent
