"""What the demonstration stands on: a HubSpot of invented contacts, a blocklist, a kit of its own, a web server."""

from __future__ import annotations

import base64
import os
import secrets
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from waitress import wasyncore
from waitress.server import create_server

from contactable.clock import utc_now
from contactable.commands.init import write_keys
from contactable.kit import Contactable
from contactable.register import upgrade
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.blocklists import BlocklistSandbox, serve
from contactable.sandbox.phone import Phone, ringing
from contactable.serving import make_app
from contactable.settings import load

CONTACTS = 500
PATH = "/contactable"
SETTINGS = """# Settings of the demonstration.
public_url = "{public_url}"
language = "fr"

[pages]
company = "Exemple SA"
contact = "Exemple SA, 1 rue de l'Exemple, 69001 Lyon, dpo@example.com"
wordings = {{ sms = "page-sms-1" }}

[sms]
url = "{phone}"
secret = "file:phone.secret"

[[wording]]
kind = "consent_to_messages"
version = "page-sms-1"
language = "fr"
box = "unticked"
text = '''J'accepte qu'Exemple SA m'envoie par SMS ses offres de vélos. C'est facultatif. Retrait à tout moment
en répondant STOP. Vos données : www.example.com/donnees.'''
[wording.says]
who = "Exemple SA"
channel = "par SMS"
goods = "ses offres de vélos"
choice = "C'est facultatif"
withdrawal = "Retrait à tout moment"
notice = "www.example.com/donnees"

[connectors.hubspot]
type = "hubspot"
token = "file:hubspot.token"
base_url = "{crm}"
record_url = "{crm}/sandbox/person/{{id}}"

[endpoints.hubspot]
provider = "hubspot"
connector = "hubspot"
secret = "file:hubspot.secret"

[endpoints.twilio]
provider = "twilio"
secret = "file:twilio.token"

[endpoints.reports]
provider = "report33700"
secret = "file:reports.secret"

[endpoints.brevo]
provider = "brevo"
path_secret = "file:brevo.secret"
api_url = "{lists}/brevo"
api = {{ key = "file:brevo.secret" }}
"""


@dataclass(slots=True)
class StageClock:
    """The time of day, or later: the demonstration does not wait for minutes to pass."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        """What it shows, aware."""
        return utc_now() + self.ahead


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs. ``url`` is where senders reach the kit."""

    folder: Path
    crm: HubSpotSandbox
    kit: Contactable
    url: str
    lists: BlocklistSandbox
    phone: Phone
    clock: StageClock

    def secret(self, name: str) -> bytes:
        """A secret that the kit shares with one of the senders."""
        return (self.folder / name).read_bytes()

    def hook(self, name: str) -> str:
        """Where a sender that signs nothing reaches the kit."""
        return f"{self.url}/hooks/{name}/{self.secret(f'{name}.secret').decode()}"


@contextmanager
def stage(port: int) -> Iterator[Stage]:
    """Build it all in a folder of its own; taken down at the end."""
    with (
        tempfile.TemporaryDirectory(prefix="contactable-demo-") as name,
        HubSpotSandbox(CONTACTS) as crm,
        serve(BlocklistSandbox()) as lists,
        ringing(_standard_secret().encode()) as phone,
    ):
        folder, clock = Path(name), StageClock()
        url = f"http://127.0.0.1:{port}{PATH}"
        _write_secrets(folder, crm, phone)
        text = SETTINGS.format(public_url=url, crm=crm.url, lists=lists.url, phone=phone.url)
        (folder / "contactable.toml").write_text(text, encoding="utf-8")
        kit = Contactable(load(folder / "contactable.toml"), clock=clock)
        upgrade(kit.settings.register_url, kit.keyring)
        try:
            yield Stage(folder, crm, kit, url, lists, phone, clock)
        finally:
            kit.close()


@contextmanager
def answering(kit: Contactable, port: int) -> Iterator[None]:
    """Answer senders in a thread, while the block runs."""
    sockets: dict[int, Any] = {}
    server = create_server(make_app(kit), map=sockets, host="127.0.0.1", port=port, threads=8)
    ended = threading.Event()
    thread = threading.Thread(target=_loop, args=(sockets, ended), name="web", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.task_dispatcher.shutdown()  # what was asked is answered first
        ended.set()
        thread.join()


def _loop(sockets: dict[int, Any], ended: threading.Event) -> None:
    """Read and write the sockets, and close them at the end: closed by another thread, they break this one's select."""
    while not ended.is_set():
        wasyncore.loop(timeout=0.1, map=sockets, count=1)
    wasyncore.close_all(sockets)


def _standard_secret() -> str:
    """A secret as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _write_secrets(folder: Path, crm: HubSpotSandbox, phone: Phone) -> None:
    write_keys(folder / "contactable-keys")
    shared = {
        "hubspot.token": crm.token,
        "hubspot.secret": crm.client_secret,
        "twilio.token": secrets.token_hex(16),
        "brevo.secret": secrets.token_hex(16),
        "reports.secret": _standard_secret(),
        "phone.secret": phone.secret.decode(),
    }
    for name, value in shared.items():
        with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(value)
