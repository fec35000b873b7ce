"""What an installation runs beside the kit: the scripts are sound, and the backup keeps a fortnight."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from contactable import Contactable

DEPLOY = Path(__file__).parents[2] / "deploy"
SCRIPTS = sorted(DEPLOY.rglob("*.sh"))
UNITS = sorted(DEPLOY.rglob("*.service"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_sound_and_can_be_run(script: Path) -> None:
    subprocess.run(["sh", "-n", str(script)], check=True)

    assert os.access(script, os.X_OK)


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_runs_as_a_user_of_its_own_with_secrets_from_a_file(unit: Path) -> None:
    lines = unit.read_text().splitlines()

    assert "User=contactable" in lines
    assert "EnvironmentFile=/etc/contactable.env" in lines


def test_the_nightly_backup_copies_the_register_and_keeps_a_fortnight(
    make_kit: Callable[..., Contactable], tmp_path: Path
) -> None:
    make_kit("").close()
    (tmp_path / "contactable.toml").write_text('public_url = "https://crm.example.com"\n')
    command = tmp_path / "contactable"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m contactable "$@"\n')
    command.chmod(0o755)
    backups = tmp_path / "backups"
    backups.mkdir()
    for day in range(20):
        (backups / f"register-202611{day:02}T033000.db").touch()

    environment = {**os.environ, "CONTACTABLE": str(command)}
    subprocess.run(["sh", str(DEPLOY / "small" / "backup.sh"), str(backups)], cwd=tmp_path, env=environment, check=True)

    kept = sorted(backups.iterdir())
    assert len(kept) == 14
    assert kept[-1].stat().st_size > 100_000
