"""What the author of a connector gives the suite: a server, and hands to play people, accidents and time with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from contactable.connectors.protocol import Connector


class Trouble(StrEnum):
    """What may befall a request."""

    LIMIT = "429 that names a delay of nothing"
    LIMIT_UNNAMED = "429 that names no delay, and passes within a second"
    DOWN = "503"
    DROPPED = "the connection dies and nothing was done"
    LOST = "it was done and the answer is lost"
    CUT = "half an answer"


class Crm(Protocol):
    """One empty account of a CRM, and what people do in it. ``cannot`` names what this CRM has not got."""

    cannot: frozenset[str]
    """Of: deletion, merge, opt_out, native_opt_out, lag, choices, other_shape, scopes, lost_answers."""
    email: str
    """The property that holds the e-mail address."""
    text: str
    """A property of plain text that both people and we may write."""

    def connect(
        self, *, token: str | None = None, scopes: Sequence[str] | None = None, patience: float = 60
    ) -> Connector:
        """A connector on this account; with a wrong token, with fewer scopes (none: ``()``), with less patience."""
        ...

    def add(self, *contacts: Mapping[str, str], days_ago: int = 0) -> list[str]:
        """Somebody adds contacts, all in the same moment, or has done so some days ago; give their ids."""
        ...

    def change(self, id: str, properties: Mapping[str, str]) -> None:
        """Somebody changes a contact."""
        ...

    def delete(self, id: str) -> None:
        """Somebody deletes a contact."""
        ...

    def merge(self, id: str, other: str) -> str:
        """Somebody merges two contacts; give the id of what is left."""
        ...

    def opt_out(self, id: str) -> None:
        """The person unsubscribes, in the way that moves no date of the contact where the CRM has such a way."""
        ...

    def is_opted_out(self, id: str) -> bool:
        """Whether the CRM itself would send this person no more e-mail."""
        ...

    def occupy(self, name: str) -> None:
        """Somebody makes a property of this name that holds a number."""
        ...

    def values(self, id: str) -> Mapping[str, str]:
        """What the CRM holds on a contact; empty values left out."""
        ...

    def count(self) -> int:
        """How many living contacts there are."""
        ...

    def be_late(self) -> None:
        """From now on reads learn of a change a little later than it happens."""
        ...

    def settle(self) -> None:
        """Wait until reads know everything."""
        ...

    def trouble(self, verb: str, trouble: Trouble) -> None:
        """Let it befall the next request that reads (``read``) or writes (``write``) contacts."""
        ...

    def refusals(self) -> int:
        """How many requests were refused because a limit was exceeded."""
        ...

    def strangle(self) -> int:
        """Allow few requests; give a number of contacts that takes more of them than one window holds."""
        ...

    def stop(self) -> None:
        """The server goes away."""
        ...
