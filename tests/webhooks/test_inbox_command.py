"""``contactable inbox parse`` and ``read-reply``: one line an event or a reply, nothing of a person in clear."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contactable.commands.inbox import command

FIXTURES = Path(__file__).parent / "fixtures"


def run(*arguments: str, input: str | bytes = "") -> Result:
    """What the command answers."""
    return CliRunner().invoke(command, list(arguments), input=input)


def told(*arguments: str) -> list[dict[str, Any]]:
    """Its lines as JSON."""
    result = run("parse", *arguments, "--json")
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_batch_prints_one_line_an_event_in_the_order_of_the_payload() -> None:
    lines = told("sendgrid", str(FIXTURES / "sendgrid" / "batch.json"))

    assert [line["why"] for line in lines] == [
        "processed",
        "delivered",
        "unsubscribe",
        "group_unsubscribe",
        "group_resubscribe",
        "complaint",
    ]
    assert lines[3]["scope"] == "subscription:12"
    assert lines[2]["time"] == "2026-11-24T09:30:00+00:00"


@pytest.mark.parametrize(
    ("id", "file", "identifier"),
    [
        ("postmark", "complaint.json", "a***@e***.com"),
        ("sinch", "stop.json", "+336******01"),
        ("arf", "asked_by_token.eml", "token"),
        ("klaviyo", "profile_without_address.json", None),
    ],
)
def test_a_person_is_masked_and_a_missing_one_is_null(id: str, file: str, identifier: str | None) -> None:
    (line,) = told(id, str(FIXTURES / id / file))

    assert line["identifier"] == identifier


def test_an_item_that_cannot_be_read_is_a_problem_and_no_failure() -> None:
    lines = told("sendgrid", str(FIXTURES / "sendgrid" / "one_bad_item.json"))

    assert [line["kind"] for line in lines] == ["opposition", "problem", "problem", "opposition"]
    assert set(lines[0]) >= {"kind", "channel", "identifier", "time", "scope", "why"} <= set(lines[1])


def test_a_body_that_cannot_be_read_at_all_is_one_problem(tmp_path: Path) -> None:
    (tmp_path / "cut.json").write_text('{"RecordType": "Bou')

    (line,) = told("postmark", str(tmp_path / "cut.json"))

    assert line["kind"] == "problem"


def test_a_spreadsheet_of_reports_prints_a_line_a_row(tmp_path: Path) -> None:
    (tmp_path / "reports.csv").write_text("canal;numero;emetteur\nsms;0639980001;SHOP\nsms;;SHOP\n", encoding="utf-8")

    lines = told("report33700", str(tmp_path / "reports.csv"))

    assert [(line["kind"], line["channel"]) for line in lines] == [("opposition", "sms"), ("ignored", "sms")]


def test_without_json_a_line_has_the_six_columns_that_people_read() -> None:
    line = run("parse", "cm", str(FIXTURES / "cm" / "stop.json")).stdout

    assert line.split("\t") == [
        "opposition",
        "sms",
        "+336******01",
        "2026-11-23T10:40:00+00:00",
        "sender:36063",
        "stop\n",
    ]


def test_replies_are_read_one_a_line_and_empty_lines_count() -> None:
    result = run("read-reply", "--json", input="STOP\n\nsotp\nSTART\nbonjour\n")

    readings = [json.loads(line)["reading"] for line in result.stdout.splitlines()]
    assert readings == ["certain", "not", "probable", "release", "not"]


def test_a_word_that_was_offered_counts_and_no_encoding_stops_the_reading() -> None:
    result = run("read-reply", "--offered", "FIN", input=b"fin\n" + b"arr\xeat\n")

    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "certain\toffered word"
    assert len(result.stdout.splitlines()) == 2
