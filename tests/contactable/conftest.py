from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contactable import Contactable
from contactable.commands.init import write_keys
from contactable.loading import load
from contactable.outward import connect as connect_senders
from contactable.register import upgrade
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.blocklists import BlocklistSandbox, serve
from contactable.settings import parse

Make = Callable[..., Contactable]

BASE = """
public_url = "https://crm.example.com/contactable"
language = "en"
"""
TWILIO = """
[endpoints.twilio]
provider = "twilio"
secret = "env:TWILIO_TOKEN"
[endpoints.reports]
provider = "report33700"
secret = "env:REPORTS_SECRET"
"""


@pytest.fixture
def make_kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Make kits on one register in a folder of the test's own; all are closed at the end."""
    monkeypatch.setenv("TWILIO_TOKEN", "a-token-of-twilio")
    monkeypatch.setenv("REPORTS_SECRET", "whsec_" + "c2VjcmV0IG9mIHRoZSByZXBvcnRzIGludGFrZQ==")
    made: list[Contactable] = []

    def make(text: str = TWILIO, **options: object) -> Contactable:
        write_keys(tmp_path / "contactable-keys")
        kit = Contactable(parse(BASE + text, tmp_path / "contactable.toml"), **options)  # type: ignore[arg-type]
        upgrade(kit.settings.register_url, kit.keyring)
        made.append(kit)
        return kit

    yield make
    for kit in made:
        kit.close()


HUBSPOT = """
[connectors.hubspot]
type = "hubspot"
token = "env:HUBSPOT_TOKEN"
base_url = "{url}"
index_lag = 0
"""


@pytest.fixture
def connect(make_kit: Make, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Make kits on a CRM of the sandbox, with further settings; the connector's own come first."""

    def connect(crm: HubSpotSandbox, more: str = "", **options: object) -> Contactable:
        monkeypatch.setenv("HUBSPOT_TOKEN", crm.token)
        return make_kit(HUBSPOT.format(url=crm.url) + more, **options)

    return connect


@pytest.fixture
def lists() -> Iterator[BlocklistSandbox]:
    """The blocklists of the other senders, on this machine."""
    with serve(BlocklistSandbox()) as served:
        yield served


@pytest.fixture
def connect_with_brevo(
    connect: Make, lists: BlocklistSandbox, monkeypatch: pytest.MonkeyPatch
) -> Callable[[HubSpotSandbox], Contactable]:
    """Make a kit on a CRM of the sandbox whose contacts are loaded; Brevo is told whom to block."""

    def connect_both(crm: HubSpotSandbox) -> Contactable:
        monkeypatch.setenv("KEY", "a-key-of-nobody-0123456789abcdef")
        made = connect(crm, lists.settings("env:KEY", "brevo"))
        connect_senders(made)
        load(made, "hubspot")
        return made

    return connect_both
