"""What ``check`` says at the end, and that the documentation of the contact file is current."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from contactable.commands.check import command
from contactable.files.contacts import Question
from contactable.files.pages import columns_as_markdown
from contactable.files.sheets import open_sheet
from contactable.files.summary import Summary
from contactable.files.verdicts import decide_sheet
from contactable.rules import DEFAULT_READINGS, Channel, Reason

DOCS = Path(__file__).parents[2] / "docs"
ON = date(2026, 11, 23)
HEADER = (
    "id,country,email,mobile,last_contact_on,informed,consent_phone_on,consent_phone_act,consent_phone_to,"
    "consent_phone_proof,consent_phone_complete"
)
CALLS = "positive,us,yes,yes"
ROWS = (
    f"ends-in-30-days,FR,,0639980001,2026-01-01,yes,2025-12-23,{CALLS}",
    f"ends-in-31-days,FR,,0639980002,2026-01-01,yes,2025-12-24,{CALLS}",
    f"ends-in-90-days,FR,,0639980003,2026-01-01,yes,2026-02-21,{CALLS}",
    f"ends-in-91-days,FR,,0639980004,2026-01-01,yes,2026-02-22,{CALLS}",
    "no-proof,FR,,0639980005,2026-01-01,yes,2026-02-22,positive,us,no,yes",
    "not-told,FR,a@example.com,,2026-01-01,no,,,,,",
    "abroad,BE,a@example.com,,2026-01-01,no,,,,,",
    "refused,FR,a@example.com,,01/01/2026,no,,,,,",
    "malformed,FR,@,,2026-01-01,no,,,,,",
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "contacts.csv"
    path.write_text("\n".join((HEADER, *ROWS)), "utf-8")
    return path


@pytest.fixture
def summary(file: Path) -> Summary:
    found = Summary()
    for decided in decide_sheet(open_sheet(file), Question(ON, DEFAULT_READINGS)):
        found.add(decided)
    return found


def test_the_summary_counts_rows_refusals_and_warnings(summary: Summary) -> None:
    assert (summary.rows, summary.refused, dict(summary.warnings)) == (8, 1, {"email": 1})


def test_the_summary_counts_who_can_be_reached_by_channel(summary: Summary) -> None:
    assert (summary.open[Channel.PHONE], summary.open[Channel.POST], summary.reachable) == (4, 0, 4)


def test_reasons_come_with_the_most_frequent_first(summary: Summary) -> None:
    counts = [times for _, times in summary.why_not(Channel.EMAIL)]

    assert summary.why_not(Channel.EMAIL)[0] == (Reason.NO_ADDRESS, 6)
    assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize(("days", "consents"), [(30, 1), (90, 3)])
def test_consents_to_calls_that_end_are_counted_to_the_day(summary: Summary, days: int, consents: int) -> None:
    assert summary.consents_to_calls_ending_within(days) == consents
    assert summary.ending_within(days, Channel.PHONE) == consents


def test_what_only_changes_its_reason_does_not_end(tmp_path: Path) -> None:
    path, found = tmp_path / "contacts.csv", Summary()
    row = f"a,FR,,0639980001,2026-01-01,yes,2025-09-01,{CALLS}"
    path.write_text(f"{HEADER},contract,offer_on_contract\n{row},yes,yes", "utf-8")

    for decided in decide_sheet(open_sheet(path), Question(date(2026, 8, 1), DEFAULT_READINGS)):
        found.add(decided)

    assert (found.open[Channel.PHONE], found.ending_within(90, Channel.PHONE)) == (1, 0)


def test_what_a_better_form_would_open_is_what_a_form_can_ask(summary: Summary) -> None:
    found = {(channel, columns) for channel, columns, _ in summary.a_better_form_opens(50)}

    assert (Channel.PHONE, ("consent_phone_proof",)) in found
    assert not any("mobile" in columns or "contract" in columns for _, columns in found)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("8 contacts decided, 1 rows refused", "Consents to calls that end: 1 within 30 days, 3 within 90")),
        ("fr", ("8 contacts décidés, 1 lignes refusées", "prennent fin : 1 sous 30 jours, 3 sous 90 jours")),
    ],
)
def test_the_summary_is_printed_in_two_languages(file: Path, language: str, words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(command, [str(file), "--on", "2026-11-23", "--json", "--language", language])

    assert all(each in result.stderr for each in words)
    assert len(result.stdout.splitlines()) == 8


def test_the_documentation_of_the_contact_file_holds_the_columns_as_they_are() -> None:
    page = (DOCS / "contact-file.md").read_text("utf-8")

    assert columns_as_markdown("en") in page
