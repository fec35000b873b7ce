"""The API of a real installation on both databases, in a Flask application, and tokens for it; and a real Chromium.

``look`` opens a page of an application in the browser; ``Look.check`` has axe judge it, at 320 px and in the dark too.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from contactable import Contactable
from contactable.register import api_tokens
from contactable.register.api_tokens import ApiScope
from contactable.register.testing import KEY
from contactable.serving import make_app
from contactable.settings import parse

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from tests.console.world import World

PREFIX = "/contactable/api/v1"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
PICTURES = Path(os.environ.get("CONTACTABLE_SCREENSHOTS", "build/screenshots"))
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
SETTINGS = """
public_url = "https://crm.example.com/contactable"
language = "en"
[register]
url = "{url}"
[keys]
current = {{ id = "k1", secret = "env:REGISTER_KEY" }}
links = "env:LINK_KEY"
seals = "env:SEAL_KEY"
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


def wait_for(what: Callable[[], bool]) -> None:
    """Wait up to thirty seconds until something holds."""
    for _ in range(600):
        if what():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come about in thirty seconds")


@pytest.fixture
def install(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Desk]]:
    """Make the installation, with further settings."""
    monkeypatch.setenv("REGISTER_KEY", KEY[1].decode())
    monkeypatch.setenv("SEAL_KEY", "VGhpcnR5LXR3byBieXRlcyBvZiBhIHNlYWwga2V5ISE=")
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


@pytest.fixture
def world(install: Callable[..., Desk], mailbox: tuple[Any, int], monkeypatch: pytest.MonkeyPatch) -> World:
    """An installation with something on every page."""
    from tests.console.world import build  # which is made of this file's

    return build(install, mailbox, monkeypatch)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, with a profile of its own that goes when it ends."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("no Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def answering() -> Iterator[Callable[[Flask], str]]:
    """Let an application answer on loopback; return its address."""
    servers = []

    def start(app: Flask) -> str:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@dataclass
class Look:
    """A page in the browser, and what the browser had to say against it (refused scripts and styles, errors)."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def check(self, name: str = "") -> None:
        """Axe finds nothing, wide and narrow, light and dark; nothing is wider than 320 px; keep pictures by name."""
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            for size in (WIDE, NARROW):
                self.page.set_viewport_size(size)  # type: ignore[arg-type]
                self._judge()
                if name:
                    path = PICTURES / f"{name}-{scheme}-{size['width']}.png"
                    self.page.screenshot(path=path, full_page=True)
        assert self.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
        self.page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        self.page.emulate_media(color_scheme="light")
        assert self.complaints == []

    def _judge(self) -> None:
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page)
        assert found.violations_count == 0, found.generate_report()


@pytest.fixture
def look(browser: Browser) -> Iterator[Look]:
    """A fresh page of a fresh browser context, French unless the test says otherwise."""
    # Still pictures: a colour caught between light and dark has neither's contrast.
    context = browser.new_context(locale="fr-FR", viewport=WIDE, reduced_motion="reduce")  # type: ignore[arg-type]
    look = Look(context.new_page())
    look.page.on("console", lambda said: look.complaints.append(said.text) if said.type == "error" else None)
    look.page.on("pageerror", lambda error: look.complaints.append(str(error)))
    yield look
    context.close()
