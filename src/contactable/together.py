"""One person in several records, of one CRM or of several: an opposition that one shows closes the others too.

As long as it stands there. Facts stay each record's own; only oppositions cross, and only for the address or number
that both records carry. An opposition that somebody voiced is an entry of the register and reaches every record by
itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from contactable.mapping.records import strictness_of_time
from contactable.register import MirrorRow, Tx, mirror, outbox
from contactable.register.siblings import Sibling, carriers, elsewhere

RECORD = "record:"
"""The beginning of a fact's source, where another record shows it."""
_BY_KIND = {
    "email": ("opposed_email_on", "consent_email_withdrawn_on", "opposed_all_on"),
    "phone": (
        *(f"opposed_{channel}_on" for channel in ("sms", "phone", "robocall", "all")),
        *(f"consent_{channel}_withdrawn_on" for channel in ("sms", "phone", "robocall")),
    ),
}
Facts = Mapping[str, Any]


def oppositions_elsewhere(tx: Tx, connector: str, record_ids: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """By record id the oppositions that other records show: column, value, and the record that shows it."""
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
                said = {column: [value, f"{RECORD}{each.connector}:{each.sibling_id}"]}
                told[each.record_id] = dict(with_oppositions(told.get(each.record_id, {}), said))
    return told


def with_oppositions(facts: Facts, told: Facts) -> Facts:
    """A record's facts and the oppositions that other records show, of each the strictest."""
    return {**facts, **{name: fact for name, fact in told.items() if is_stricter(fact[0], facts.get(name))}}


def is_stricter(value: str, own: Sequence[str] | None) -> bool:
    """Whether an opposition of this value says more than the fact that a record has of it itself, if any."""
    return not (own and own[0]) or strictness_of_time(value) > strictness_of_time(own[0])


def facts_in_all_crms(tx: Tx, row: MirrorRow) -> Facts:
    """One record's facts with the oppositions that other records show."""
    return with_oppositions(row.facts, oppositions_elsewhere(tx, row.connector, [row.record_id]).get(row.record_id, {}))


def promise_siblings(tx: Tx, connector: str, record_ids: Iterable[str]) -> None:
    """Have the other records decided anew that carry what these carry."""
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
