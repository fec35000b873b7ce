"""What an administrator does in the console: review, decide, suppose, clean a list, look whether all runs."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from tests.console.conftest import Desk, Look
from tests.console.test_private_access import PASSWORD, log_in
from tests.console.test_private_way import EMAIL, House, settle

from contactable.console.private import passwords
from contactable.identifiers import IdentifierKind
from contactable.register import NewEntry, Tx, accounts, jobs, ledger, subjects


@pytest.fixture
def url(sqlite_url: str) -> str:
    """One database: what people see is the same on both."""
    return sqlite_url


@pytest.fixture
def house(install: Callable[..., Desk], answering: Callable[[Flask], str], look: Look) -> House:
    """An installation with two contacts and an account of each role."""
    return settle(install, answering, look)


@pytest.mark.parametrize("path", ["review", "decisions", "operations", "what-if", "clean"])
def test_every_page_passes_axe_and_fits_a_small_screen(house: House, path: str) -> None:
    house.log_in("administrator")
    house.look.page.goto(f"{house.url}/{path}")
    house.look.check(path)


def doubtful(house: House) -> None:
    """A reply of the contact that may have meant STOP."""
    register = house.desk.kit.register
    subject = register.write(lambda tx: subjects.subject_for(tx, IdentifierKind.EMAIL, EMAIL))
    told = NewEntry(kind="opposition", subject_id=subject, on="email", reason="reply", confidence="probable")
    register.write(lambda tx: ledger.record(tx, [told]))


def test_an_administrator_annuls_a_doubtful_stop_with_a_reason(house: House) -> None:
    doubtful(house)
    house.log_in("administrator")
    house.look.page.goto(f"{house.url}/review")
    house.look.page.fill("main form [name=reason]", "it was thanks, not STOP")
    house.look.page.click("form[action$=annul] button")

    assert "Rien ne vous attend" in house.look.page.inner_text("main")
    with house.desk.kit.register.read() as tx:
        assert [each.kind for each in ledger.of_kind(tx, "annulment")] == ["annulment"]


def test_an_operator_confirms_and_is_offered_no_annulment(house: House) -> None:
    doubtful(house)
    house.log_in("operator")
    house.look.page.goto(f"{house.url}/review")

    assert house.look.page.locator("form[action$=annul]").count() == 0
    house.look.page.click("form[action$=confirm] button")
    assert "Rien ne vous attend" in house.look.page.inner_text("main")


def test_an_approved_decision_is_red_no_more_and_says_by_whom(house: House) -> None:
    house.log_in("administrator")
    house.look.page.goto(f"{house.url}/decisions")
    before = house.look.page.locator("article.changed").count()
    house.look.page.click("article.changed form button")

    assert house.look.page.locator("article.changed").count() == before - 1
    assert "Approuvée par administrator" in house.look.page.inner_text("main")


def test_a_decision_tells_its_effect_once_it_was_counted(house: House) -> None:
    house.log_in("operator")
    house.look.page.goto(f"{house.url}/decisions")
    house.look.page.click("form[action$=count] button")
    house.look.page.wait_for_selector("text=2 contacts", timeout=30_000)
    house.look.page.goto(f"{house.url}/decisions")

    assert "2 contacts lus" in house.look.page.inner_text("main")


def test_a_form_with_one_more_box_tells_how_many_would_open(house: House) -> None:
    house.log_in("viewer")
    house.look.page.goto(f"{house.url}/what-if")
    house.look.page.select_option("#set", "consent_email_on")
    house.look.page.fill("#to", (house.desk.kit.clock() - timedelta(days=2)).date().isoformat())
    house.look.page.click("main form button")
    house.look.page.wait_for_selector("table", timeout=20_000)

    assert "2 contacts" in house.look.page.inner_text("main")
    house.look.check("result")


def test_a_what_if_may_be_left_and_is_found_again(house: House) -> None:
    house.log_in("viewer")
    said = {"offer": "main", "set": "consent_email_on", "to": "2026-11-01", "on": "2027-02-03"}
    id = house.desk.kit.register.write(lambda tx: jobs.put(tx, "what if", said))
    house.look.page.goto(f"{house.url}/what-if")
    house.look.page.click(f"main a[href$='{id}']")
    house.look.page.wait_for_selector("table", timeout=30_000)

    assert "3 février 2027" in house.look.page.inner_text("main")


def running(tx: Tx) -> str:
    """A job that another process has begun."""
    id = jobs.put(tx, "what if", {"offer": "main", "on": "2027-02-03"})
    jobs.claim(tx, 3600)
    jobs.progress(tx, id, {"done": 20_000, "total": 80_000}, 3600)
    return id


def test_how_far_a_job_is_stands_in_numbers_and_as_a_bar(house: House) -> None:
    house.log_in("viewer")
    id = house.desk.kit.register.write(running)
    house.look.page.goto(f"{house.url}/job?id={id}")

    assert "20 000 contacts sur 80 000" in " ".join(house.look.page.inner_text("main").split())
    assert house.look.page.get_attribute("progress", "value") == "20000"


def test_a_list_comes_back_clean_with_its_receipt(house: House) -> None:
    house.log_in("operator")
    house.look.page.goto(f"{house.url}/clean")
    lines = f"mail\n{EMAIL}\nnobody@example.com\n".encode()
    house.look.page.set_input_files("#file", {"name": "list.csv", "mimeType": "text/csv", "buffer": lines})
    house.look.page.fill("#column", "mail")
    with house.look.page.expect_download() as download:
        house.look.page.click("main form button")

    packed = zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes()))
    assert sorted(packed.namelist()) == ["cleaned.csv", "receipt.json", "removed.csv"]
    assert "nobody@example.com" in packed.read("removed.csv").decode()


def test_a_column_that_is_not_there_is_said_with_those_that_are(house: House) -> None:
    house.log_in("operator")
    house.look.page.goto(f"{house.url}/clean")
    house.look.page.set_input_files("#file", {"name": "list.csv", "mimeType": "text/csv", "buffer": b"mail\na@b.fr\n"})
    house.look.page.fill("#column", "<b>")
    house.look.page.click("main form button")

    assert "mail" in house.look.page.inner_text("[role=alert]")


def test_operations_tell_who_was_refused_and_how_old_secrets_are(
    install: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = tmp_path / "hook.key"
    secret.write_bytes(b"a secret of the hooks")
    secret.chmod(0o600)
    os.utime(secret, (0, (datetime.now(UTC) - timedelta(days=40)).timestamp()))
    monkeypatch.setenv("TWILIO_TOKEN", "a-token")
    desk = install(
        '[endpoints.sms]\nprovider = "twilio"\nsecret = "env:TWILIO_TOKEN"\n'
        '[endpoints.voice]\nprovider = "twilio"\nsecret = "file:hook.key"\n'
    )
    kept = passwords.hashed(PASSWORD)
    desk.kit.register.write(lambda tx: accounts.add(tx, "viewer", "viewer", kept))
    client = desk.app.test_client()
    assert client.post("/contactable/hooks/sms", data={"From": "+33699980001"}).status_code in (401, 403)
    log_in(client)

    text = client.get("/contactable/console/operations", base_url="https://crm.example.com").text
    rows = {re.sub(r"<[^>]+>", " ", row) for row in text.split("<tr>")}
    assert any(row.split()[:1] == ["sms"] and row.split()[-1:] == ["1"] for row in rows)
    assert any("endpoints.voice.secret" in row and "(40 days)" in row for row in rows)
    assert any("endpoints.sms.secret" in row and "the environment does not tell" in row for row in rows)
    assert "a-token" not in text
