"""The plug-in runs the suite on one file of fixtures, and a connector with a defect does not pass it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parent / "sabotaged.py"


def run(tmp_path: Path, defect: str, tests: str = "") -> subprocess.CompletedProcess[str]:
    plugin = ["-p", "contactable.connectors.contract.plugin", "--crm", str(FIXTURES)]
    command = [sys.executable, "-m", "pytest", *plugin, "-q", "-x", "-p", "no:cacheprovider", "--import-mode=importlib"]
    environment = {"DEFECT": defect, "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [*command, *(["-k", tests] if tests else [])],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_one_file_of_fixtures_is_enough_and_says_what_the_crm_has_not(tmp_path: Path) -> None:
    done = run(tmp_path, "")

    assert done.returncode == 0, done.stdout
    assert "not on this CRM: choices, histories, lag" in done.stdout
    assert " passed" in done.stdout


@pytest.mark.parametrize(
    ("defect", "test"),
    [
        ("passes over ties", "hundreds_that_changed_in_one_moment"),
        ("forgets where it stood", "first_load_that_died"),
        ("finds no opt out", "moves_no_date_is_found_by_the_consent_feed"),
        ("calls all written", "a_contact_that_is_gone_is_told"),
        ("subscribes again", "nobody_is_subscribed_again"),
        ("has no timeout", "every_request_has_a_timeout"),
        ("names the address", "no_address_stands_in_a_url"),
        ("does not say that it was a limit", "limit_that_outlasts_all_patience"),
        ("exceeds the limit", "a_limit_is_filled_without_being_exceeded"),
        ("makes twice", "properties_are_made_once"),
        ("clears what is not named", "what_a_change_does_not_name_stays"),
    ],
)
def test_a_defect_is_found_by_the_test_that_looks_for_it(tmp_path: Path, defect: str, test: str) -> None:
    done = run(tmp_path, defect, test)

    assert done.returncode == 1, done.stdout
    assert "1 failed" in done.stdout
