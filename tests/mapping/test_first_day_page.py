"""The screens of ``docs/fr/premier-jour.md`` are what the commands print on the page's own invented company."""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from contactable.cli import group
from contactable.sandbox.people import invent
from contactable.sandbox.records import write_records

PAGE = (Path(__file__).parents[2] / "docs" / "fr" / "premier-jour.md").read_text(encoding="utf-8")
TODAY = datetime(2026, 11, 24, tzinfo=UTC)
START = '[mapping]\nbased_on = "hubspot"\n'
MAP, DECLARATIONS, ANSWERS = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
SCREENS = [
    screen.replace("\\\n", " ").splitlines()
    for screen in re.findall(r"```console\n\$ contactable (.*?)```", PAGE, re.DOTALL)
]
WITHOUT_A_CRM = [screen for screen in SCREENS if screen[0].startswith(("mapping", "init"))]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the page speaks of."""
    folder = tmp_path_factory.mktemp("company")
    write_records(folder / "contacts.jsonl", invent("untouched", 4000, 1, now=int(TODAY.timestamp() * 1000)))
    files = {"depart": START, "notre-carte": MAP + DECLARATIONS, "reponses": ANSWERS + DECLARATIONS}
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_the_page_shows_a_screen_of_each_command_that_needs_no_crm() -> None:
    assert [screen[0].split()[:2] for screen in WITHOUT_A_CRM] == [
        ["mapping", "check"],
        ["mapping", "suggest"],
        ["mapping", "check"],
        ["mapping", "check"],
        ["init", "--public-url"],
    ]


@pytest.mark.parametrize("screen", WITHOUT_A_CRM, ids=lambda screen: " ".join(screen[0].split()[:4]))
def test_a_screen_of_the_page_is_what_the_command_prints(
    company: Path, monkeypatch: pytest.MonkeyPatch, screen: list[str]
) -> None:
    monkeypatch.chdir(company)
    monkeypatch.setenv("HUBSPOT_TOKEN", "x")
    command, *expected = screen
    day = ["--on", TODAY.date().isoformat()] if "mapping check" in command else []

    printed = iter(CliRunner().invoke(group, [*shlex.split(command), *day], catch_exceptions=False).output.splitlines())

    assert [line for line in expected if line != "…" and line not in printed] == []
