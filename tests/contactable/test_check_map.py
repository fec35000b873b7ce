"""``contactable check --map``: an export as it comes out of a CRM, decided without preparing it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contactable.cli import group
from contactable.errors import SettingsError

EXPORT = """Record ID;Email;Pays;Type client;Ne pas appeler;Téléphone;Dernier clic;Opt-in le
11;anne@example.com;France;Particulier;;06 39 98 00 01;24/10/2026;
12;jean@example.org;France;Pro;Oui;+33639980002;24/10/2026;
13;luc@example.net;France;Pro;;+33639980003;24/10/2026;
14;eve@example.com;France;Particulier;01/02/2026;06 39 98 00 04;24/10/2026;01/03/2026
"""
MAP = """
[mapping]
email = "Email"
mobile = "Téléphone"
country = "Pays"
audience = { property = "Type client", values = { particulier = "consumer", pro = "professional" } }
opposed_phone_on = "Ne pas appeler"
last_contact_on = "Dernier clic"
consent_phone_on = "Opt-in le"
related_to_profession = { always = "yes" }

[[declare]]
name = "told"
all = true
facts = { informed = "yes", source = "person" }
evidence = "form"
by = "Anne Exemple"
on = 2026-01-01
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "export.csv").write_text(EXPORT, encoding="utf-8")
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    return tmp_path


def check(folder: Path, *arguments: str, map_name: str = "map.toml") -> Result:
    given = ["check", str(folder / "export.csv"), "--map", str(folder / map_name), "--on", "2026-11-24"]
    settings = ["--settings", str(folder / "none.toml")]
    return CliRunner().invoke(group, [*settings, *given, *arguments], catch_exceptions=False)


def rows(folder: Path, *arguments: str) -> dict[str, dict[str, str]]:
    out = folder / "out.csv"
    check(folder, "--out", str(out), *arguments)
    return {row["id"]: row for row in csv.DictReader(io.StringIO(out.read_text(encoding="utf-8")))}


@pytest.mark.parametrize(
    ("id", "channel", "reason"),
    [
        ("11", "phone", "consent_required"),
        ("12", "phone", "opposition"),
        ("13", "phone", "legitimate_interest_professional"),
        ("13", "sms", "legitimate_interest_professional"),
    ],
)
def test_an_export_is_decided_by_what_its_map_says(folder: Path, id: str, channel: str, reason: str) -> None:
    assert rows(folder)[id][f"{channel}_reason"] == reason


def test_a_consent_that_only_the_export_knows_lifts_no_opposition(folder: Path) -> None:
    assert rows(folder)["14"]["phone_reason"] == "opposition"


def test_what_is_set_for_all_rows_fills_what_the_export_does_not_say(folder: Path) -> None:
    without = (folder / "export.csv").read_text(encoding="utf-8").replace(";France;", ";;").replace("+33639980003", "")
    (folder / "export.csv").write_text(without, encoding="utf-8")

    assert rows(folder)["13"]["email_reason"] == "place_unknown"
    assert rows(folder, "--set", "country=FR")["13"]["email_reason"] == "legitimate_interest_professional"


def test_a_row_whose_id_was_used_before_is_refused_and_the_others_go_on(folder: Path) -> None:
    text = (folder / "export.csv").read_text(encoding="utf-8")
    (folder / "export.csv").write_text(text.replace("\n12;", "\n11;"), encoding="utf-8")

    result = check(folder)

    assert result.exit_code == 1
    assert "line 3" in result.stderr


def test_what_cannot_be_read_is_a_warning_without_the_cell(folder: Path) -> None:
    text = (folder / "export.csv").read_text(encoding="utf-8")
    (folder / "export.csv").write_text(text.replace("France;Particulier;;", "Frnace;Particulier;;"), encoding="utf-8")

    result = check(folder)

    assert "column country: unreadable" in result.stderr
    assert "Frnace" not in result.stderr


def test_a_map_that_does_not_exist_is_named_with_those_that_are_shipped(folder: Path) -> None:
    with pytest.raises(SettingsError, match="hubspot-export"):
        check(folder, map_name="nothing.toml")
