"""``serve`` as it runs behind a proxy: what the proxy wrote of the caller arrives, and metrics are not passed on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from tests.installing import install, serving

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
    install(tmp_path, SETTINGS).close()
    with serving(tmp_path / "contactable.toml") as (_, address):
        yield address


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
