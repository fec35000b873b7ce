"""Reading as the kit reads: page after page, keeping each cursor as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contactable.connectors.contract.crm import Crm
from contactable.connectors.protocol import Connector, ContactRecord, Page


@dataclass(slots=True)
class Seen:
    """What reading gave: the last state of each contact, how often it came, and the cursor kept last."""

    records: dict[str, ContactRecord] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)
    cursor: Mapping[str, Any] | None = None
    pages: int = 0

    def take(self, record: ContactRecord) -> None:
        """Note a contact."""
        self.records[record.id] = record
        self.times[record.id] = self.times.get(record.id, 0) + 1

    @property
    def living(self) -> set[str]:
        """The ids of those that were last seen alive."""
        return {id for id, record in self.records.items() if not record.gone}

    @property
    def gone(self) -> set[str]:
        """The ids of those that were last seen as gone."""
        return set(self.records) - self.living


def read_on(crm: Crm, connector: Connector, before: Seen | None = None, *, pages: int = 0) -> Seen:
    """Read what changed since ``before`` (None: all); ``pages`` above 0: as if the process died after them."""
    cursor = before.cursor if before else None
    return take(connector.iter_changed(cursor, [crm.email, crm.text, *crm.shows.values()]), cursor, pages)


def take(given: Iterator[Page], cursor: Mapping[str, Any] | None, pages: int) -> Seen:
    """Take pages, keeping each cursor as the register does: as JSON."""
    seen = Seen(cursor=cursor)
    for page in given:
        for record in page.records:
            seen.take(record)
        if page.cursor is not None:
            seen.cursor = json.loads(json.dumps(page.cursor))
        seen.pages += 1
        if pages and seen.pages >= pages:
            break
    return seen
