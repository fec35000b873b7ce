"""The contract between the kit and a CRM: what a connector takes, gives, and promises.

A connector knows its CRM's transport, limits, paging and errors, and nothing of the law. Every read is delivered at
least once, every write may be repeated, and nothing is ever created or resubscribed in the CRM.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

PROTOCOL_VERSION = 1


class Shape(StrEnum):
    """What kind of value a property holds."""

    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"  # several values joined by ";"
    DATE = "date"
    DATETIME = "datetime"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a choice, and what people read."""

    value: str
    label: str


class Property(Protocol):
    """A property that the kit wants on the CRM's contacts; ``for_people`` is one that people, not we, write."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def shape(self) -> str: ...
    @property
    def options(self) -> Sequence[Any]: ...
    @property
    def for_people(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """One contact as the CRM has it. ``merged_ids`` are records that went into it; ``gone`` is a deleted one."""

    id: str
    properties: Mapping[str, str]
    changed_at: datetime | None = None
    merged_ids: tuple[str, ...] = ()
    gone: bool = False
    erased: bool = False  # deleted for privacy: nothing may be kept but oppositions


@dataclass(frozen=True, slots=True)
class Page:
    """Some contacts, and the cursor (opaque, JSON-able) to keep once they are safely stored."""

    records: Sequence[ContactRecord]
    cursor: Mapping[str, Any] | None
    total: int | None = None  # where the CRM tells how many there are in all


@dataclass(frozen=True, slots=True)
class NativeOptOut:
    """An opt-out that the CRM itself holds: for e-mail as a whole, or for one of its subscription types or lists."""

    record_id: str
    channel: str
    opted_out: bool
    scope_kind: str = "global"
    scope_id: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """The properties to write on one contact; an empty text clears a value."""

    id: str
    properties: Mapping[str, str]


class Result(StrEnum):
    """What became of one record that was to be written or opted out."""

    WRITTEN = "written"
    GONE = "gone"
    REFUSED = "refused"  # this record, this value: writing again would not help
    LATER = "later"  # the CRM could not now


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record, and why where it was not written. ``why`` names no person."""

    id: str
    result: Result
    why: str = ""


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of ``doctor``: what was looked at, how it stands, and how to mend it."""

    what: str
    level: Level
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a connector can do, honestly; ``docs`` and ``contactable connectors`` print it."""

    status: str  # "stable", "documented", "experimental"
    write_batch: int
    requests_per_10_s: int | None
    consent_feed: bool = False
    opt_out: bool = False
    lists: bool = False
    forms: bool = False
    calls: bool = False
    webhooks: bool = False
    notes: tuple[str, ...] = field(default_factory=tuple)


class Connector(Protocol):
    """What the kit calls. A module of ``connectors/`` offers ``connect(name, settings, secrets) -> Connector``.

    Every method may raise ``Unavailable`` (later), ``LimitReached`` (later, with a delay), ``Refused`` (not without a
    person: wrong token, missing scope, property of another kind).
    """

    name: str

    @property
    def capabilities(self) -> Capabilities: ...

    def check(self) -> Iterator[Finding]:
        """Look at reach, token, scopes, quota and properties; write nothing."""
        ...

    def ensure_properties(self, schema: Sequence[Property]) -> Iterator[str]:
        """Create what is missing, yield the names created; refuse a property that exists with another shape."""
        ...

    def iter_changed(self, cursor: Mapping[str, Any] | None, properties: Sequence[str]) -> Iterator[Page]:
        """Yield pages of contacts changed since ``cursor`` (None: all), each at least once."""
        ...

    def iter_consent_changes(self, cursor: Mapping[str, Any] | None) -> Iterator[Page]:
        """Yield pages of contacts whose native opt-outs changed although their modified date may not have."""
        ...

    def iter_ids(self) -> Iterator[str]:
        """Yield the id of every living contact, for the reconciliation."""
        ...

    def read(self, ids: Sequence[str], properties: Sequence[str]) -> Iterator[ContactRecord]:
        """Yield these contacts as they are now; a missing one comes back as ``gone``."""
        ...

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        """Write changed properties; yield one outcome for each record, whatever became of the others."""
        ...
