"""Who comes into the console: logins, roles, forged forms, foreign hosts, and what a stolen register gives."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pyotp
import pytest
from tests.console.conftest import Desk
from werkzeug.test import Client, TestResponse

from contactable.console.private import entering, passwords
from contactable.console.private.entering import A_MINUTE
from contactable.console.rates import Rates
from contactable.register import accounts
from contactable.register.accounts import Role

PREFIX = "/contactable/console"
PASSWORD = "a long password for tests"


@pytest.fixture
def url(sqlite_url: str) -> str:
    """One database: a browser is answered alike on both."""
    return sqlite_url


@pytest.fixture
def client(desk: Desk) -> Client:
    """A browser without a login, before an installation with one account of each role."""
    kept = passwords.hashed(PASSWORD)
    desk.kit.register.write(lambda tx: [accounts.add(tx, role, role, kept) for role in Role])
    return desk.app.test_client()


def send(client: Client, path: str, base: str = "https://crm.example.com", **fields: str) -> TestResponse:
    """Send a form as the page at the same address would."""
    shown = client.get(f"{PREFIX}/login", base_url=base)
    if shown.status_code == 303:
        shown = client.get(f"{PREFIX}/contact", base_url=base)
    found = re.search(r'name="csrf" value="(\w+)"', shown.text)
    assert found
    return client.post(f"{PREFIX}{path}", data={"csrf": found[1], **fields}, base_url=base)


def log_in(client: Client, name: str = "viewer", password: str = PASSWORD, **more: str) -> TestResponse:
    return send(client, "/login", name=name, password=password, **more)


def test_without_a_login_every_page_leads_to_the_form(client: Client) -> None:
    for path in ("/", "/contact"):
        answer = client.get(f"{PREFIX}{path}", base_url="https://crm.example.com")
        assert (answer.status_code, answer.location) == (303, f"{PREFIX}/login")


@pytest.mark.parametrize(
    ("name", "password"), [("viewer", "wrong"), ("nobody", PASSWORD), ("", ""), ("viewer", "x" * 5000), ("\x00", "é")]
)
def test_a_wrong_name_and_a_wrong_password_are_answered_alike(client: Client, name: str, password: str) -> None:
    answer = log_in(client, name, password)
    assert answer.status_code == 403
    assert "Name, password or code do not fit." in answer.text


@pytest.fixture
def standing_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, the attempts fall into one minute."""
    monkeypatch.setattr(entering, "Rates", partial(Rates, clock=lambda: 0.0))


@pytest.mark.usefixtures("standing_still")
def test_a_name_has_ten_attempts_a_minute_and_then_the_right_password_waits_too(client: Client) -> None:
    assert [log_in(client, password="wrong").status_code for _ in range(A_MINUTE)] == [403] * A_MINUTE
    assert log_in(client).status_code == 429
    assert log_in(client, "operator").status_code == 303


def test_the_cookie_goes_by_https_alone_and_no_script_reads_it(client: Client) -> None:
    cookie = next(each for each in log_in(client).headers.getlist("Set-Cookie") if "contactable_login" in each)
    for wanted in ("Secure", "HttpOnly", "SameSite=Lax", f"Path={PREFIX}/"):
        assert wanted in cookie


def test_after_logging_out_the_old_cookie_opens_nothing(client: Client) -> None:
    log_in(client)
    old = client.get_cookie("contactable_login", path=f"{PREFIX}/", domain="crm.example.com")
    assert old
    send(client, "/logout")
    client.set_cookie("contactable_login", old.value, path=f"{PREFIX}/", domain="crm.example.com")
    assert client.get(f"{PREFIX}/", base_url="https://crm.example.com").status_code == 303


def test_a_changed_password_ends_the_logins_under_the_old_one(client: Client, desk: Desk) -> None:
    log_in(client)
    other = passwords.hashed("another long password")
    desk.kit.register.write(lambda tx: accounts.set_password(tx, "viewer", other))
    assert client.get(f"{PREFIX}/", base_url="https://crm.example.com").status_code == 303


def test_a_login_runs_out_after_half_a_day(client: Client, desk: Desk) -> None:
    log_in(client)
    clock = desk.kit.clock
    desk.kit.register._clock = lambda: clock() + timedelta(hours=12, seconds=1)
    assert client.get(f"{PREFIX}/", base_url="https://crm.example.com").status_code == 303


@pytest.mark.parametrize("path", ["/contact/oppose", "/contact/export"])
def test_a_viewer_looks_and_changes_nothing(client: Client, path: str) -> None:
    log_in(client)
    assert send(client, path, who="a@example.com").status_code == 403


@pytest.mark.parametrize("path", ["/login", "/logout", "/contact", "/contact/oppose", "/contact/export", "/count"])
@pytest.mark.parametrize("csrf", ["", "0" * 64, "é"])
def test_a_form_without_its_own_secret_is_refused(client: Client, path: str, csrf: str) -> None:
    log_in(client, "administrator")
    answer = client.post(
        f"{PREFIX}{path}", data={"csrf": csrf, "who": "a@example.com"}, base_url="https://crm.example.com"
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "header", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}]
)
def test_a_form_of_another_site_is_refused_even_with_the_secret(client: Client, header: dict[str, str]) -> None:
    shown = client.get(f"{PREFIX}/login", base_url="https://crm.example.com")
    csrf = re.findall(r'name="csrf" value="(\w+)"', shown.text)[0]
    said = {"csrf": csrf, "name": "viewer", "password": PASSWORD}
    answer = client.post(f"{PREFIX}/login", data=said, headers=header, base_url="https://crm.example.com")
    assert answer.status_code == 403


@pytest.mark.parametrize("query", ["?next=https://evil.example", "?next=//evil.example", "?lang=https://evil.example"])
def test_a_login_leads_nowhere_but_to_the_overview(client: Client, query: str) -> None:
    answer = send(client, f"/login{query}", name="viewer", password=PASSWORD)
    assert answer.location == f"{PREFIX}/"


def test_a_foreign_host_header_is_in_no_link_and_no_cookie(client: Client) -> None:
    answer = send(client, "/login", base="https://evil.example", name="viewer", password=PASSWORD)
    assert "evil.example" not in str(answer.headers) + answer.text


def test_one_time_codes_are_asked_for_and_count_once(client: Client, desk: Desk) -> None:
    secret = passwords.new_secret()
    desk.kit.register.write(lambda tx: accounts.set_second_factor(tx, "viewer", secret))
    code = pyotp.TOTP(secret).now()

    assert log_in(client).status_code == 403
    assert log_in(client, code="000000" if code != "000000" else "111111").status_code == 403
    assert log_in(client, code=code).status_code == 303
    assert log_in(desk.app.test_client(), code=code).status_code == 403


@pytest.mark.parametrize(
    "fields",
    [
        {"who": "a@example.com", "offer": "none"},
        {"who": "a@example.com", "on": "tomorrow"},
        {"who": "a@example.com", "on": "9999-12-31"},
        {"who": "a@example.com", "shown": "0001-01-01"},
        {"who": "\x00"},
        {"who": "🙂" * 300},
        {"who": ""},
    ],
)
def test_a_question_that_cannot_be_read_is_refused_clearly(client: Client, fields: dict[str, str]) -> None:
    log_in(client, "operator")
    assert send(client, "/contact", **fields).status_code == 422


def test_an_annulment_without_a_reason_is_refused(client: Client) -> None:
    log_in(client, "administrator")
    assert send(client, "/review/annul", id="entry:1", reason=" ").status_code == 422


def test_a_form_that_is_too_large_is_refused(client: Client) -> None:
    log_in(client, "operator")
    assert send(client, "/contact", who="x" * 2_000_000).status_code == 413


def test_the_pages_of_the_console_keep_to_themselves(client: Client) -> None:
    log_in(client)
    headers = client.get(f"{PREFIX}/", base_url="https://crm.example.com").headers
    assert headers["Cache-Control"] == "no-store"
    assert "script" not in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_a_register_holds_no_token_that_logs_in(client: Client, desk: Desk, install: Callable[..., Desk]) -> None:
    log_in(client)
    cookie = client.get_cookie("contactable_login", path=f"{PREFIX}/", domain="crm.example.com")
    with desk.kit.register.read() as tx:
        rows = tx.connection.exec_driver_sql("SELECT * FROM logins").all()
    assert cookie
    assert cookie.value.encode() not in repr(rows).encode()
