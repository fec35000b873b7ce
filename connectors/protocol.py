"""The contract between the kit and a CRM: what a connector takes, gives, and promises.

A connector knows its CRM's transport, limits, paging and errors, and nothing of the law. Every read is delivered at
least once, every write may be repeated, and nothing is ever created or resubscribed in the CRM.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

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
    def name(self) -> str:
        """The name inside the CRM."""
        ...

    @property
    def label(self) -> str:
        """What people read."""
        ...

    @property
    def description(self) -> str:
        """What it is, for people."""
        ...

    @property
    def shape(self) -> str:
        """A ``Shape``."""
        ...

    @property
    def options(self) -> Sequence[Any]:
        """Its choices, each with ``value`` and ``label``."""
        ...

    @property
    def for_people(self) -> bool:
        """Whether people write it, not we."""
        ...


class Condition(Protocol):
    """One thing asked of one property of a contact; see ``mapping.segments.Test`` for what may be asked."""

    @property
    def property_name(self) -> str:
        """The name inside the CRM."""
        ...

    @property
    def test(self) -> str:
        """any_of, none_of, known, unknown, contains, lacks, after_day, before_day, after_now, before_now."""
        ...

    @property
    def values(self) -> Sequence[str]:
        """What is compared with, for choices and texts."""
        ...

    @property
    def days(self) -> int:
        """For dates: how many days after today, of Europe/Paris."""
        ...

    @property
    def hours(self) -> int:
        """For moments: how many hours after now."""
        ...


class Segment(Protocol):
    """A list that the CRM keeps by itself: who meets all conditions of any of the groups."""

    @property
    def name(self) -> str:
        """What people read."""
        ...

    @property
    def any_of(self) -> Sequence[Sequence[Any]]:
        """Groups of ``Condition``."""
        ...


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


class Connector(Protocol):
    """What the kit calls. A module of ``connectors/`` offers ``connect(name, settings, secrets) -> Connector``.

    Every method may raise ``Unavailable`` (later), ``LimitReached`` (later, with a delay), ``Refused`` (not without a
    person: wrong token, missing scope, property of another kind).
    """

    name: str

    @property
    def capabilities(self) -> Capabilities:
        """What can be done here, honestly."""
        ...

    def check(self) -> Iterator[Finding]:
        """Look at reach, token, scopes, quota and properties; write nothing."""
        ...

    def ensure_properties(self, schema: Sequence[Property]) -> Iterator[str]:
        """Create what is missing, yield the names created; refuse a property that exists with another shape."""
        ...

    def iter_changed(self, cursor: Mapping[str, Any] | None, properties: Sequence[str]) -> Iterator[Page]:
        """Yield pages of contacts changed since ``cursor`` (None: all), each at least once."""
        ...

    def iter_consent_changes(self, cursor: Mapping[str, Any] | None, properties: Sequence[str] = ()) -> Iterator[Page]:
        """Yield pages of contacts, with these properties, whose native opt-outs changed, whatever their date says.

        A contact may come although nothing changed, and come again.
        """
        ...

    def iter_ids(self) -> Iterator[str]:
        """Yield the id of every living contact, for the reconciliation."""
        ...

    def read(self, ids: Sequence[str], properties: Sequence[str]) -> Iterator[ContactRecord]:
        """Yield these contacts as they are now; a missing one comes back as ``gone``.

        Of one that was merged, what is left comes too, where the CRM tells, and names it among its ``merged_ids``.
        """
        ...

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        """Write changed properties; yield one outcome for each record, whatever became of the others."""
        ...


class OptsOut(Protocol):
    """Declared by ``capabilities.opt_out``."""

    def opt_out(self, ids: Sequence[str], scope_id: str = "", channel: str = "email") -> Iterator[Outcome]:
        """Write the CRM's native opt-out of a channel, for all or for one subscription type or list; never lifts one.

        Of a channel that the capabilities do not name, every contact is refused.
        """
        ...


@runtime_checkable
class ShowsOptOuts(Protocol):
    """Offered by connectors that opt out: which opt-outs a contact has, so that our own are known again."""

    def opt_outs_of(self, record: ContactRecord) -> Mapping[str, OptOuts]:
        """Tell by channel which native opt-outs a record that was read shows; none of a channel is ``shown`` empty.

        A channel of which this contact can have none, for want of a number say, is left out.
        """
        ...


class HasLists(Protocol):
    """Declared by ``capabilities.lists``."""

    def lists(self) -> Iterator[ContactList]:
        """Yield the lists of contacts."""
        ...


@runtime_checkable
class MakesLists(HasLists, Protocol):
    """Declared by ``capabilities.segments``: lists that the CRM keeps by itself, from conditions on properties."""

    def make_list(self, segment: Segment) -> str:
        """Make a list and give its id."""
        ...

    def change_list(self, id: str, segment: Segment) -> None:
        """Give a list of ours other conditions."""
        ...

    def remove_list(self, id: str) -> None:
        """Take a list of ours away; its contacts stay. One that is gone already is no error."""
        ...


class HasForms(Protocol):
    """Declared by ``capabilities.forms``."""

    def forms(self) -> Iterator[Form]:
        """Yield the forms with their texts of consent."""
        ...

    def submissions(self, form_id: str, since: datetime | None = None) -> Iterator[Submission]:
        """Yield what was sent through a form since a moment (None: ever), newest first."""
        ...


class HasCalls(Protocol):
    """Declared by ``capabilities.calls``."""

    def calls(self, since: datetime | None = None) -> Iterator[Call]:
        """Yield the calls recorded since a moment (None: ever)."""
        ...


@runtime_checkable
class HasMeetings(Protocol):
    """Offered by connectors whose CRM records meetings and how they ended, beside ``capabilities.calls``."""

    def meetings(self, since: datetime | None = None) -> Iterator[Call]:
        """Yield the meetings since a moment (None: ever), as calls are given; nobody counts them as calls."""
        ...


class FindsNames(Protocol):
    """Declared by ``capabilities.name_search``."""

    def find_named(self, text: str, most: int) -> Iterator[Named]:
        """Yield living contacts whose name or address the CRM finds by a text, as the CRM ranks them."""
        ...


class HasHistories(Protocol):
    """Declared by ``capabilities.histories``."""

    def histories(self, ids: Sequence[str], properties: Sequence[str]) -> Iterator[PropertyWrite]:
        """Yield who wrote these properties, newest first for each."""
        ...


@runtime_checkable
class NamesProperties(Protocol):
    """Offered by connectors that can tell which properties exist: one that was deleted is no value that was cleared."""

    def property_names(self) -> frozenset[str]:
        """Give the names of all properties of contacts."""
        ...


@runtime_checkable
class WorksOut(Protocol):
    """Offered by connectors that tell more of a contact than its properties, by names that a mapping may read."""

    def works_out(self, names: Iterable[str]) -> frozenset[str]:
        """Of these names those that are told although no property has them."""
        ...

    def check_worked_out(self, names: Iterable[str]) -> Iterator[Finding]:
        """Look whether what is worked out under these names may be read; nothing where none is. Writes nothing."""
        ...


@runtime_checkable
class LabelsProperties(Protocol):
    """Offered by connectors whose CRM shows people other names than those of ``property_names``."""

    def property_labels(self) -> Mapping[str, str]:
        """Give what people read, by the name of the property; those that people made are enough."""
        ...


@runtime_checkable
class KnowsKinds(NamesProperties, Protocol):
    """Offered by connectors that can tell a property from another that took its name, retyped or made anew."""

    def property_kinds(self) -> Mapping[str, str]:
        """Give, for each property of contacts by its name, what stays the same while it is the same one."""
        ...


@runtime_checkable
class ReadsSince(Protocol):
    """Offered by connectors that can read again what changed since any moment."""

    def cursor_at(self, moment: datetime) -> Mapping[str, Any]:
        """The cursor of one who had read everything up to a moment (aware)."""
        ...


@runtime_checkable
class LimitsProperties(NamesProperties, Protocol):
    """Offered by connectors whose CRM allows only so many properties."""

    def quota_left(self) -> int | None:
        """How many properties contacts may still get; None where the CRM does not tell."""
        ...


@runtime_checkable
class RemovesProperties(Protocol):
    """Offered by connectors that can take our properties away again."""

    def remove_properties(self, names: Sequence[str]) -> Iterator[str]:
        """Take properties of ours away, with all they hold, and yield the names of those that were there."""
        ...


@runtime_checkable
class KeepsNotified(Protocol):
    """Offered by connectors whose CRM notifies an address of changes for a while only, and must be asked again."""

    def notify(self, channel: str, url: str, token: str) -> datetime:
        """Have changes told to an address, with a token that it knows; give the moment at which that ends.

        ``channel`` names the address for good, whatever secrets stand in ``url``: asked again, what was opened under it
        lives on.
        """
        ...

    def notified_until(self, channel: str) -> datetime | None:
        """When what was opened under this name ends; None where nothing is open."""
        ...


@runtime_checkable
class EndsAccess(Protocol):
    """Offered by connectors whose app can take itself out of the account, its webhooks with it."""

    @property
    def ends_access(self) -> bool:
        """Whether it can be done with this kind of access."""
        ...

    def end_access(self) -> None:
        """Uninstall the app: the token is worth nothing from then on."""
        ...


@runtime_checkable
class ChecksProperties(Protocol):
    """Offered by connectors that can tell how our properties stand in the CRM."""

    def check_properties(self, schema: Sequence[Property]) -> Iterator[Finding]:
        """Look at the properties of a schema and write nothing: one finding for each that is of another kind, and one
        for all that are missing.
        """
        ...


@runtime_checkable
class Closes(Protocol):
    """Offered by connectors that hold connections."""

    def close(self) -> None:
        """End every wait and let go of the connections."""
        ...
