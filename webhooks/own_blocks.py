"""What senders tell of the blocks that we put there ourselves: no new fact, and nobody's act."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from contactable.register import Tx, journal
from contactable.webhooks.events import Event, Kind, Origin

NOT_THE_PERSON = frozenset({Origin.ADMIN, Origin.API, Origin.PROVIDER, Origin.ECHO})
"""What a block of ours may come back as. What the person does counts, even right after a block of ours."""
CLOCKS_DIFFER, MADE_WITHIN = timedelta(minutes=1), timedelta(hours=1)  # a block is journalled before it is made

Writes = Mapping[tuple[str, str], Sequence[journal.Written]]
"""What we wrote, by target and subject."""


class Teller(Protocol):
    """Where an act is told: an endpoint, the connector of its record ids, whether a list that holds our blocks."""

    @property
    def endpoint(self) -> str:
        """The endpoint's name."""
        ...

    @property
    def connector(self) -> str:
        """The connector's name, or nothing."""
        ...

    @property
    def holds_blocks(self) -> bool:
        """Whether the acts are read in a list that holds our own blocks as well."""
        ...


def writes_of_ours(tx: Tx, told: Iterable[tuple[Event, Iterable[str], Teller]]) -> Writes:
    """What we wrote where these acts were told, for those whom they bind: one look for all, not one for each."""
    targets: set[str] = set()
    subjects: set[str] = set()
    last = None
    for event, bound, teller in told:
        if _may_be_ours(event, teller):
            subjects.update(bound)
            if teller is not last:  # a hundred events of a batch have one
                targets |= {_blocklist(teller), _opt_out(teller)}
                last = teller
    found: dict[tuple[str, str], list[journal.Written]] = {}
    for line in journal.written_to(tx, targets, subjects):
        found.setdefault((line.target, line.subject_id), []).append(line)
    return found


def is_ours(
    event: Event, bound: Iterable[str], channels: Iterable[str], teller: Teller, ours: Writes, now: datetime
) -> bool:
    """Whether a sender only tells what we put on its blocklist a while ago; ``channels`` are the event's."""
    if not (ours and _may_be_ours(event, teller)):
        return False
    told, bound = {str(channel) for channel in channels}, list(bound)
    blocked = [line for subject in bound for line in ours.get((_blocklist(teller), subject), ())]
    if teller.holds_blocks:
        return any(line.channel in told and _stands_for(line, event.occurred_at) for line in blocked)
    if event.origin in NOT_THE_PERSON and any(line.is_echoed(str(event.on), now) for line in blocked):
        return True
    # A CRM that tells that an opt-out came, not by whom: while ours stands there, it is ours.
    natively = [line for subject in bound for line in ours.get((_opt_out(teller), subject), ())]
    return any(line.channel in told and line.lifted_at is None for line in natively)


def _stands_for(line: journal.Written, listed_at: datetime | None) -> bool:
    """Whether an entry of a list is that block; an older one, or one after somebody lifted ours, is a person's."""
    if line.lifted_at is not None:
        return False
    if listed_at is None or line.written_at is None:
        return True
    return -CLOCKS_DIFFER <= listed_at - line.written_at <= MADE_WITHIN


def _may_be_ours(event: Event, teller: Teller) -> bool:
    told_by_others = event.origin in NOT_THE_PERSON or event.origin is Origin.UNKNOWN
    return event.kind is Kind.OPPOSITION and (told_by_others or teller.holds_blocks)


def _blocklist(teller: Teller) -> str:
    return f"{teller.endpoint}:blocklist"


def _opt_out(teller: Teller) -> str:
    return f"{teller.connector}:opt_out"
