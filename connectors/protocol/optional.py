"""What a CRM may further let a connector do: by a capability that it declares, or by offering the method."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from contactable.connectors.protocol.values import (
    Call,
    ContactList,
    ContactRecord,
    Finding,
    Form,
    Named,
    OptOuts,
    Outcome,
    PropertyWrite,
    Submission,
)
from contactable.connectors.protocol.wanted import Property, Segment


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
