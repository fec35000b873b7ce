"""Verdicts of a person, from whatever the register and the CRMs' records hold on them at one moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from contactable.judging import Judge, stricter
from contactable.register import Entry, Tx, ledger, mirror
from contactable.register.subjects import Identifier, find_subjects
from contactable.rules import Channel, Reason, Verdict
from contactable.together import facts_in_all_crms


def verdicts_of(judge: Judge, tx: Tx, subject: str | None, offer: str, on: date) -> dict[Channel, Verdict]:
    """The stricter of all records of a person; without a record, what the register alone says."""
    own = ledger.entries_of(tx, [subject] if subject else [])
    found = list(bound_by(tx, subject)) if subject else []
    each = [judge.verdicts(facts, [*entries, *own], on)[offer] for facts, entries in found]
    return stricter(each) if each else judge.verdicts({}, own, on)[offer]


def closed_for(
    judge: Judge,
    tx: Tx,
    part: Sequence[Identifier],
    channel: Channel,
    offer: str,
    on: date,
    *,
    only_oppositions: bool,
) -> list[str | None]:
    """Why each may not be approached on a channel, None where it may; or only who objected, where that is asked."""
    known = find_subjects(tx, part)
    verdicts = [verdicts_of(judge, tx, known.get(each), offer, on)[channel] for each in part]
    gone = [not each.allowed and (not only_oppositions or each.reason is Reason.OPPOSITION) for each in verdicts]
    return [str(each.reason) if out else None for each, out in zip(verdicts, gone, strict=True)]


def bound_by(tx: Tx, subject: str) -> Iterator[tuple[Mapping[str, Any], Sequence[Entry]]]:
    """The facts and the entries of every contact that carries a subject."""
    for connector, record_id in mirror.contacts_with(tx, [subject], now_only=True):
        row = mirror.contact(tx, connector, record_id)
        if row is not None:
            yield facts_in_all_crms(tx, row), ledger.entries_of_contacts(tx, connector, [record_id])[record_id]
