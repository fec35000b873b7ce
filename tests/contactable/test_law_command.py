"""``contactable law`` lists sources and what comes next; ``law diff`` says what two days change for one's contacts."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from contactable.commands.law import command
from contactable.rules.labels import source_label
from contactable.rules.readings import DOUBTS
from contactable.rules.sources import SOURCES

CONTACTS = """id,country,mobile,last_contact_on,informed,bloctel
told,FR,+33639980001,2026-01-01,yes,no
on-bloctel,FR,+33639980002,2026-01-01,yes,yes
abroad,BE,+33639980003,2026-01-01,yes,no
"""


def law(*options: str) -> dict[str, Any]:
    return dict(json.loads(CliRunner().invoke(command, [*options, "--json"]).stdout))


@pytest.fixture
def contacts(tmp_path: Path) -> Path:
    file = tmp_path / "contacts.csv"
    file.write_text(CONTACTS, "utf-8")
    return file


def test_every_source_is_listed_with_its_dates_and_its_last_check() -> None:
    found = {source["id"]: source for source in law("--on", "2026-11-23")["sources"]}

    assert list(found) == list(SOURCES)
    assert found["conso-d223-9-2023"]["ends"] == "2026-08-10"
    assert not found["conso-d223-9-2023"]["in_force"]
    assert all(source["checked_on"] for source in found.values())


def test_every_reading_is_listed_with_its_default_first() -> None:
    readings = law()["readings"]

    assert [reading["name"] for reading in readings] == [doubt.name for doubt in DOUBTS]
    assert all(reading["default"] == reading["values"][0] for reading in readings)


def test_what_begins_or_ends_next_comes_with_the_nearest_first() -> None:
    coming = law("--on", "2026-08-10")["next"]

    assert coming[0]["on"] == "2026-08-11"
    assert {"on": "2026-08-11", "source": "conso-l223-1-2016", "what": "has ended"} in coming
    assert [each["on"] for each in coming] == sorted(each["on"] for each in coming)


def test_the_day_on_which_a_text_begins_it_is_no_longer_coming() -> None:
    assert "2026-08-11" not in [each["on"] for each in law("--on", "2026-08-11")["next"]]


def test_the_texts_read_longest_ago_are_named() -> None:
    assert 0 < len(law()["oldest_checks"]) <= len(SOURCES)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_people_read_the_same_as_lines_in_their_language(language: str) -> None:
    lines = CliRunner().invoke(command, ["--on", "2026-11-23", "--language", language]).stdout

    title = source_label("conso-r223-4", "fr" if language == "fr" else "en")
    assert f"conso-r223-4: {title}; 2026-08-11" in lines


def test_what_comes_and_what_is_in_doubt_is_told_in_french_too() -> None:
    lines = CliRunner().invoke(command, ["--on", "2026-08-10", "--language", "fr"]).stdout

    assert "2026-08-11: conso-l223-1-2016 n'est plus en vigueur" in lines
    assert "La liste Robinson (courrier) n'engage que" in lines


def test_the_august_reform_closes_calls_to_those_who_were_only_told(contacts: Path) -> None:
    [change] = [
        change
        for change in law("diff", "2026-08-10", "2026-08-11", str(contacts))["changes"]
        if change["to"]["reason"] == "consent_required" and change["from"]["allowed"]
    ]

    assert (change["channel"], change["from"]["reason"], change["contacts"]) == ("phone", "information_given", 1)


def test_a_day_without_a_change_of_law_or_of_facts_changes_nothing(contacts: Path) -> None:
    assert law("diff", "2026-11-22", "2026-11-23", str(contacts))["changes"] == []


def test_each_changed_verdict_can_be_written_to_a_file(contacts: Path, tmp_path: Path) -> None:
    out = tmp_path / "changes.csv"

    CliRunner().invoke(command, ["diff", "2026-08-10", "2026-08-11", str(contacts), "--out", str(out)])

    rows = list(csv.DictReader(out.open(encoding="utf-8")))
    assert {
        "id": "told",
        "channel": "phone",
        "from_reason": "information_given",
        "to_reason": "consent_required",
    } in rows
    assert "abroad" not in [row["id"] for row in rows]


def test_for_people_a_change_says_what_opens_and_closes(contacts: Path) -> None:
    result = CliRunner().invoke(command, ["diff", "2026-08-10", "2026-08-11", str(contacts)])

    assert "Phone call closes: 1 × Was told and could object → Consent required" in result.stdout


def test_a_change_is_told_in_french_too(contacts: Path) -> None:
    result = CliRunner().invoke(command, ["diff", "2026-08-10", "2026-08-11", str(contacts), "--language", "fr"])

    assert "Appel se ferme : 1 ×" in result.stdout


def test_refused_rows_are_told_and_end_with_exit_code_one(contacts: Path) -> None:
    contacts.write_text(CONTACTS + "odd,FR,,,maybe,\n", "utf-8")

    result = CliRunner().invoke(command, ["diff", "2026-08-10", "2026-08-11", str(contacts)])

    assert result.exit_code == 1
    assert "refused: line 5, column informed" in result.stderr
