"""Two ``contactable sync`` of one CRM as processes: one after the other on a file, one alone on a server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contactable.commands.init import write_keys
from contactable.register.testing import KEY
from contactable.sandbox import HubSpotSandbox

SETTINGS = """
public_url = "https://crm.example.com/contactable"
language = "en"
[register]
url = "{register}"
[connectors.hubspot]
type = "hubspot"
token = "env:HUBSPOT_TOKEN"
base_url = "{crm}"
"""


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    """Contacts enough, and answers slow enough, that two syncs meet."""
    people = [{"email": f"p{n}@example.com", "country": "FR", "audience": "consumer"} for n in range(60)]
    with HubSpotSandbox(people, latency=0.4) as sandbox:
        yield sandbox


@pytest.fixture
def start(tmp_path: Path, crm: HubSpotSandbox) -> Callable[[str], list[tuple[int, str]]]:
    def start(register: str) -> list[tuple[int, str]]:
        """Start two syncs; give the exit code of each, in order, with what it said."""
        write_keys(tmp_path / "contactable-keys")
        (tmp_path / "contactable-keys" / "k1.key").write_bytes(KEY[1])
        path = tmp_path / "contactable.toml"
        path.write_text(SETTINGS.format(register=register, crm=crm.url), encoding="utf-8")
        command = [sys.executable, "-m", "contactable", "--settings", str(path), "sync", "--yes"]
        environment = {**os.environ, "HUBSPOT_TOKEN": crm.token}
        both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) for _ in range(2)]
        said = [each.communicate(timeout=120)[1] for each in both]
        return sorted(zip((each.returncode for each in both), said, strict=True))

    return start


def written(crm: HubSpotSandbox) -> list[int]:
    """How many times the kit wrote each contact's verdicts."""
    ids = crm.portal.contacts.by_id
    return [sum("contactable_email_reason" in each.values for each in crm.contact(id).versions) for id in ids]


def test_on_a_file_the_second_waits_and_writes_nobody_again(
    crm: HubSpotSandbox, start: Callable[[str], list[tuple[int, str]]], sqlite_url: str
) -> None:
    ended = start(sqlite_url)

    assert [code for code, _ in ended] == [0, 0]
    assert written(crm) == [1] * 60


def test_on_a_server_the_second_is_told_so_or_comes_after(
    crm: HubSpotSandbox, start: Callable[[str], list[tuple[int, str]]], postgresql_url: str
) -> None:
    ended = start(postgresql_url)

    assert ended[0][0] == 0
    assert all(code == 0 or "under way already" in said for code, said in ended)
    assert written(crm) == [1] * 60
