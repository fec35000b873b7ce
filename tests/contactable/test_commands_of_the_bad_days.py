"""The page that is opened on a bad day names commands that are there, and the alerts that people see then."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from contactable.cli import group

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "fr" / "mauvais-jour.md").read_text(encoding="utf-8")
ALERTS = (DOCS / "alerts.md").read_text(encoding="utf-8")
COMMANDS = sorted(set(re.findall(r"`contactable ([^`]+)`", PAGE + ALERTS)))
DAYS = (
    "mauvais mapping",
    "CRM ne répond plus",
    "réclamation",
    "contrôle de la CNIL",
    "loi change",
    "machine est perdue",
)


@pytest.mark.parametrize("said", COMMANDS)
def test_each_command_is_there_with_its_options(said: str) -> None:
    words, found, context = said.split(), group, click.Context(group)
    command: click.Command = found
    while words and isinstance(command, click.Group):
        name = words.pop(0)
        below = command.get_command(context, name)
        assert below is not None, f"there is no `contactable {said}`"
        command = below
    options = {option for each in command.params for option in each.opts}

    assert {word.rstrip("]") for word in words if word.startswith("--")} <= options


@pytest.mark.parametrize("day", DAYS)
def test_each_bad_day_has_its_part(day: str) -> None:
    assert re.search(rf"^## .*{day}", PAGE, re.MULTILINE)


def test_the_alerts_that_it_names_are_those_of_the_page_about_alerts() -> None:
    named = re.findall(r"alerte `([a-z0-9]+)", PAGE)

    assert named
    assert all(f"| `{name}" in ALERTS for name in named)
