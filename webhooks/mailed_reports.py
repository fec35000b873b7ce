"""Reports to 33700 that an aggregator mails as a spreadsheet.

A table counts where the settings name the domain that sends it and our own mail server vouches for that domain: else
anybody could silence anybody. A long one waits for a person even so: a wrong column closes thousands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses

from msgspec import structs

from contactable.errors import Malformed
from contactable.webhooks.events import Confidence, Event, Kind, Origin, Problem
from contactable.webhooks.spreadsheet33700 import read_spreadsheet
from contactable.webhooks.vouching import is_vouched_for

AT_ONCE = 50  # reports of one mail that count without a look
_TABLES = (".csv", ".xlsx")


def mailed_reports(raw: bytes, server: str, senders: Sequence[str]) -> list[Event | Problem]:
    """The rows of the tables in a mail from one of the domains ``senders``; none where it is another mail."""
    message = _parsed(raw)
    if message is None or not _is_from(message, senders):
        return []
    items = [item for table in _tables(message) for item in _rows(table)]
    reported = sum(isinstance(item, Event) and item.kind is Kind.OPPOSITION for item in items)
    counts = is_vouched_for(message, server) and reported <= AT_ONCE
    return items if counts else [_waiting(item) for item in items]


def _waiting(item: Event | Problem) -> Event | Problem:
    if isinstance(item, Problem) or item.kind is not Kind.OPPOSITION:
        return item
    return structs.replace(item, origin=Origin.UNKNOWN, confidence=Confidence.REVIEW)


def _rows(table: bytes) -> Iterator[Event | Problem]:
    try:
        yield from read_spreadsheet(table)
    except Malformed as error:
        yield Problem(str(error))


def _tables(message: Message) -> Iterator[bytes]:
    for part in message.walk():
        content = part.get_payload(decode=True) if str(part.get_filename() or "").lower().endswith(_TABLES) else None
        if isinstance(content, bytes):
            yield content


def _is_from(message: Message, senders: Sequence[str]) -> bool:
    authors = [address for _, address in getaddresses([str(value) for value in message.get_all("From", [])])]
    domain = authors[0].rpartition("@")[2].lower() if len(authors) == 1 else ""
    return bool(domain) and any(f".{domain}".endswith(f".{each.lower()}") for each in senders)


def _parsed(raw: bytes) -> Message | None:
    try:
        return message_from_bytes(raw)
    except (RecursionError, ValueError, LookupError, TypeError):
        return None  # whoever reads mail says so
