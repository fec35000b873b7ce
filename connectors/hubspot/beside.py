"""What is read beside contacts and belongs to them: a page's contacts are completed before the page is handed over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from contactable.connectors.hubspot.account import Account
from contactable.connectors.hubspot.pages import PAGE
from contactable.connectors.protocol import ContactRecord, Page
from contactable.transport import in_turn

Complete = Callable[[Sequence[ContactRecord]], list[ContactRecord]]


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
