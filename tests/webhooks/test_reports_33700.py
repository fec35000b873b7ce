"""Reports to 33700: with a number an opposition, without one an incident; JSON and rows of a spreadsheet alike."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from contactable.errors import Malformed
from contactable.webhooks.events import Confidence, Event, Kind, On, Origin, Problem, Scope, ScopeKind
from contactable.webhooks.providers.report33700 import parse, read_row
from contactable.webhooks.request import Request

ARRIVAL = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def report(id: str | None = "rep_1", source: dict[str, Any] | None = None, **data: Any) -> dict[str, Any]:
    """A report as an aggregator posts it."""
    return {
        "schema": "fr.33700.report/1",
        "id": id,
        "source": source or {},
        "data": {
            "channel": "sms",
            "reported_at": "2026-11-22T18:04:00+01:00",
            "reporter": {"msisdn": "+33639980001"},
            "sender": {"kind": "oadc", "value": "EXEMPLE"},
            **data,
        },
    }


def read(item: Any) -> Event | Problem:
    """What one report is."""
    (event,) = parse(Request(json.dumps(item).encode(), ARRIVAL))
    return event


def test_a_report_with_a_number_is_an_opposition_to_the_whole_company() -> None:
    event = read(report())

    assert isinstance(event, Event)
    assert (event.kind, event.on, event.reason) == (Kind.OPPOSITION, On.SMS, "spam_report_33700")
    assert (event.phone, event.scope, event.origin) == ("+33639980001", Scope(), Origin.COMPLAINT)
    assert event.occurred_at == datetime(2026, 11, 22, 17, 4, tzinfo=UTC)


def test_a_report_without_a_number_is_an_incident_of_its_sender() -> None:
    event = read(report(reporter={}, count=14, message={"client_ref": "camp-7"}))

    assert isinstance(event, Event)
    assert (event.kind, event.scope, event.campaign, event.count) == (
        Kind.IGNORED,
        Scope(ScopeKind.SENDER, "EXEMPLE"),
        "camp-7",
        14,
    )


def test_a_report_with_a_hash_of_the_number_is_an_opposition_of_somebody_to_be_found() -> None:
    event = read(report(reporter={"msisdn_sha256": "ab" * 32}))

    assert isinstance(event, Event)
    assert (event.kind, event.phone, event.confidence) == (Kind.OPPOSITION, None, Confidence.REVIEW)


@pytest.mark.parametrize(
    "item",
    [
        report(id=None),
        report(channel="fax"),
        report(reporter={}),
        report(sender={}),
        report(reporter={"msisdn": "36180"}),
        {**report(), "schema": "fr.33700.report/2"},
    ],
    ids=["no id", "channel", "neither reporter nor count", "no sender", "short code", "schema"],
)
def test_a_report_that_lacks_what_it_needs_is_a_problem(item: dict[str, Any]) -> None:
    assert isinstance(read(item), Problem)


def test_a_report_without_an_id_is_known_by_its_batch_and_line() -> None:
    first, second = (read(report(id=None, source={"batch_id": "b", "line": line})) for line in (1, 2))

    assert isinstance(first, Event)
    assert first.key != second.key
    assert first.key == read(report(id=None, source={"batch_id": "b", "line": 1}, count=1)).key


ROW = {"id": "", "msisdn": "0639980001", "sender": "EXEMPLE", "channel": "SMS", "reported_at": "22/11/2026 18:04"}


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        ("0639980001", "0639980001"),
        ("639980001", "0639980001"),
        ("33639980001", "+33639980001"),
        ("+33 6 39 98 00 01", "+33639980001"),
        ("06.39.98.00.01", "0639980001"),
        ("162000000", "0162000000"),
        ("+33 (0)6 39 98 00 01", "+330639980001"),
        ("0033639980001", "0033639980001"),
    ],
)
def test_a_number_that_a_spreadsheet_has_trimmed_is_made_whole(cell: str, phone: str) -> None:
    assert read_row({**ROW, "msisdn": cell}, "file", 2).phone == phone


@pytest.mark.parametrize("cell", ["3,36E+10", "3.36399800E10"])
def test_a_number_that_a_spreadsheet_has_rounded_is_refused_with_advice(cell: str) -> None:
    with pytest.raises(Malformed, match="as text"):
        read_row({**ROW, "msisdn": cell}, "file", 2)


@pytest.mark.parametrize(
    "cell", ["22/11/2026 18:04", "22/11/2026 18:04:00", "2026-11-22T18:04:00", "2026-11-22 17:04Z"]
)
def test_a_french_or_an_iso_date_of_a_row_is_read_in_paris_time(cell: str) -> None:
    assert read_row({**ROW, "reported_at": cell}, "file", 2).occurred_at == datetime(2026, 11, 22, 17, 4, tzinfo=UTC)


def test_a_row_is_known_by_its_own_id_or_by_its_file_and_line() -> None:
    assert read_row({**ROW, "id": "r1"}, "a", 2).key == read_row({**ROW, "id": "r1"}, "b", 9).key
    assert read_row(ROW, "a", 2).key != read_row(ROW, "a", 3).key


def test_the_same_report_by_json_and_in_a_file_counts_once() -> None:
    assert read(report(id="r1")).key == read_row({**ROW, "id": "r1"}, "a", 2).key


@pytest.mark.parametrize("count", ["", "0", "douze", "1,0", "-3"])
def test_a_count_that_cannot_be_read_costs_the_count_and_not_the_opposition(count: str) -> None:
    event = read_row({**ROW, "count": count}, "file", 2)

    assert (event.kind, event.count) == (Kind.OPPOSITION, 1)


def test_an_incident_whose_count_cannot_be_read_is_refused() -> None:
    with pytest.raises(Malformed):
        read_row({**ROW, "msisdn": "", "count": "douze"}, "file", 2)


@pytest.mark.parametrize("count", ["douze", -3, 0, None, 2.5])
def test_the_count_of_a_report_in_json_costs_no_opposition_either(count: object) -> None:
    event = read(report(count=count))

    assert isinstance(event, Event)
    assert (event.kind, event.count) == (Kind.OPPOSITION, 1)


def test_a_row_without_a_number_counts_its_reports() -> None:
    event = read_row({**ROW, "msisdn": "", "count": "12"}, "file", 2)

    assert (event.kind, event.count) == (Kind.IGNORED, 12)
