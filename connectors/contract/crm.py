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
    LIMIT_LONG = "429 that names an hour, again and again"
    DOWN = "503"
    DROPPED = "the connection dies and nothing was done"
    LOST = "it was done and the answer is lost"
    CUT = "half an answer"


class Ability(StrEnum):
    """What a CRM, or the hands on it, may lack: ``Crm.cannot`` names these, and their tests are skipped by name."""

    DELETION = "deletion"
    MERGE = "merge"
    PAST = "past"  # contacts cannot be made in the past
    LAG = "lag"
    CHOICES = "choices"  # no field refuses a value that is none of its choices
    OTHER_SHAPE = "other_shape"  # nobody can make a field of ours with another type
    SCOPES = "scopes"
    LISTS = "lists"
    HISTORIES = "histories"
    LIMITS = "limits"
    TROUBLE = "trouble"  # requests cannot be made to fail
    TOKEN = "token"  # noqa: S105 - there is none
    STOPPING = "stopping"  # the server cannot be stopped
    HTTP = "http"


class Crm(Protocol):
    """One empty account of a CRM, and what people do in it. What ``cannot`` names need not be there."""

    cannot: frozenset[str]
    """The ``Ability`` values that are missing."""
    email: str
    """The property that holds the e-mail address."""
    text: str
    """A property of plain text that both people and we may write."""
    page: int
    """How many contacts the connector reads at once: some tests want several pages."""
    shows: Mapping[str, str]
    """By channel of which the CRM has an opt-out of its own, the property in which a record shows it."""

    def connect(
        self, *, token: str | None = None, scopes: Sequence[str] | None = None, patience: float = 60
    ) -> Connector:
        """A connector on this account; with a wrong token, with fewer scopes (none: ``()``), with less patience."""
        ...

    def add(self, *contacts: Mapping[str, str], days_ago: int = 0) -> list[str]:
        """Somebody adds contacts, all in the same moment, or has done so some days ago; give their ids.

        Each has what the opt-outs belong to that we may write: of SMS a number, say.
        """
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

    def opt_out(self, id: str, channel: str) -> None:
        """The person leaves a channel, in the way that moves no date of the contact where the CRM has such a way."""
        ...

    def is_opted_out(self, id: str, channel: str) -> bool:
        """Whether the CRM itself would approach this person no more on the channel."""
        ...

    def enlist(self, name: str, ids: Sequence[str]) -> None:
        """Somebody makes a list of this name with these contacts."""
        ...

    def occupy(self, name: str) -> None:
        """Somebody makes a property of this name that holds a number."""
        ...

    def values(self, id: str) -> Mapping[str, str]:
        """What the CRM holds on a contact, by the connector's names; empty values left out."""
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
