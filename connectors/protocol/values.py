"""What passes between the kit and a CRM: contacts, writes and what became of them, lists, forms, calls, findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


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


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """One contact as the CRM has it. ``merged_ids`` are records that went into it; ``gone`` is a deleted one.

    ``worked_out``: names that no property has and that were looked at for it, whether they hold anything or not.
    """

    id: str
    properties: Mapping[str, str]
    changed_at: datetime | None = None
    merged_ids: tuple[str, ...] = ()
    gone: bool = False
    erased: bool = False  # deleted for privacy: nothing may be kept but oppositions
    worked_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Page:
    """Some contacts, and the cursor (opaque, JSON-able) to keep once they are safely stored."""

    records: Sequence[ContactRecord]
    cursor: Mapping[str, Any] | None
    total: int | None = None  # where the CRM tells how many there are in all


@dataclass(frozen=True, slots=True)
class OptOuts:
    """The opt-outs of one channel that the CRM itself shows on a contact, and the address or number they belong to.

    ``address`` is None where they belong to the contact, whatever its address. ``shown`` gives for each scope (a
    subscription type, or "" for all of the channel) the property that shows it.
    """

    address: str | None = field(repr=False)
    shown: Mapping[str, str]


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
    """What became of one record, and why where it was not written. ``why`` names no person.

    ``survivor`` is the record that a merged one went into: it may now bear what was written under the old id, so it
    must be decided and written anew, whatever we think it holds.
    """

    id: str
    result: Result
    why: str = ""
    survivor: str = ""


class Writer(StrEnum):
    """Who wrote a value, as the CRM's history tells."""

    OURSELVES = "ourselves"
    PERSON = "person"
    OTHER_APP = "other_app"
    SOME_APP = "some_app"  # ours or another: the CRM does not tell which is ours
    MERGE = "merge"  # it came from another contact


@dataclass(frozen=True, slots=True)
class PropertyWrite:
    """One entry of a property's history."""

    record_id: str
    name: str
    value: str
    by: Writer
    at: datetime | None


@dataclass(frozen=True, slots=True)
class ContactList:
    """A list of the CRM. ``members`` is read on demand: record ids, each with the moment it came in, where told."""

    id: str
    name: str
    size: int
    members: Iterable[tuple[str, datetime | None]]


@dataclass(frozen=True, slots=True)
class ConsentText:
    """What a form says beside a box, or on top (no ``field``); ``required`` boxes cannot be left unticked.

    ``field`` is the name under which a submission tells whether the box was ticked.
    """

    text: str
    subscription_id: str = ""
    required: bool = False
    field: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A form with its texts of consent. ``kind`` is what the CRM calls the legal ground of the form.

    ``changed_at`` is when it was last edited: what was sent before may have been sent under other texts.
    """

    id: str
    name: str
    kind: str
    texts: tuple[ConsentText, ...] = ()
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """What somebody sent through a form: ``values`` by field name, the boxes among them; addresses included."""

    form_id: str
    id: str
    at: datetime | None
    values: Mapping[str, str] = field(repr=False)
    page: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A call that the CRM recorded. ``outcome`` and ``direction`` are the CRM's own codes."""

    id: str
    record_ids: tuple[str, ...]
    at: datetime | None
    outcome: str = ""
    direction: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A contact that a name found, as the CRM shows it now: for a person's eyes, and kept nowhere."""

    id: str
    name: str = field(repr=False)
    about: str = field(default="", repr=False)  # address, company, place: what tells people of one name apart


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of ``doctor``: what was looked at, how it stands, and how to mend it.

    ``names``: what a line counts, one by one, for ``--json``.
    """

    what: str
    level: Level
    mend: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a connector can do, honestly; ``docs`` and ``contactable connectors`` print it."""

    status: str  # "stable", "documented" (built from documentation), "experimental" (where that leaves questions open)
    write_batch: int  # contacts in one request
    requests_per_10_s: float | None  # what the CRM documents for reading and writing contacts; None: no limit
    label: str = ""  # the CRM's name as people write it
    consent_feed: bool = False
    opt_out: tuple[str, ...] = ()  # channels of which the CRM has an opt-out of its own that we can write
    lists: bool = False
    segments: bool = False
    forms: bool = False
    calls: bool = False
    histories: bool = False
    name_search: bool = False
    webhooks: bool = False
    notes: tuple[str, ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Setting:
    """An option that ``init`` asks about: its name, the question, the usual answer (of a secret: a reference)."""

    name: str
    question: str
    default: str = ""
