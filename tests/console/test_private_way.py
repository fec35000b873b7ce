"""The whole way of a marketer and of an operator through the console, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask
from tests.console.conftest import Desk, Look

from contactable.console.private import passwords
from contactable.identifiers import IdentifierKind
from contactable.register import accesses, accounts, subjects
from contactable.register.mirror import SeenContact, remember, written
from contactable.rules import Channel

CRM = """
[connectors.crm]
type = "csv"
path = "contacts.csv"
record_url = "https://crm.example.com/contacts/{id}"
"""
PASSWORD = "a long password for tests"
EMAIL = "camille.durand@example.com"


@dataclass
class House:
    """An installation with contacts and accounts, and a browser before it."""

    desk: Desk
    look: Look
    url: str

    def log_in(self, name: str) -> None:
        """Come in through the form."""
        self.look.page.goto(f"{self.url}/login")
        self.look.page.fill("#name", name)
        self.look.page.fill("#password", PASSWORD)
        self.look.page.click("main button")

    def find(self, who: str) -> None:
        """Look for a contact."""
        self.look.page.goto(f"{self.url}/contact")
        self.look.page.fill("#who", who)
        self.look.page.click("form.search button")


@pytest.fixture
def url(sqlite_url: str) -> str:
    """One database: what people see is the same on both."""
    return sqlite_url


def contact(id: str, audience: str, email: str = "") -> SeenContact:
    """A contact of the CRM as a sync saw it."""
    facts = {"audience": [audience, "property"], "country": ["FR", "property"], "email": ["personal", "property"]}
    known = [(IdentifierKind.RECORD, f"crm:{id}"), *([(IdentifierKind.EMAIL, email)] if email else [])]
    return SeenContact(id, known, facts, b"1", "C***")


@pytest.fixture
def house(install: Callable[..., Desk], answering: Callable[[Flask], str], look: Look) -> House:
    """An installation with two contacts and an account of each role."""
    return settle(install, answering, look)


def settle(install: Callable[..., Desk], answering: Callable[[Flask], str], look: Look) -> House:
    """Two contacts, one of them open by e-mail; a viewer, an operator and an administrator."""
    desk = install(CRM)
    kept = passwords.hashed(PASSWORD)
    desk.kit.register.write(lambda tx: [accounts.add(tx, role, role, kept) for role in accounts.Role])
    both = [contact("1", "consumer", EMAIL), contact("2", "professional")]
    desk.kit.register.write(lambda tx: remember(tx, "crm", both))
    values = {f"contactable_{each}_reason": "consent" if each == "email" else "consent_required" for each in Channel}
    shown = {"properties": {**values, "contactable_email": "allowed", "contactable_email_until": "2026-12-20"}}
    day = date(2026, 12, 20)
    desk.kit.register.write(lambda tx: written(tx, "crm", "1", shown, day, desk.kit.clock()))
    return House(desk, look, f"{answering(desk.app)}/contactable/console")


def test_a_marketer_sees_in_numbers_whom_to_approach_and_why_not_the_others(house: House) -> None:
    house.log_in("operator")
    house.look.page.click("form[action$=count] button")

    said = house.look.page.inner_text("main")
    assert "2 contacts" in said
    assert "A consenti" in said
    house.look.check("overview")


def test_an_operator_finds_why_a_contact_is_closed_and_records_an_opposition(house: House) -> None:
    house.log_in("operator")
    house.find(EMAIL)
    house.look.check("contact")
    house.look.page.select_option("#channel", "all")
    house.look.page.select_option("#way", "told_by_letter")
    house.look.page.click("form[action$=oppose] button")

    assert "S'est opposé" in house.look.page.inner_text(".verdicts")
    assert "par courrier" in house.look.page.inner_text(".line")
    assert EMAIL not in house.look.page.url
    house.look.check("opposed")


def test_every_look_at_a_person_is_kept_with_who_looked(house: House) -> None:
    house.log_in("viewer")
    house.find("1")

    with house.desk.kit.register.read() as tx:
        subject = subjects.find_subject(tx, IdentifierKind.RECORD, "crm:1")
        (look,) = accesses.of_person(tx, [subject or ""])
    assert (look.what, look.who) == ("console", "viewer")
    assert "viewer" in house.look.page.inner_text("main")


def test_a_record_of_the_crm_is_one_click_away(house: House) -> None:
    house.log_in("viewer")
    house.find("1")

    assert house.look.page.get_attribute("main section a", "href") == "https://crm.example.com/contacts/1"


def test_what_is_held_on_a_person_is_handed_out_as_a_file(house: House) -> None:
    house.log_in("operator")
    house.find(EMAIL)
    with house.look.page.expect_download() as download:
        house.look.page.click("button[value=complaint]")

    assert "réclamation" in download.value.path().read_text(encoding="utf-8")


def test_the_login_and_the_first_page_are_reached_by_keys_alone(house: House) -> None:
    page = house.look.page
    page.goto(f"{house.url}/")
    house.look.check("login")
    page.keyboard.type("viewer")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    page.wait_for_url(f"{house.url}/")
    assert page.inner_text("h1") == "Vue d'ensemble"


@pytest.mark.parametrize(
    "hostile", ["<script>document.title='x'</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "a@b\r\nX: y"]
)
def test_hostile_input_stays_text_and_runs_nothing(house: House, hostile: str) -> None:
    house.log_in("operator")
    house.find(hostile)

    assert house.look.page.title() == "Un contact"
    assert house.look.page.locator("main img, main script").count() == 0
    assert house.look.page.input_value("#who") == hostile.replace("\r\n", " ")
