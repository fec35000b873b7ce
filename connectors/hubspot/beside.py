"""What is read beside contacts and belongs to them: a page's contacts are completed before the page is handed over."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import structlog

from contactable.connectors.hubspot.account import Account
from contactable.connectors.hubspot.pages import PAGE
from contactable.connectors.protocol import ContactRecord, Page
from contactable.transport import in_turn

log = structlog.get_logger()

Complete = Callable[[Sequence[ContactRecord]], list[ContactRecord]]


@dataclass(slots=True)
class Once:
    """Something that once it happened holds on, and is warned of the first time only, in however many threads."""

    name: str
    connector: str
    happened: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def happens(self, **said: object) -> None:
        """It does, with this to say of it."""
        with self._lock:
            if not self.happened:
                log.warning(self.name, connector=self.connector, **said)
            self.happened = True


def of_pages(account: Account, complete: Complete, pages: Iterator[Page]) -> Iterator[Page]:
    """Complete the contacts of pages, in their order, several pages at once."""
    return in_turn(lambda page: replace(page, records=complete(page.records)), pages, at_once=account.options.in_flight)


def of_records(account: Account, complete: Complete, records: Iterator[ContactRecord]) -> Iterator[ContactRecord]:
    """The same of contacts, a page of them at a time."""
    groups = in_turn(complete, _groups(records), at_once=account.options.in_flight)
    return (record for group in groups for record in group)


def _groups(records: Iterator[ContactRecord]) -> Iterator[Sequence[ContactRecord]]:
    while group := list(islice(records, PAGE)):
        yield group
