"""What every connector does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from contactable.connectors.protocol.values import Capabilities, Change, ContactRecord, Finding, Outcome, Page
from contactable.connectors.protocol.wanted import Property


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
