"""Everything that the kit says while it works, at the most talkative level, names no address, number, token or name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode

import pytest
import requests
from tests.installing import install_and_load

from contactable.sandbox import HubSpotSandbox
from contactable.signing import sign_hmac, sign_twilio

EMAIL, NUMBER, NAME = "camille.martin@example.com", "+33639980001", "Camille"
SECRETS = {"TWILIO_TOKEN": "a-token-of-twilio", "MAIL_SECRET": "a-secret-of-mailersend"}
SETTINGS = """
public_url = "https://crm.example.com/contactable"
[connectors.hubspot]
type = "hubspot"
token = "env:HUBSPOT_TOKEN"
base_url = "{url}"
[endpoints.twilio]
provider = "twilio"
secret = "env:TWILIO_TOKEN"
[endpoints.mail]
provider = "mailersend"
secret = "env:MAIL_SECRET"
"""
LIST = f"email,phone\n{EMAIL},{NUMBER}\nnobody at all,06 39 98 00 0x\n"
PERSON = {"email": EMAIL, "mobilephone": NUMBER, "firstname": NAME, "country": "FR", "audience": "consumer"}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    with HubSpotSandbox([PERSON]) as sandbox:
        yield sandbox


@pytest.fixture
def settings(tmp_path: Path, crm: HubSpotSandbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in {**SECRETS, "HUBSPOT_TOKEN": crm.token, "CONTACTABLE_LOG": "debug"}.items():
        monkeypatch.setenv(name, value)
    return install_and_load(tmp_path, SETTINGS.format(url=crm.url))


def command(settings: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "contactable", "--settings", str(settings), *words]


def run(settings: Path, *words: str, stdin: str = "") -> str:
    """What a command says to people; its data go to stdout, for whoever asked for them."""
    done = subprocess.run(
        command(settings, *words), input=stdin, capture_output=True, text=True, timeout=120, check=False
    )
    return done.stderr


class Server:
    """``serve`` as a process of its own, all that it says kept."""

    def __init__(self, settings: Path) -> None:
        self.said: list[str] = []
        arguments = command(settings, "serve", "--listen", "127.0.0.1:0")
        self._process = subprocess.Popen(
            arguments, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=os.environ.copy()
        )
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self.said.append(line)
            if found := re.search(r"answers at (http://\S+)", line):
                self.url = found[1]
                break
        self._reader = Thread(target=lambda: self.said.extend(self._process.stderr or ()), daemon=True)
        self._reader.start()

    def stop(self) -> str:
        self._process.terminate()
        self._process.wait(30)
        self._reader.join(10)
        return "".join(self.said)


def stop_reply(url: str, token: bytes, body: list[tuple[str, str]]) -> None:
    signature = sign_twilio(token, "https://crm.example.com/contactable/hooks/twilio", body)
    headers = {"X-Twilio-Signature": signature, "Content-Type": FORM}
    requests.post(f"{url}/hooks/twilio", data=urlencode(body), headers=headers, timeout=10)


def mail_event(url: str, secret: str, body: bytes) -> None:
    headers = {"Signature": sign_hmac("sha256", secret.encode(), body).hex(), "Content-Type": "application/json"}
    requests.post(f"{url}/hooks/mail", data=body, headers=headers, timeout=10)


def meet(url: str) -> None:
    """True, forged, cut, unreadable and misdirected requests, each with a person in it."""
    stop = [("MessageSid", "SM1"), ("From", NUMBER), ("To", "+33700000000"), ("Body", f"STOP, {NAME} {EMAIL}")]
    stop_reply(url, b"a-token-of-twilio", stop)
    stop_reply(url, b"another token", stop)
    stop_reply(url, b"a-token-of-twilio", [("From", NUMBER), ("Body", f"{EMAIL}\x00")])
    event = f'{{"type": "activity.unsubscribed", "data": {{"email": {{"recipient": {{"email": "{EMAIL}"}}}}}}}}'
    mail_event(url, SECRETS["MAIL_SECRET"], event.encode())
    mail_event(url, SECRETS["MAIL_SECRET"], event[:-9].encode())
    mail_event(url, SECRETS["MAIL_SECRET"], f'{{"type": "{EMAIL}", "data": "{NUMBER}"}}'.encode())
    mail_event(url, "another secret", event.encode())
    requests.post(f"{url}/hooks/{EMAIL}?to={NUMBER}", data=event, timeout=10)
    requests.get(f"{url}/u/{EMAIL}?phone={NUMBER}", timeout=10)
    requests.get(f"{url}/p/{NUMBER}", timeout=10)
    requests.post(f"{url}/api/v1/verdicts", json={"people": [{"email": EMAIL}]}, timeout=10)
    requests.post(f"{url}/reports/33700", data=f"{NUMBER};{NAME}", timeout=10)


def wait_for_the_opposition(crm: HubSpotSandbox) -> bool:
    (id,) = crm.portal.contacts.by_id
    end = time.monotonic() + 30
    while crm.contact(id).properties.get("contactable_email_reason") != "opposition" and time.monotonic() < end:
        time.sleep(0.1)
    return crm.contact(id).properties.get("contactable_email_reason") == "opposition"


def test_nothing_that_is_said_in_a_full_run_names_a_person_or_a_secret(
    crm: HubSpotSandbox, settings: Path, tmp_path: Path
) -> None:
    (tmp_path / "list.csv").write_text(LIST)
    server = Server(settings)
    meet(server.url)
    reached = wait_for_the_opposition(crm)
    said = server.stop()
    crm.stop()
    said += run(settings, "sync", "hubspot")
    said += run(settings, "doctor")
    said += run(settings, "import", "oppositions", "list.csv", "--yes")
    said += run(settings, "explain", "--email", "-", stdin=f"{EMAIL}\n")
    said += run(settings, "explain", "--email", "-", stdin=f"{EMAIL} and more\n")
    said += run(settings, "export", "person", "--phone", "-", stdin=f"{NUMBER}\n")
    said += run(settings, "scrub", "list.csv", "--channel", "email", "--column", "email")

    assert reached
    assert len(said.splitlines()) > 20
    for word in (EMAIL, EMAIL.split("@")[0], NAME, NUMBER, "639980001", "0639980", crm.token, *SECRETS.values()):
        assert word.lower() not in said.lower()
