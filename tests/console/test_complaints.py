"""The page of complaints: search by name live in the CRM, nothing of it kept, and the sheet as a button."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from tests.console.conftest import Desk, Look
from tests.console.test_private_access import PASSWORD, log_in, send
from tests.console.test_private_way import EMAIL, House, settle
from werkzeug.test import Client

from contactable.console.private import passwords
from contactable.identifiers import IdentifierKind
from contactable.register import accesses, accounts, subjects
from contactable.register.mirror import SeenContact, remember
from contactable.sandbox import HubSpotSandbox

HUBSPOT = """
[connectors.hubspot]
type = "hubspot"
token = "env:HUBSPOT_TOKEN"
base_url = "{url}"
[connectors.mailing]
type = "brevo"
token = "env:BREVO_TOKEN"
"""
PEOPLE = [
    {"firstname": "Odile", "lastname": "Tessier", "email": "odile.tessier@example.com", "company": "Tessier et fils"},
    {"firstname": "Odile", "lastname": "Martin", "email": "odile.martin@example.com"},
    {"firstname": "<b>Guy</b>", "lastname": "Noël", "email": "guy@example.com"},
]
BASE, PREFIX = "https://crm.example.com", "/contactable/console"


@pytest.fixture
def url(sqlite_url: str) -> str:
    """One database: what people see is the same on both."""
    return sqlite_url


@pytest.fixture
def crm(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubSpotSandbox]:
    """A HubSpot with three contacts."""
    with HubSpotSandbox(PEOPLE) as sandbox:
        monkeypatch.setenv("HUBSPOT_TOKEN", sandbox.token)
        monkeypatch.setenv("BREVO_TOKEN", "a token")
        yield sandbox


@pytest.fixture
def desk(install: Callable[..., Desk], crm: HubSpotSandbox) -> Desk:
    """An installation on it, with an account of each role."""
    desk, kept = install(HUBSPOT.format(url=crm.url)), passwords.hashed(PASSWORD)
    desk.kit.register.write(lambda tx: [accounts.add(tx, role, role, kept) for role in accounts.Role])
    return desk


@pytest.fixture
def client(desk: Desk) -> Client:
    """An operator."""
    client = desk.app.test_client()
    log_in(client, "operator")
    return client


def test_a_name_finds_everybody_of_that_name_with_what_tells_them_apart(client: Client) -> None:
    text = send(client, "/complaint", crm="hubspot", name="odile").text
    for wanted in ("Odile Tessier", "odile.tessier@example.com, Tessier et fils", "Odile Martin"):
        assert wanted in text
    assert "Guy" not in text


def test_nothing_of_a_search_is_kept_but_that_somebody_looked(
    client: Client, desk: Desk, crm: HubSpotSandbox, tmp_path: Path
) -> None:
    id = next(iter(crm.portal.contacts.by_id))
    known = [(IdentifierKind.RECORD, f"hubspot:{id}")]
    desk.kit.register.write(lambda tx: remember(tx, "hubspot", [SeenContact(str(id), known, {}, b"1")]))
    send(client, "/complaint", crm="hubspot", name="Tessier")

    with desk.kit.register.read() as tx:
        subject = subjects.find_subject(tx, *known[0])
        (look,) = accesses.of_person(tx, [subject or ""])
    assert (look.what, look.who) == ("console_name", "operator")
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("**/*") if path.is_file())
    assert b"Tessier" not in kept
    assert b"tessier" not in kept


def test_a_name_is_shown_as_text(client: Client) -> None:
    assert "&lt;b&gt;Guy&lt;/b&gt;" in send(client, "/complaint", crm="hubspot", name="Noël").text


@pytest.mark.parametrize(
    "fields", [{"crm": "mailing", "name": "Odile"}, {"crm": "none", "name": "Odile"}, {"crm": "hubspot", "name": "O"}]
)
def test_a_search_that_cannot_be_is_refused_clearly(client: Client, fields: dict[str, str]) -> None:
    assert send(client, "/complaint", **fields).status_code == 422


@pytest.mark.parametrize("name", ["x" * 101, "a\x00b", "\n\n", "", "🙂🙂"])
def test_a_name_that_is_none_is_no_fault_of_ours(client: Client, name: str) -> None:
    assert send(client, "/complaint", crm="hubspot", name=name).status_code in (200, 422)


def test_a_crm_that_finds_nobody_by_name_is_named(client: Client) -> None:
    text = client.get(f"{PREFIX}/complaint", base_url=BASE).text
    assert "cannot be searched by name from here: mailing" in text
    assert "<option>mailing" not in text


def test_a_token_that_is_refused_is_said_so(
    install: Callable[..., Desk], crm: HubSpotSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBSPOT_TOKEN", "another")
    desk, kept = install(HUBSPOT.format(url=crm.url)), passwords.hashed(PASSWORD)
    desk.kit.register.write(lambda tx: accounts.add(tx, "operator", "operator", kept))
    client = desk.app.test_client()
    log_in(client, "operator")
    assert send(client, "/complaint", crm="hubspot", name="Odile").status_code == 503


def test_a_viewer_searches_nobody(desk: Desk) -> None:
    client = desk.app.test_client()
    log_in(client, "viewer")
    assert send(client, "/complaint", crm="hubspot", name="Odile").status_code == 403


def test_the_answer_is_due_a_month_after_the_complaint_came(client: Client) -> None:
    answer = send(client, "/contact/export", what="complaint", who="hubspot:1", offer="main", received="2026-11-03")
    assert "03/12/2026" in answer.text
    assert send(client, "/contact/export", what="complaint", who="hubspot:1", received="x").status_code == 422


def test_the_whole_way_of_a_complaint_in_a_browser(
    install: Callable[..., Desk], answering: Callable[[Flask], str], look: Look, tmp_path: Path
) -> None:
    (tmp_path / "contacts.csv").write_text(f"id,prenom,nom,mail\n1,Camille,Durand,{EMAIL}\n", encoding="utf-8")
    house: House = settle(install, answering, look)
    house.log_in("operator")
    page = house.look.page
    page.click("nav a[href$=complaint]")
    page.fill("#name", "durand")
    page.click("form.search button")
    assert "Camille Durand" in page.inner_text("article")
    house.look.check("complaint")
    with page.expect_download() as download:
        page.click("article button:not(.secondary)")
    assert "réclamation" in download.value.path().read_text(encoding="utf-8")
    page.click("article button.secondary")
    page.select_option("#way", "told_by_letter")
    page.click("form[action$=oppose] button")
    assert "S'est opposé" in page.inner_text(".verdicts")
