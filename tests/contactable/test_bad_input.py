"""What goes wrong around the kit is said in one sentence that tells what to do; the exit code says what kind it was."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contactable.commands.init import write_keys
from contactable.kit import Contactable
from contactable.register import Register, upgrade
from contactable.sandbox import HubSpotSandbox
from contactable.settings import load

SETTINGS = """
public_url = "https://crm.example.com/contactable"
[connectors.hubspot]
type = "hubspot"
token = "env:HUBSPOT_TOKEN"
base_url = "{url}"
patience = 2
"""
Run = subprocess.CompletedProcess[str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_keys(tmp_path / "contactable-keys")
    (tmp_path / "contactable.toml").write_text(SETTINGS.format(url="http://127.0.0.1:9"))
    return tmp_path


def contactable(folder: Path, *arguments: str, token: str = "a-token") -> Run:
    command = [sys.executable, "-m", "contactable", "--settings", str(folder / "contactable.toml"), *arguments]
    environment = {"HUBSPOT_TOKEN": token, "PATH": "/usr/bin:/bin", "CONTACTABLE_LOG": "error"}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)


def make_register(folder: Path) -> str:
    kit = Contactable(load(folder / "contactable.toml"))
    upgrade(kit.settings.register_url, kit.keyring)
    return kit.settings.register_url


def said(run: Run) -> str:
    """The one sentence; a traceback is never one."""
    assert "Traceback" not in run.stderr
    return " ".join(run.stderr.split())


def test_missing_settings_name_the_command_that_writes_them(tmp_path: Path) -> None:
    run = contactable(tmp_path, "sync")

    assert run.returncode == 3
    assert "contactable init" in said(run)


def test_a_register_that_was_never_made_names_the_command_that_makes_it(folder: Path) -> None:
    run = contactable(folder, "status")

    assert run.returncode == 5
    assert "contactable register upgrade" in said(run)


def test_another_key_than_the_registers_is_refused_before_anything_is_read(folder: Path) -> None:
    make_register(folder)
    (folder / "contactable-keys" / "k1.key").write_text("x" * 44)

    run = contactable(folder, "status")

    assert run.returncode == 5
    assert "pas celle avec laquelle le registre a été écrit" in said(run)


def test_a_key_that_others_may_read_is_refused(folder: Path) -> None:
    make_register(folder)
    (folder / "contactable-keys" / "k1.key").chmod(0o644)

    run = contactable(folder, "status")

    assert run.returncode == 3
    assert "chmod 600" in said(run)


def test_a_register_on_a_disk_that_takes_no_writes_is_refused(folder: Path) -> None:
    url = make_register(folder)
    path = Path(url.removeprefix("sqlite:///"))
    path.unlink()
    path.symlink_to("/dev/full")

    run = contactable(folder, "status")

    assert run.returncode == 5
    assert said(run)


def test_a_crm_that_does_not_answer_is_said_with_its_exit_code(folder: Path) -> None:
    make_register(folder)

    run = contactable(folder, "sync", "--yes")

    assert run.returncode == 4
    assert "HubSpot ne répond pas" in said(run)


def test_a_wrong_token_is_refused_without_being_quoted(folder: Path) -> None:
    make_register(folder)
    with HubSpotSandbox() as crm:
        (folder / "contactable.toml").write_text(SETTINGS.format(url=crm.url))
        run = contactable(folder, "sync", "--yes", token="wrong-token")

    assert run.returncode == 4
    assert "wrong-token" not in run.stdout + run.stderr
    assert "le jeton est faux" in said(run)


def test_a_missing_scope_is_named(folder: Path) -> None:
    make_register(folder)
    with HubSpotSandbox(scopes=["crm.objects.contacts.read"]) as crm:
        (folder / "contactable.toml").write_text(SETTINGS.format(url=crm.url))
        run = contactable(folder, "sync", "--yes", token=crm.token)

    assert run.returncode == 4
    assert "crm.schemas.contacts" in said(run)


def test_the_first_sync_waits_for_a_person_and_writes_nothing(folder: Path) -> None:
    make_register(folder)
    with HubSpotSandbox(10) as crm:
        (folder / "contactable.toml").write_text(SETTINGS.format(url=crm.url))
        run = contactable(folder, "sync", token=crm.token)
        shown = [contact.properties.get("contactable_email") for contact in crm.portal.contacts.by_id.values()]

    assert run.returncode == 6
    assert "--yes" in said(run)
    assert shown == [None] * 10


@contextmanager
def taken_port() -> Iterator[str]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield f"127.0.0.1:{server.getsockname()[1]}"


def test_a_port_that_is_in_use_is_said_and_leaves_the_register_free(folder: Path) -> None:
    url = make_register(folder)
    with taken_port() as address:
        run = contactable(folder, "serve", "--listen", address)

    Register.open(url, Contactable(load(folder / "contactable.toml")).keyring).close()
    assert run.returncode == 1
    assert "est déjà pris" in said(run)


def test_an_unknown_connector_is_refused_by_name(folder: Path) -> None:
    make_register(folder)

    run = contactable(folder, "sync", "salesforce")

    assert run.returncode == 3
    assert "[connectors.salesforce]" in said(run)
