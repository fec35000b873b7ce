"""What the API is given: the register, and how to decide, so that it knows neither settings nor CRMs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from contactable.clock import Clock
from contactable.register import Register, Tx
from contactable.rules import Channel, Verdict

Decide = Callable[[Tx, str | None, str, date], Mapping[Channel, Verdict]]
"""The verdicts of a subject (None: nobody whom the register knows) for an offer, on a day."""

Scrub = Callable[[Tx, Sequence[str], Channel, str, bool], tuple[Sequence[str | None], Collection[str]]]
"""Why each line of a list may not be approached on a channel for an offer (None: it may), or only who objected where
that is asked; and the subjects that were read."""

PER_MINUTE = 600
"""Requests of one token."""


@dataclass(frozen=True, slots=True)
class ApiDoors:
    """``ask`` sends a mail with the link that confirms a consent, given the address and the register's token."""

    register: Callable[[], Register]
    decide: Decide
    scrub: Scrub
    offers: Collection[str]
    connectors: Collection[str]
    clock: Clock
    wake: Callable[[], None]
    ask: Callable[[str, bytes], None] | None  # None: this installation sends no mail
    per_minute: int = PER_MINUTE


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, for the traces: the id of a token."""

    token_id: str
