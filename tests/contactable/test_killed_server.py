"""``serve`` is killed between its answer to a sender and the write to the CRM; started again, it writes."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests
from tests.installing import install_and_load, serving

from contactable.sandbox import HubSpotSandbox
from contactable.signing import sign_twilio

SETTINGS = """
public_url = "https://crm.example.com/contactable"
[connectors.hubspot]
type = "hubspot"
token = "env:HUBSPOT_TOKEN"
base_url = "{url}"
[endpoints.twilio]
provider = "twilio"
secret = "env:TWILIO_TOKEN"
"""
STOP = [("MessageSid", "SM1"), ("From", "+33639980001"), ("To", "+33700000000"), ("Body", "STOP")]
PERSON = {"email": "camille@example.com", "mobilephone": "+33639980001", "country": "FR", "audience": "consumer"}


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    with HubSpotSandbox([PERSON]) as sandbox:
        yield sandbox


@pytest.fixture
def settings(tmp_path: Path, crm: HubSpotSandbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HUBSPOT_TOKEN", crm.token)
    monkeypatch.setenv("TWILIO_TOKEN", "a-token-of-twilio")
    return install_and_load(tmp_path, SETTINGS.format(url=crm.url))


def send_stop(url: str) -> requests.Response:
    public = "https://crm.example.com/contactable/hooks/twilio"
    headers = {
        "X-Twilio-Signature": sign_twilio(b"a-token-of-twilio", public, STOP),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return requests.post(f"{url}/hooks/twilio", data=urlencode(STOP), headers=headers, timeout=10)


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def test_what_was_answered_before_a_kill_is_written_after_the_restart(crm: HubSpotSandbox, settings: Path) -> None:
    (id,) = crm.portal.contacts.by_id
    crm.latency = 30.0

    with serving(settings) as (process, url):
        answer = send_stop(url)
        process.send_signal(signal.SIGKILL)
        process.wait()
    before = crm.contact(id).properties.get("contactable_sms_reason")
    crm.latency = 0.0
    with serving(settings):
        written = wait_for(lambda: crm.contact(id).properties.get("contactable_sms_reason") == "opposition")

    assert answer.status_code == 200
    assert before != "opposition"
    assert written


def test_a_second_server_is_refused_and_says_why(settings: Path) -> None:
    command = [sys.executable, "-m", "contactable", "--settings", str(settings), "serve", "--listen", "127.0.0.1:0"]

    with serving(settings):
        second = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    assert second.returncode == 1
    assert "Un autre processus tient ce registre" in second.stderr


def test_a_server_ends_cleanly_when_told_to(settings: Path) -> None:
    with serving(settings) as (process, _):
        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=20) == 0


def test_a_server_that_begins_anew_answers_again_in_the_same_process(settings: Path) -> None:
    with serving(settings) as (process, _):
        process.send_signal(signal.SIGUSR1)

        assert process.stderr is not None
        assert next(line for line in process.stderr if "answers at" in line)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@pytest.mark.parametrize("order", [(signal.SIGUSR1, signal.SIGTERM), (signal.SIGTERM, signal.SIGUSR1)])
def test_a_server_that_is_told_to_stop_while_it_begins_anew_stops(
    settings: Path, order: Sequence[signal.Signals]
) -> None:
    with serving(settings) as (process, _):
        for each in order:
            process.send_signal(each)

        process.wait(30)


def test_a_server_whose_crm_is_down_ends_when_told_to(crm: HubSpotSandbox, settings: Path) -> None:
    crm.stop()

    with serving(settings) as (process, _):
        time.sleep(1)
        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=30) == 0
