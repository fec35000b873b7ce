"""First steps in the console: key, questions, dry run, go, on a CRM over HTTP, up to properties that are written."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.console.conftest import Look
from tests.console.test_private_access import PASSWORD, log_in, send
from werkzeug.test import Client, TestResponse

from contactable import Contactable
from contactable.cli import group
from contactable.console.private import passwords
from contactable.register import accounts, jobs
from contactable.sandbox import HubSpotSandbox
from contactable.serving import make_app
from contactable.settings import load

PEOPLE = [
    {
        "email": f"p{number}@example.com",
        "phone": f"+3363998000{number}",
        "associatedcompanyid": "7",
        "recent_conversion_date": "2026-11-01",
        "stop_sms": "Oui" if number == 2 else "",
    }
    for number in range(4)
]
BASE, PREFIX = "https://crm.example.com", "/contactable/console"
ANSWERS = {
    "decided:list:Ne plus contacter": "take",
    "decided:property:stop_sms": "take",
    "audience": '{ property = "associatedcompanyid", filled = "professional" }',
    "trades": "all",
    "declare": "all",
    "evidence": "texts of the forms",
    "by": "Anne Exemple",
}


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    """Four professionals, of whom one stands in a list of refusals and one refuses SMS."""
    with HubSpotSandbox(PEOPLE) as sandbox:
        refused = sandbox.portal.lists.add("Ne plus contacter", "MANUAL", sandbox.portal.now)
        sandbox.portal.lists.put_in(refused, [next(iter(sandbox.portal.contacts.by_id))], sandbox.portal.now)
        yield sandbox


def settle(folder: Path, public_url: str = f"{BASE}/contactable") -> None:
    """An installation without a CRM, and an account of each role."""
    settings = ["--settings", str(folder / "contactable.toml")]
    for words in (["init", "--no-crm", "--public-url", public_url], ["register", "upgrade"]):
        result = CliRunner().invoke(group, [*settings, *words], catch_exceptions=False)
        assert result.exit_code == 0, result.output
    kept = passwords.hashed(PASSWORD)
    kit = Contactable.from_settings(folder / "contactable.toml")
    kit.register.write(lambda tx: [accounts.add(tx, role, role, kept) for role in accounts.Role])
    kit.close()


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[Contactable]:
    """The installation, with its service."""
    settle(tmp_path)
    kit = Contactable.from_settings(tmp_path / "contactable.toml")
    yield kit
    kit.close()


@pytest.fixture
def client(kit: Contactable) -> Client:
    """An administrator."""
    client = make_app(kit).test_client()
    log_in(client, "administrator")
    return client


def connect(client: Client, crm: HubSpotSandbox, token: str = "") -> TestResponse:
    return send(client, "/first-steps/key", crm="hubspot", token=token or crm.token, base_url=crm.url)


def done(kit: Contactable, answer: TestResponse) -> jobs.Job:
    """The job that an answer leads to, once it is over."""
    id = str(answer.location).partition("id=")[2]
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        with kit.register.read() as tx:
            job = jobs.find(tx, id)
        if job and job.state in (jobs.DONE, jobs.FAILED):
            return job
        time.sleep(0.05)
    raise AssertionError("the job does not end")


def page(client: Client, path: str = "/first-steps") -> str:
    return client.get(f"{PREFIX}{path}", base_url=BASE).text


def reasons(crm: HubSpotSandbox, channel: str) -> list[Any]:
    return [crm.contact(id).properties.get(f"contactable_{channel}_reason") for id in crm.portal.contacts.by_id]


def test_from_a_key_to_properties_that_are_written(
    client: Client, kit: Contactable, crm: HubSpotSandbox, tmp_path: Path
) -> None:
    before = (tmp_path / "contactable.toml").read_text("utf-8")
    assert "0 contacts" in page(client, "/")
    assert connect(client, crm).status_code == 303
    assert "list:Ne plus contacter" in page(client)
    assert send(client, "/first-steps/answers", **ANSWERS).status_code == 303
    looked = done(kit, send(client, "/first-steps/look"))
    assert looked.state == jobs.DONE, looked.note
    assert "S&#39;est opposé" in page(client, f"/job?id={looked.id}")
    assert reasons(crm, "phone") == [None] * 4
    assert (tmp_path / "contactable.toml").read_text("utf-8") == before

    begun: list[str] = []
    kit.begin_anew = lambda: begun.append("anew")
    job = done(kit, send(client, "/first-steps/go", looked=looked.id))

    assert job.state == jobs.DONE, job.note
    assert "4 contacts" in page(client, "/")  # counted again, and not a quarter of an hour later
    told = "legitimate_interest_professional"
    assert sorted(map(str, reasons(crm, "phone"))) == [told, told, told, "opposition"]
    assert reasons(crm, "sms").count("opposition") == 2
    assert begun == ["anew"]
    after = load(tmp_path / "contactable.toml")
    assert after.connectors["hubspot"].options["token"] == "file:contactable-keys/hubspot.token"
    assert after.declare[0]["by"] == "Anne Exemple"


def test_a_key_lies_in_a_file_of_its_owner_and_nowhere_else(
    client: Client, crm: HubSpotSandbox, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    connect(client, crm)
    path = tmp_path / "contactable-keys" / "hubspot.token"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert crm.token not in page(client)
    others = [each for each in tmp_path.glob("**/*") if each.is_file() and each != path]
    assert all(crm.token.encode() not in each.read_bytes() for each in others)
    assert crm.token not in "".join(capfd.readouterr())


def test_a_key_that_the_crm_refuses_is_said_so_and_not_kept(
    client: Client, crm: HubSpotSandbox, tmp_path: Path
) -> None:
    answer = connect(client, crm, "another token")
    assert answer.status_code == 422
    assert "another token" not in answer.text
    assert not (tmp_path / "contactable-keys" / "hubspot.token").exists()


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "nonsense", "http://[", "javascript:alert(1)", "http://é"])
def test_a_crm_that_does_not_answer_is_said_so_and_its_key_is_not_kept(
    client: Client, address: str, tmp_path: Path
) -> None:
    answer = send(client, "/first-steps/key", crm="hubspot", token="a token", base_url=address)
    assert answer.status_code == 422
    assert not (tmp_path / "contactable-keys" / "hubspot.token").exists()


@pytest.mark.parametrize("fields", [{"crm": "none"}, {"crm": "csv", "id": "name"}, {"crm": "hubspot"}, {}])
def test_a_crm_that_cannot_be_connected_by_a_key_is_refused(client: Client, fields: dict[str, str]) -> None:
    assert send(client, "/first-steps/key", **fields).status_code == 422


@pytest.mark.parametrize(
    "changed",
    [
        {"decided:list:Ne plus contacter": ""},
        {"decided:property:stop_sms": "perhaps"},
        {"evidence": ""},
        {"audience": "{ property = 3 }"},
        {"sector": "none of these"},
        {"declare": "form\n[connectors]"},
    ],
)
def test_answers_that_leave_a_refusal_or_say_nothing_are_refused(
    client: Client, kit: Contactable, crm: HubSpotSandbox, changed: dict[str, str], tmp_path: Path
) -> None:
    connect(client, crm)
    said = {name: value for name, value in {**ANSWERS, **changed}.items() if value}
    answer = send(client, "/first-steps/answers", **said)
    if answer.status_code == 303:  # an odd name of a form is only a name
        done(kit, send(client, "/first-steps/look"))
        load(tmp_path / "contactable.toml")
        return
    assert answer.status_code == 422
    assert 'value="texts of the forms"' in answer.text or "evidence" in changed


def test_nothing_is_written_before_somebody_looked(client: Client, crm: HubSpotSandbox) -> None:
    assert send(client, "/first-steps/go", looked="").status_code == 409
    connect(client, crm)
    send(client, "/first-steps/answers", **ANSWERS)
    assert send(client, "/first-steps/go", looked="").status_code == 409
    assert send(client, "/first-steps/go", looked="0" * 32).status_code == 409


def test_whoever_begins_again_is_asked_for_the_key(client: Client, crm: HubSpotSandbox) -> None:
    connect(client, crm)
    send(client, "/first-steps/again")
    assert 'type="password"' in page(client)
    assert connect(client, crm).status_code == 303


@pytest.mark.parametrize("role", ["viewer", "operator"])
@pytest.mark.parametrize("path", ["key", "answers", "again", "look", "go"])
def test_only_an_administrator_takes_first_steps(kit: Contactable, role: str, path: str) -> None:
    client = make_app(kit).test_client()
    log_in(client, role)
    assert send(client, f"/first-steps/{path}").status_code == 403


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[str]:
    """A real ``contactable serve``; the address of its console."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}/contactable"
    settle(tmp_path, url)
    words = ["--settings", str(tmp_path / "contactable.toml"), "serve", "--listen", f"127.0.0.1:{port}"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "contactable", *words], stdout=log, stderr=log)
    try:
        wait(lambda: answers_at(port), "nobody answers")
        yield f"{url}/console"
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.wait(60)


def answers_at(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def wait(holds: Callable[[], bool], otherwise: str) -> None:
    ends = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < ends, otherwise
        time.sleep(0.1)


def test_somebody_without_a_terminal_walks_all_steps_in_a_browser(
    serving: str, crm: HubSpotSandbox, look: Look, tmp_path: Path
) -> None:
    page = look.page
    page.goto(f"{serving}/")
    page.fill("#name", "administrator")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.click("main a[role=button]")
    look.check("first-key")
    page.fill("#token", crm.token)
    page.click("summary")
    page.fill("#base_url", crm.url)
    page.click("form[action$=key] button")
    page.wait_for_selector("fieldset", timeout=30_000)
    look.check("first-questions")
    for fieldset in page.locator("fieldset").all():
        fieldset.locator("input[value=take]").check()
    page.fill("#audience", ANSWERS["audience"])
    page.fill("#trades", "all")
    page.fill("#declare", "all")
    page.fill("#evidence", "textes des formulaires")
    page.click("form[action$=answers] button")
    page.wait_for_selector("form[action$=look] button", timeout=30_000)
    look.check("first-look")
    page.click("form[action$=look] button")
    page.wait_for_selector("table", timeout=60_000)
    look.check("first-seen")
    page.click("form[action$=go] button")
    page.wait_for_selector("main a", timeout=60_000)

    wait(lambda: "opposition" in reasons(crm, "phone"), "nothing is written")
    assert "[connectors.hubspot]" in (tmp_path / "contactable.toml").read_text("utf-8")

    wait(lambda: is_connected(look, f"{serving}/first-steps"), "the server does not begin anew")


def is_connected(look: Look, address: str) -> bool:
    """Whether the page says so; nobody answers while the server begins anew."""
    from playwright.sync_api import Error

    try:
        return "Un CRM est connecté" in look.page.request.get(address, timeout=5_000).text()
    except Error:
        return False
