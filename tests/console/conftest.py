"""The API of a real installation on both databases, in a Flask application, and tokens for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from contactable import Contactable
from contactable.register import api_tokens
from contactable.register.api_tokens import ApiScope
from contactable.register.testing import KEY
from contactable.serving import make_app
from contactable.settings import parse

PREFIX = "/contactable/api/v1"
SETTINGS = """
public_url = "https://crm.example.com/contactable"
language = "en"
[register]
url = "{url}"
[keys]
current = {{ id = "k1", secret = "env:REGISTER_KEY" }}
links = "env:LINK_KEY"
[offers.news]
subscriptions = ["news"]
[[wording]]
kind = "consent_to_messages"
version = "form-1"
language = "fr"
text = "Oui, je veux recevoir vos offres."
box = "unticked"
"""


@dataclass
class Desk:
    """An installation, its application, and short words for what tests do all the time."""

    kit: Contactable
    app: Flask

    def token(self, *scopes: str, **more: Any) -> str:
        """A fresh token; all scopes unless some are named."""
        token = api_tokens.draw()
        digest = api_tokens.digest_of(token)
        self.kit.register.write(lambda tx: api_tokens.add(tx, "test", scopes or [*ApiScope], digest, **more))
        return token

    def ask(self, name: str, body: Any, token: str | None = None) -> TestResponse:
        """POST a body to an operation."""
        headers = {"Authorization": f"Bearer {token or self.token()}"}
        return self.app.test_client().post(f"{PREFIX}/{name}", json=body, headers=headers)


@pytest.fixture
def install(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Desk]]:
    """Make the installation, with further settings."""
    monkeypatch.setenv("REGISTER_KEY", KEY[1].decode())
    monkeypatch.setenv("LINK_KEY", "a key of links for tests, 32 bytes")
    made: list[Contactable] = []

    def install(more: str = "") -> Desk:
        kit = Contactable(parse(SETTINGS.format(url=url) + more, tmp_path / "contactable.toml"))
        made.append(kit)
        return Desk(kit, make_app(kit))

    yield install
    for kit in made:
        kit.close()


@pytest.fixture
def desk(install: Callable[..., Desk]) -> Desk:
    """The installation as it is."""
    return install()
