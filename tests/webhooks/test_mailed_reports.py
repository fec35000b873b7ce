"""A spreadsheet of 33700 in a mail: whose counts, whose waits, and when even a good one waits for a person."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactable.errors import Malformed
from contactable.webhooks.events import Confidence, Event, Kind, Origin, Problem
from contactable.webhooks.mailed_reports import AT_ONCE
from contactable.webhooks.providers import arf
from contactable.webhooks.request import Request

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SERVER, SENDER = "mx.example.org", "agregateur.example"
OPTIONS = {"mail_server": SERVER, "reports_33700_from": [SENDER]}
VOUCHED = f"{SERVER}; dkim=pass header.d={SENDER}"
HEAD = "numero_signalant;emetteur;nb\n"
COUNTS = (Kind.OPPOSITION, Origin.COMPLAINT, Confidence.CERTAIN)
WAITS = (Kind.OPPOSITION, Origin.UNKNOWN, Confidence.REVIEW)


def mail(table: bytes, *, vouched: str = VOUCHED, author: str = f"signalements@{SENDER}", name: str = "r.csv") -> bytes:
    message = EmailMessage()
    if vouched:
        message["Authentication-Results"] = vouched
    message["From"], message["To"], message["Date"] = author, "33700@example.org", "Tue, 24 Nov 2026 10:00:00 +0100"
    message["Message-ID"] = "<m1@agregateur.example>"
    message.set_content("Bonjour, les signalements du jour.")
    message.add_attachment(table, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def read(raw: bytes, **options: Any) -> list[Event | Problem]:
    return list(arf.parse(Request(raw, NOW, options={**OPTIONS, **options})))


def told(items: list[Event | Problem]) -> list[tuple[Kind, Origin, Confidence]]:
    return [(item.kind, item.origin, item.confidence) for item in items if isinstance(item, Event)]


def rows(count: int) -> bytes:
    return (HEAD + "".join(f"+336399800{number:02};SHOP;1\n" for number in range(count))).encode()


def test_a_table_of_a_named_and_vouched_sender_counts_at_once() -> None:
    first, incident = read(mail(rows(1) + b";SHOP;12\n"))

    assert isinstance(first, Event)
    assert told([first]) == [COUNTS]
    assert (first.phone, first.reason) == ("+33639980000", "spam_report_33700")
    assert isinstance(incident, Event)
    assert (incident.kind, incident.count) == (Kind.IGNORED, 12)


@pytest.mark.parametrize("vouched", ["", f"{SERVER}; dkim=fail header.d={SENDER}", f"mx.stranger.example; {VOUCHED}"])
def test_a_table_that_nothing_vouches_for_waits_for_a_person(vouched: str) -> None:
    assert told(read(mail(rows(2), vouched=vouched))) == [WAITS] * 2


def test_a_long_table_waits_for_a_person_and_its_incidents_do_not() -> None:
    at_most, beyond = read(mail(rows(AT_ONCE))), read(mail(rows(AT_ONCE + 1) + b";SHOP;3\n"))

    assert told(at_most) == [COUNTS] * AT_ONCE
    assert told(beyond)[:-1] == [WAITS] * (AT_ONCE + 1)
    assert told(beyond)[-1] == (Kind.IGNORED, Origin.COMPLAINT, Confidence.CERTAIN)


def test_a_table_of_a_stranger_is_only_a_mail() -> None:
    items = read(mail(rows(2), author="someone@stranger.example"))

    assert all(isinstance(item, Event) and item.reason != "spam_report_33700" for item in items)
    assert read(mail(rows(2)), reports_33700_from=()) == read(mail(rows(2)), reports_33700_from="other.example")


@pytest.mark.parametrize("name", ["R.XLSX", "r.csv"])
def test_a_table_that_cannot_be_read_is_a_problem_that_is_shown(name: str) -> None:
    assert [type(item) for item in read(mail(b"PK\x03\x04 no workbook", name=name))] == [Problem]


def test_the_same_table_counts_once_by_mail_and_as_a_file() -> None:
    from contactable.webhooks.spreadsheet33700 import read_spreadsheet

    by_mail = [item.key for item in read(mail(rows(2)))]

    assert by_mail == [item.key for item in read_spreadsheet(rows(2))]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.text(max_size=20))
def test_any_table_by_any_name_is_read_or_kept(table: bytes, name: str) -> None:
    raw = mail(table).replace(b'filename="r.csv"', f'filename="{name}.csv"'.encode("utf-8", "replace"))

    try:
        items = read(raw)
    except Malformed:
        items = []

    assert all(isinstance(item, Event | Problem) for item in items)
