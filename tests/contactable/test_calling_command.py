"""``contactable calling`` answers for a number and a moment, and never prints the number."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contactable.cli import Context
from contactable.commands.calling import command
from contactable.errors import Malformed

NUMBER = "+33639980001"
KNOWN = ("--no-attempts", "--no-refusals")


def run(*options: str, given: str | None = None) -> Result:
    return CliRunner().invoke(command, options, input=given, obj=Context(Path("there-are-no-settings.toml")))


def answer(*options: str) -> dict[str, Any]:
    return dict(json.loads(run("--phone", NUMBER, *options, "--json").stdout))


def test_a_moment_without_zone_is_one_of_europe_paris() -> None:
    found = answer("--at", "2026-11-23T10:00", *KNOWN)

    assert (found["status"], found["next_allowed"]) == ("allowed", "2026-11-23T10:00:00+01:00")


def test_without_a_word_on_attempts_the_answer_is_unknown() -> None:
    assert answer("--at", "2026-11-23T10:00")["status"] == "unknown"


def test_attempts_and_refusals_are_counted_by_day() -> None:
    attempts = [text for day in (1, 2, 3, 4) for text in ("--attempt", f"2026-11-0{day}")]

    assert answer("--at", "2026-11-23T10:00", *attempts, "--no-refusals")["reason"] == "four_attempts"
    assert answer("--at", "2026-03-11T10:00", "--no-attempts", "--refusal", "2026-01-10")["reason"] == "refused_lately"


def test_an_agreed_slot_is_given_by_its_two_ends() -> None:
    found = answer("--at", "2026-11-22T20:30", "--slot", "2026-11-22T20:30/2026-11-22T20:45", *KNOWN)

    assert found["reason"] == "agreed_slot"


@pytest.mark.parametrize(
    ("where", "zone"), [(("--postcode", "97400"), "Indian/Reunion"), (("--country", "GP"), "America/Guadeloupe")]
)
def test_postcode_and_country_tell_the_time_zone(where: tuple[str, str], zone: str) -> None:
    assert answer("--at", "2026-11-23T10:00", *where)["zones"] == [zone]


def test_whether_a_number_may_be_shown_stands_beside_it() -> None:
    shown = answer("--at", "2026-11-23T10:00", "--show", "0162000000")["display"]

    assert {kind: each["allowed"] for kind, each in shown.items()} == {"live": True, "automated": True}


def test_for_people_both_answers_are_lines_of_text() -> None:
    lines = run("--phone", NUMBER, "--at", "2026-11-23T21:00", *KNOWN).stdout

    assert "not_allowed: outside_hours" in lines
    assert "next allowed: 2026-11-24T10:00:00+01:00" in lines
    assert "automated call: not_allowed: mobile_range" in lines


def test_a_call_centre_reads_the_answer_in_french() -> None:
    lines = run("--phone", NUMBER, "--at", "2026-11-23T21:00", "--language", "fr", *KNOWN).stdout

    assert "Appel interdit, hors des horaires" in lines
    assert "prochain moment permis : 2026-11-24T10:00:00+01:00" in lines


def test_the_number_may_come_from_standard_input_and_is_never_printed() -> None:
    result = run("--phone", "-", "--at", "2026-11-23T10:00", given=f"{NUMBER}\n")

    assert result.exit_code == 0
    assert NUMBER[3:] not in result.output


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--phone", "12345678901234567890"), "--phone"),
        (("--phone", NUMBER, "--at", "2026-11-23"), "--at needs a time"),
        (("--phone", NUMBER, "--at", "soon"), "'soon'"),
        (("--phone", NUMBER, "--slot", "2026-11-22T20:30"), "neither a day"),
        (("--phone", NUMBER, "--attempt", "never"), "'never'"),
        (("--phone", NUMBER, "--at", "2018-05-24T10:00"), "2018-05-25"),
    ],
)
def test_what_cannot_be_read_is_an_error_that_names_it(options: tuple[str, ...], words: str) -> None:
    error = run(*options).exception

    assert isinstance(error, Malformed)
    assert words in str(error)
    assert "12345678901234567890" not in str(error)


def test_an_attempt_and_no_attempts_exclude_each_other() -> None:
    result = run("--phone", NUMBER, "--attempt", "2026-11-01", "--no-attempts")

    assert result.exit_code == 2
