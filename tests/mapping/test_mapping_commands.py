"""``contactable mapping`` and ``contactable decisions`` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from contactable.cli import group
from contactable.commands.mapping import counted
from contactable.errors import SettingsError
from contactable.mapping.portal import Contact

EXPORT = """Email;Pays;Type client;Ne pas appeler;informed
anne@example.com;France;Particulier;Oui;non
jean@example.org;France;Pro;;oui
"""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_text(EXPORT, encoding="utf-8")
    return path


def run(*arguments: str | Path) -> str:
    return CliRunner().invoke(group, [str(each) for each in arguments], catch_exceptions=False).stdout


def test_suggestions_are_lines_for_the_settings_with_oppositions_first(export: Path) -> None:
    settings = ("--settings", export.parent / "none.toml")
    lines, spoken = (
        run(*settings, "mapping", "suggest", export, *language).splitlines() for language in ([], ["--language", "en"])
    )

    assert lines[0] == "# Oppositions : prenez ou écartez chacune par son nom."
    assert lines[1].startswith('opposed_phone_on = "Ne pas appeler"   # 1 contacts, reconnue à « ne pas appeler »')
    assert spoken[0] == "# Oppositions: take or decline each by name."
    assert "named “ne pas appeler”" in spoken[1]


def test_the_figures_name_facts_their_sources_and_what_would_open(export: Path) -> None:
    found = json.loads(
        run("--settings", export.parent / "none.toml", "mapping", "check", export, "--map", "hubspot-export", "--json")
    )

    assert found["contacts"] == 2
    assert ["country", "property:Pays", 2] in found["facts"]


def test_a_sample_shows_reasons_and_no_address(export: Path) -> None:
    shown = run("--settings", export.parent / "none.toml", "mapping", "check", export, "--sample", "2")

    assert "Contact 1" in shown
    assert "example.com" not in shown


def test_a_map_file_brings_the_offers_that_it_is_to_be_tried_with(export: Path) -> None:
    map_file = export.parent / "map.toml"
    map_file.write_text('[mapping]\ntrade = "Type client"\n[offers.bikes]\ntrades = ["Pro"]\n', encoding="utf-8")
    settings = ["--settings", str(export.parent / "none.toml")]

    shown = run(*settings, "mapping", "check", export, "--map", map_file, "--offer", "bikes", "--sample", "1")

    assert "other" in shown
    with pytest.raises(SettingsError, match="no offer `boats`; known: main, bikes"):
        run(*settings, "mapping", "check", export, "--map", map_file, "--offer", "boats")


def test_a_source_that_is_neither_file_nor_connector_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="`nothing` is neither"):
        run("--settings", tmp_path / "none.toml", "mapping", "check", "nothing")


def test_a_decision_is_approved_once_and_stays_approved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBSPOT_TOKEN", "x")
    settings = ["--settings", str(tmp_path / "contactable.toml")]
    run(*settings, "init", "--public-url", "https://example.com/c", "--token", "env:HUBSPOT_TOKEN")
    run(*settings, "register", "upgrade")

    run(*settings, "decisions", "approve", "reading:robinson", "--by", "Anne Exemple")

    approved = {each["name"]: each["approved"] for each in json.loads(run(*settings, "decisions", "--json"))}
    assert approved["reading:robinson"] is True
    assert approved["offer:main"] is False


def test_the_bar_of_a_check_ends_at_the_last_contact_and_leaves_the_figures_alone() -> None:
    seen: list[tuple[int, int | None]] = []
    contacts = [Contact(str(n), {}) for n in range(250)]

    assert list(counted(contacts, lambda done, total: seen.append((done, total)))) == contacts
    assert seen == [(100, 250), (200, 250), (250, 250)]
