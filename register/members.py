"""Who is in a CRM's lists, sent its forms, or had a call of some outcome: what no property of a contact tells.

A record's changed date does not move when it is put into a list. So the members are kept, and what differs from the
last look tells which contacts are to be read anew. Only what a mapping or a declaration asks about is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, select

from contactable.register.schema_work import members as table
from contactable.register.statements import chunks
from contactable.register.transaction import Tx

LIST, FORM, OUTCOME = "list", "form", "outcome"
Members = Mapping[str, datetime | None]
"""Record ids (of a form: subjects), each with the moment it came in, where the CRM tells."""


def replace(tx: Tx, connector: str, kind: str, name: str, now: Members) -> list[str]:
    """Keep who is in it now; return those who came or left since the last look."""
    known = select(table.c.member).where(_is(connector, kind, name))
    before = set(tx.connection.execute(known).scalars())
    left = before - now.keys()
    for part in chunks(sorted(left)):
        tx.connection.execute(delete(table).where(_is(connector, kind, name), table.c.member.in_(part)))
    came = {member: since for member, since in now.items() if member not in before}
    add(tx, connector, kind, name, came)
    return sorted(left | came.keys())


def add(tx: Tx, connector: str, kind: str, name: str, came: Members) -> None:
    """Keep that these came in; of a form or a call the latest moment counts."""
    common = {"connector": connector, "kind": kind, "name": name}
    fresh = tx.insert(table)
    again = fresh.on_conflict_do_update(
        index_elements=[table.c.connector, table.c.kind, table.c.name, table.c.member],
        set_={"since": fresh.excluded.since},
        where=table.c.since.is_(None) | (fresh.excluded.since > table.c.since),
    )
    for part in chunks(sorted(came)):
        tx.connection.execute(again, [{**common, "member": member, "since": came[member]} for member in part])


def of(tx: Tx, connector: str, wanted: Iterable[str]) -> dict[str, dict[str, dict[str, str]]]:
    """For each member what it is in: kind, then name, then the moment (ISO, empty where nobody knows)."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for part in chunks(dict.fromkeys(wanted)):
        here = and_(table.c.connector == connector, table.c.member.in_(part))
        for row in tx.connection.execute(select(table).where(here).order_by(table.c.kind, table.c.name)):
            names = found.setdefault(row.member, {}).setdefault(row.kind, {})
            names[row.name] = row.since.isoformat() if row.since else ""
    return found


def sizes(tx: Tx, connector: str, kind: str) -> dict[str, int]:
    """How many members each list (form, outcome) had at the last look, by name; empty ones are left out."""
    counted = select(table.c.name, func.count()).where(table.c.connector == connector, table.c.kind == kind)
    return {row.name: row[1] for row in tx.connection.execute(counted.group_by(table.c.name))}


def _is(connector: str, kind: str, name: str) -> ColumnElement[bool]:
    return and_(table.c.connector == connector, table.c.kind == kind, table.c.name == name)
