"""One person in several CRMs: an opposition that one of them shows closes the others too, as long as it stands there.

Facts stay each record's own; only oppositions cross, and only for the address or number that both records carry. An
opposition that somebody voiced is an entry of the register and reaches every record by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from contactable.register import MirrorRow, Tx, mirror, outbox
from contactable.register.siblings import Sibling, carriers, elsewhere

RECORD = "record:"
"""The beginning of a fact's source, where a record of another CRM shows it."""
_BY_KIND = {
    "email": ("opposed_email_on", "opposed_all_on"),
    "phone": ("opposed_sms_on", "opposed_phone_on", "opposed_robocall_on", "opposed_all_on"),
}
Facts = Mapping[str, Any]


def oppositions_elsewhere(tx: Tx, connector: str, record_ids: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """By record id the oppositions that other CRMs show: column, value, and the record that shows it."""
    return _told(tx, list(elsewhere(tx, connector, record_ids)))


def oppositions_of_carriers(
    tx: Tx, connector: str, bears: Mapping[str, Collection[str]]
) -> dict[str, dict[str, list[str]]]:
    """The same for records that are not mirrored yet, by the subjects of what they carry."""
    return _told(tx, list(carriers(tx, connector, bears)))


def _told(tx: Tx, found: Sequence[Sibling]) -> dict[str, dict[str, list[str]]]:
    rows = _rows(tx, found)
    told: dict[str, dict[str, list[str]]] = {}
    for each in found:
        row = rows.get((each.connector, each.sibling_id))
        for column in _BY_KIND.get(each.kind, ()) if row and not row.gone_at else ():
            value = row.facts.get(column, ("",))[0] if row else ""
            if value:
                told.setdefault(each.record_id, {})[column] = [value, f"{RECORD}{each.connector}:{each.sibling_id}"]
    return told


def with_oppositions(facts: Facts, told: Facts) -> Facts:
    """A record's facts and, where it shows no opposition itself, those that other CRMs show."""
    return {**told, **facts} if told else facts


def facts_in_all_crms(tx: Tx, row: MirrorRow) -> Facts:
    """One record's facts with the oppositions that other CRMs show."""
    return with_oppositions(row.facts, oppositions_elsewhere(tx, row.connector, [row.record_id]).get(row.record_id, {}))


def promise_siblings(tx: Tx, connector: str, record_ids: Iterable[str]) -> None:
    """Have the records of other CRMs decided anew that carry what these carry."""
    by_connector: dict[str, set[str]] = {}
    for each in elsewhere(tx, connector, record_ids):
        if each.kind in _BY_KIND:
            by_connector.setdefault(each.connector, set()).add(each.sibling_id)
    for name, ids in by_connector.items():
        outbox.promise(tx, name, sorted(ids), urgent=True, why="elsewhere")


def shows_opposition(facts: Facts) -> bool:
    """Whether a record shows an opposition that crosses."""
    return any(facts.get(column, ("",))[0] for columns in _BY_KIND.values() for column in columns)


def _rows(tx: Tx, found: Iterable[Sibling]) -> dict[tuple[str, str], MirrorRow]:
    ids: dict[str, set[str]] = {}
    for each in found:
        ids.setdefault(each.connector, set()).add(each.sibling_id)
    return {
        (name, row.record_id): row for name, wanted in ids.items() for row in mirror.contacts(tx, name, wanted).values()
    }
