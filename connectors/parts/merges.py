"""Merges, for CRMs in which only the record that is gone tells into which one it went."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from contactable.connectors.protocol import ContactRecord

Into = Mapping[str, str]
"""By the id of a record that is gone, the id of the one that it went into."""


def left_of_merges(
    into: Into, look: Callable[[Sequence[str]], tuple[Sequence[ContactRecord], Into]]
) -> Iterator[ContactRecord]:
    """Yield what is left of merges, naming all that went into it, however many merges lie between.

    ``look`` reads records: those that are there, and where the others went. One that went nowhere was deleted, and took
    along what had gone into it.
    """
    known, living = dict(into), dict[str, ContactRecord]()
    asked: set[str] = set()
    while wanted := {_last(known, id) for id in into} - asked:
        asked |= wanted
        records, further = look(sorted(wanted))
        living |= {each.id: each for each in records}
        known |= further
    merged: dict[str, list[str]] = {}
    for id in known:
        merged.setdefault(_last(known, id), []).append(id)
    yield from (replace(living[id], merged_ids=tuple(ids)) for id, ids in merged.items() if id in living)


def _last(into: Into, id: str) -> str:
    """Where one that is gone ended; in a circle, which no CRM should tell, anywhere."""
    passed: set[str] = set()
    while id in into and id not in passed:
        passed.add(id)
        id = into[id]
    return id
