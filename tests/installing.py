"""Installations in a folder of their own, and ``serve`` on one as a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contactable import Contactable
from contactable.commands.init import write_keys
from contactable.loading import load
from contactable.register import upgrade
from contactable.settings import load as load_settings


def install(folder: Path, text: str) -> Contactable:
    """Write these settings, as ``contactable.toml``, and keys; make the register; open it all."""
    write_keys(folder / "contactable-keys")
    settings = folder / "contactable.toml"
    settings.write_text(text, encoding="utf-8")
    kit = Contactable(load_settings(settings))
    upgrade(kit.settings.register_url, kit.keyring)
    return kit


def install_and_load(folder: Path, text: str) -> Path:
    """The same with the first sync of HubSpot done, and closed again; gives the settings."""
    kit = install(folder, text)
    load(kit, "hubspot")
    kit.close()
    return folder / "contactable.toml"


@contextmanager
def serving(settings: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run ``contactable serve``; give the process and its address, and kill it at the end."""
    command = [sys.executable, "-m", "contactable", "--settings", str(settings), "serve", "--listen", "127.0.0.1:0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ.copy())
    try:
        assert process.stderr is not None
        found = (re.search(r"answers at (http://\S+)", line) for line in process.stderr)
        url = next((answers[1] for answers in found if answers), "")
        assert url, "serve did not start"
        yield process, url
    finally:
        process.kill()
        process.wait()
