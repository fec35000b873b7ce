"""``serve`` as it runs behind a proxy: what the proxy wrote of the caller arrives, and metrics are not passed on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from contactable import Contactable
from contactable.commands.init import write_keys
from contactable.register import upgrade
from contactable.settings import load

KEY = "a-key-of-nobody-0123456789abcdef"
SETTINGS = """
public_url = "https://crm.example.com"
[pages]
proxies = 1
[endpoints.smsfactor]
provider = "smsfactor"
path_secret = "env:KEY"
addresses = ["51.159.7.123"]
"""


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server that is a process of its own, with one proxy of ours before it."""
    monkeypatch.setenv("KEY", KEY)
    write_keys(tmp_path / "contactable-keys")
    settings = tmp_path / "contactable.toml"
    settings.write_text(SETTINGS)
    kit = Contactable(load(settings))
    upgrade(kit.settings.register_url, kit.keyring)
    kit.close()
    command = [sys.executable, "-m", "contactable", "--settings", str(settings), "serve", "--listen", "127.0.0.1:0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ.copy())
    try:
        assert process.stderr is not None
        found = (re.search(r"answers at (http://\S+)", line) for line in process.stderr)
        yield next(answers[1] for answers in found if answers)
    finally:
        process.kill()
        process.wait()


def test_the_callers_address_arrives_and_metrics_are_for_this_machine(url: str) -> None:
    def status(path: str, forwarded: str = "", *, body: str | None = None) -> int:
        headers = {"X-Forwarded-For": forwarded} if forwarded else {}
        method = "GET" if body is None else "POST"
        return requests.request(method, url + path, data=body, headers=headers, timeout=30).status_code

    hook, stop = f"/hooks/smsfactor/{KEY}", '{"message": "Bonjour", "from": "33639980001"}'

    assert status(hook, "51.159.7.123", body=stop) == 200
    assert status(hook, "198.51.100.1", body=stop) == 401
    assert status(hook, "51.159.7.123, 198.51.100.1", body=stop) == 401
    assert status("/metrics") == 200
    assert status("/metrics", "198.51.100.1") == 404
