"""``doctor`` on the first day: one line for one thing to do, however much hangs on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contactable.cli import group
from contactable.sandbox import HubSpotSandbox


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    with HubSpotSandbox([{"email": "p@example.com"}]) as crm:
        monkeypatch.setenv("HUBSPOT_TOKEN", crm.token)
        path = tmp_path / "contactable.toml"
        given = ["--public-url", "https://example.com/c", "--token", "env:HUBSPOT_TOKEN", "--crm-url", crm.url]
        run(path, "init", *given)
        yield path


def run(settings: Path, *arguments: str) -> Result:
    return CliRunner().invoke(group, ["--settings", str(settings), *arguments], catch_exceptions=False)


def test_a_register_that_is_not_there_yet_is_told_once(settings: Path) -> None:
    told = run(settings, "doctor").stdout

    assert told.count("There is no register") == 1
    assert "run `contactable register upgrade`" in told


def test_properties_that_the_first_sync_makes_are_one_line_and_json_names_them(settings: Path) -> None:
    run(settings, "register", "upgrade")

    lines = [line for line in run(settings, "doctor").stdout.splitlines() if "properties are missing" in line]
    (found,) = [each for each in json.loads(run(settings, "doctor", "--json").stdout) if each["names"]]

    assert len(lines) == 1
    assert found["what"].startswith(f"hubspot: {len(found['names'])} of our {len(found['names'])} properties")
    assert found["mend"].startswith("contactable sync hubspot --yes")
    assert "contactable_channels" in found["names"]
