"""``contactable sandbox``: runs until it is stopped, says how to reach it, and writes records files."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from contactable.cli import group
from contactable.connectors import connect
from contactable.sandbox import SMALL


def test_the_command_prints_what_an_app_needs_and_stops_when_told() -> None:
    words = [sys.executable, "-m", "contactable", "sandbox", "hubspot", "--contacts", "20", "--latency", "1ms"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        access = dict(process.stdout.readline().rstrip().split("=", 1) for _ in range(6))

        answer = requests.get(
            f"{access['url']}/crm/v3/objects/contacts",
            params={"limit": 100},
            headers={"Authorization": f"Bearer {access['token']}"},
            timeout=10,
        )
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=20)

    assert len(answer.json()["results"]) == 20
    assert code == 0


def test_the_same_is_had_over_http_without_reading_what_was_printed() -> None:
    words = [sys.executable, "-m", "contactable", "sandbox", "hubspot", "--contacts", "3", "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        access = json.loads("".join(iter(process.stdout.readline, "}\n")) + "}")
        told = requests.get(f"{access['url']}/sandbox/access", timeout=10).json()
        process.terminate()

    assert told["token"] == access["token"]
    assert told["client_secret"] == access["client_secret"]


@pytest.mark.parametrize("name", SMALL)
def test_what_a_small_crm_prints_is_what_its_connector_asks_for(name: str) -> None:
    words = [sys.executable, "-m", "contactable", "sandbox", "crm", name, "--contacts", "3", "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        access = json.loads("".join(iter(process.stdout.readline, "}\n")) + "}")
        ids = list(connect("crm", name, access, lambda reference: reference.encode()).iter_ids())
        process.terminate()

    assert len(ids) == 3


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--fault", "nonsense"], "batch_update:3:429:wait=10"),
        (["--latency", "soon"], "250ms"),
        (["--profile", "nobody"], "untouched"),
        (["--contacts", "-1"], "contacts"),
    ],
)
def test_a_wrong_word_is_refused_with_what_is_accepted(words: list[str], says: str) -> None:
    result = CliRunner().invoke(group, ["sandbox", "hubspot", *words])

    assert result.exit_code == 2
    assert says in result.output


def test_records_are_written_to_a_file(tmp_path: Path) -> None:
    out = tmp_path / "records.jsonl"

    result = CliRunner().invoke(group, ["sandbox", "records", "--contacts", "50", "--out", str(out)])

    assert result.exit_code == 0
    assert sum('"kind": "contact"' in line for line in out.read_text(encoding="utf-8").splitlines()) == 50


def test_the_page_of_the_sandbox_lists_what_it_answers() -> None:
    page = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")

    printed = CliRunner().invoke(group, ["sandbox", "routes"]).output

    assert printed in page
