"""One's own account: one-time codes are set up with a picture, count once a code came back, and may be ended."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyotp
import pytest
from flask import Flask
from tests.console.conftest import Desk, Look
from tests.console.test_private_access import client as client
from tests.console.test_private_access import log_in, send
from tests.console.test_private_way import House, settle
from werkzeug.test import Client

from contactable.console.private import passwords
from contactable.register import Tx, accounts

BASE = "https://crm.example.com"
PREFIX = "/contactable/console"


@pytest.fixture
def url(sqlite_url: str) -> str:
    """One database: a browser is answered alike on both."""
    return sqlite_url


@pytest.fixture
def house(install: Callable[..., Desk], answering: Callable[[Flask], str], look: Look) -> House:
    """An installation with an account of each role."""
    return settle(install, answering, look)


def shown(client: Client) -> dict[str, str]:
    """The secret on the page, and what the form sends back."""
    text = client.get(f"{PREFIX}/account", base_url=BASE).text
    found = {name: re.search(rf'name="{name}" value="(\w+)"', text) for name in ("enrolment",)}
    secret = re.search(r'class="secret">(\w+)<', text)
    assert secret
    assert found["enrolment"]
    return {"secret": secret[1], "enrolment": found["enrolment"][1]}


def other_code(secret: str) -> str:
    return next(
        code for code in ("000000", "111111", "222222", "333333") if not pyotp.TOTP(secret).verify(code, valid_window=1)
    )


def test_codes_count_only_once_one_has_come_back(client: Client, desk: Desk) -> None:
    log_in(client)
    page = shown(client)
    assert (
        send(client, "/account/enrol", enrolment=page["enrolment"], code=other_code(page["secret"])).status_code == 422
    )
    assert log_in(desk.app.test_client()).status_code == 303

    code = pyotp.TOTP(page["secret"]).now()
    assert send(client, "/account/enrol", enrolment=page["enrolment"], code=code).status_code == 303
    fresh = desk.app.test_client()
    assert log_in(fresh).status_code == 403
    assert log_in(fresh, code=code).status_code == 403  # it has counted


def test_a_second_picture_does_not_replace_the_first(client: Client, desk: Desk) -> None:
    log_in(client)
    page = shown(client)
    desk.kit.register.write(lambda tx: accounts.set_second_factor(tx, "viewer", passwords.new_secret()))
    answer = send(client, "/account/enrol", enrolment=page["enrolment"], code=pyotp.TOTP(page["secret"]).now())
    assert answer.status_code == 409


def test_what_one_account_was_shown_is_nothing_to_another(client: Client, desk: Desk) -> None:
    log_in(client)
    page = shown(client)
    other = desk.app.test_client()
    log_in(other, "operator")
    answer = send(other, "/account/enrol", enrolment=page["enrolment"], code=pyotp.TOTP(page["secret"]).now())
    assert answer.status_code == 403


@pytest.mark.parametrize("enrolment", ["", "00", "zz", "ff" * 40, "é"])
def test_a_forged_secret_is_refused(client: Client, enrolment: str) -> None:
    log_in(client)
    assert send(client, "/account/enrol", enrolment=enrolment, code="123456").status_code == 403


def test_ending_codes_takes_a_code(client: Client, desk: Desk) -> None:
    log_in(client)
    secret = passwords.new_secret()
    desk.kit.register.write(lambda tx: accounts.set_second_factor(tx, "viewer", secret))
    assert send(client, "/account/end", code=other_code(secret)).status_code == 422
    assert send(client, "/account/end", code=pyotp.TOTP(secret).now()).status_code == 303
    assert log_in(desk.app.test_client()).status_code == 303


def test_who_comes_by_the_company_is_asked_there(client: Client, desk: Desk) -> None:
    def arrive(tx: Tx) -> str:
        found = accounts.arrive(tx, "https://login.example.com", "u-1", "ada", accounts.Role.VIEWER)
        assert found
        return accounts.log_in(tx, found.id)

    token = desk.kit.register.write(arrive)
    client.set_cookie("contactable_login", token, path=f"{PREFIX}/", domain="crm.example.com")
    assert "company" in client.get(f"{PREFIX}/account", base_url=BASE).text
    assert send(client, "/account/enrol", enrolment="00", code="123456").status_code in (403, 409)


def test_the_picture_is_taken_up_in_a_browser(house: House) -> None:
    house.log_in("viewer")
    page = house.look.page
    page.click("header form a")
    house.look.check("account")
    assert page.evaluate("document.querySelector('img.code').naturalWidth") > 50
    page.fill("#code", pyotp.TOTP(page.inner_text(".secret")).now())
    page.click("main form button")
    assert "demande un code" in page.inner_text("main")
    house.look.check("account-with-codes")
