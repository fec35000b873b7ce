"""Backups of register and keys: whole, checked, apart, and good for a new machine."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from contactable.errors import KeyMismatch, Malformed, RegisterError
from contactable.register import Keyring, Register, key_backups, ledger, marks, subjects
from contactable.register.backups import backup, restore
from contactable.register.testing import EMAIL, KEY, NEWER, Workbench
from contactable.rules.acts import known

RING = Keyring.from_secrets(KEY)
SECRETS = {"k1": KEY[1], "links": b"bGlua3Mtc2VjcmV0LWluLWJhc2U2NA=="}
PASSPHRASE = "four words are enough"


def test_a_backup_and_a_key_give_the_same_verdicts_on_a_new_machine(sqlite_house: Workbench, tmp_path: Path) -> None:
    sqlite_house.see("1", EMAIL)
    sqlite_house.enter()
    before = sqlite_house.entries("1")
    copy, new = tmp_path / "copy", f"sqlite:///{tmp_path}/new.db"
    backup(sqlite_house.url, copy, RING)

    keys = key_backups.unlock(key_backups.lock(SECRETS, PASSPHRASE), PASSPHRASE)
    restore(copy, new, Keyring.from_secrets(("k1", keys["k1"])))

    machine = Workbench(new)
    assert machine.entries("1") == before
    assert machine.read(marks.get, marks.RESTORED) is not None
    machine.register.close()


def test_an_opposition_after_the_backup_comes_back_from_the_crm_and_closes(
    sqlite_house: Workbench, tmp_path: Path
) -> None:
    sqlite_house.see("1", EMAIL)
    backup(sqlite_house.url, tmp_path / "copy", RING)
    sqlite_house.enter()
    restore(tmp_path / "copy", f"sqlite:///{tmp_path}/new.db", RING)
    machine = Workbench(f"sqlite:///{tmp_path}/new.db")

    lost = known(machine.entries("1"))
    machine.enter(origin="echo", proof_level="operator", time_quality="unknown", event_key="restored:1:email")

    assert lost == {}
    assert "opposed_email_on" in known(machine.entries("1"))
    machine.register.close()


def test_arrival_times_go_on_after_a_restore(sqlite_house: Workbench, tmp_path: Path) -> None:
    before = sqlite_house.enter()
    backup(sqlite_house.url, tmp_path / "copy", RING)
    restore(tmp_path / "copy", f"sqlite:///{tmp_path}/new.db", RING)
    machine = Workbench(f"sqlite:///{tmp_path}/new.db")
    machine.clock.move(days=-1)

    after = machine.enter("release")

    machine.register.close()
    assert before is not None
    assert after is not None
    assert after.recorded_at > before.recorded_at


def test_a_backup_is_made_beside_a_writer_and_read_by_its_owner_alone(sqlite_house: Workbench, tmp_path: Path) -> None:
    sqlite_house.enter()

    size = backup(sqlite_house.url, tmp_path / "copy", RING)

    assert size == (tmp_path / "copy").stat().st_size
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
    assert not list(tmp_path.glob("copy?*"))
    assert sqlite_house.enter("release") is not None


@pytest.mark.parametrize("ring", [Keyring.from_secrets(NEWER), Keyring.from_secrets(("k1", NEWER[1]))])
def test_a_copy_that_the_keys_at_hand_do_not_open_is_no_backup(
    sqlite_house: Workbench, tmp_path: Path, ring: Keyring
) -> None:
    with pytest.raises(KeyMismatch):
        backup(sqlite_house.url, tmp_path / "copy", ring)

    assert not (tmp_path / "copy").exists()


def test_nothing_is_overwritten_by_a_backup_or_a_restore(sqlite_house: Workbench, tmp_path: Path) -> None:
    (tmp_path / "copy").touch()

    with pytest.raises(RegisterError, match="already"):
        backup(sqlite_house.url, tmp_path / "copy", RING)
    with pytest.raises(RegisterError, match="move it away"):
        restore(tmp_path / "copy", sqlite_house.url, RING)


def test_a_damaged_backup_is_not_put_back(sqlite_house: Workbench, tmp_path: Path) -> None:
    sqlite_house.write(subjects.subjects_for, [(EMAIL[0], f"p{n}@example.com") for n in range(3000)])
    backup(sqlite_house.url, tmp_path / "copy", RING)
    content = bytearray((tmp_path / "copy").read_bytes())
    content[len(content) // 2 : len(content) // 2 + 20_000] = b"\xff" * 20_000
    (tmp_path / "copy").write_bytes(content)

    with pytest.raises(RegisterError, match="damaged"):
        restore(tmp_path / "copy", f"sqlite:///{tmp_path}/new.db", RING)

    assert not (tmp_path / "new.db").exists()


def test_a_server_is_backed_up_with_its_own_tools(postgresql_url: str, tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="pg_dump"):
        backup(postgresql_url, tmp_path / "copy", RING)


def test_keys_come_back_from_a_locked_file_and_from_a_sheet() -> None:
    typed = "\n".join(line.lower() if "/" in line else line for line in key_backups.sheet(SECRETS).splitlines())

    assert key_backups.unlock(key_backups.lock(SECRETS, PASSPHRASE), PASSPHRASE) == SECRETS
    assert key_backups.read_sheet(typed) == SECRETS


def test_a_locked_file_shows_no_key_and_opens_with_its_passphrase_alone() -> None:
    locked = key_backups.lock(SECRETS, PASSPHRASE)

    assert not [secret for secret in SECRETS.values() if secret in locked]
    with pytest.raises(KeyMismatch):
        key_backups.unlock(locked, "another passphrase")


def test_a_line_that_was_mistyped_is_named() -> None:
    lines = key_backups.sheet(SECRETS).splitlines()
    at = next(number for number, line in enumerate(lines) if "/" in line)
    lines[at] = lines[at].replace(lines[at].split()[0], "AAAA", 1)

    with pytest.raises(Malformed, match=f"Line {at + 1}"):
        key_backups.read_sheet("\n".join(lines))


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"format": "x", "salt": 1}', b"\xff\xfe"])
def test_a_file_that_is_no_backup_of_keys_is_refused(content: bytes) -> None:
    with pytest.raises(Malformed):
        key_backups.unlock(content, PASSPHRASE)


def test_a_passphrase_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(Malformed, match="12"):
        key_backups.lock(SECRETS, "short")


def test_a_restored_register_opens_with_its_key_and_no_other(sqlite_house: Workbench, tmp_path: Path) -> None:
    backup(sqlite_house.url, tmp_path / "copy", RING)
    restore(tmp_path / "copy", f"sqlite:///{tmp_path}/new.db", RING)

    with pytest.raises(KeyMismatch):
        Register.open(f"sqlite:///{tmp_path}/new.db", Keyring.from_secrets(NEWER))
    assert sqlite_house.read(ledger.entries_of, ["0" * 32]) == []
