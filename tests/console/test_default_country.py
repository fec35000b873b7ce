"""The first steps ask, as ``init`` does, for the country of whoever tells none, and read answers as ``init`` does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.console.conftest import Look
from tests.console.test_first_steps import client as client
from tests.console.test_first_steps import connect, done, is_connected, page, reasons, wait
from tests.console.test_first_steps import kit as kit
from tests.console.test_first_steps import serving as serving
from tests.console.test_private_access import PASSWORD, send
from werkzeug.test import Client

from contactable import Contactable
from contactable.register import jobs
from contactable.sandbox import HubSpotSandbox
from contactable.settings import load

PEOPLE = [
    {"email": f"p{number}@example.com", "associatedcompanyid": "7", "recent_conversion_date": "2026-11-01"}
    for number in range(4)
]
for each in PEOPLE[:2]:
    each["country"] = "France"
PEOPLE[2]["pays_de_facturation"] = "Belgique"
TOLD = "legitimate_interest_professional"
ANSWERS = {
    "audience": '{ property = "associatedcompanyid", filled = "professional" }',
    "trades": "tous",
    "sector": "rien",
    "declare": "tous",
    "evidence": "textes des formulaires",
}
DEFAULT = {
    "default-country": "France",
    "country-evidence": "contrats, marché français",
    "country-by": "Anne Exemple, DPO",
}


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    """Four professionals: what the CRM calls the country is told of two, another property tells it of a third."""
    with HubSpotSandbox(PEOPLE) as sandbox:
        yield sandbox


def answered(client: Client, **said: str) -> Any:
    return send(client, "/first-steps/answers", **{**ANSWERS, **said})


def test_who_tells_no_country_is_counted_in_the_question(client: Client, crm: HubSpotSandbox) -> None:
    connect(client, crm)
    assert 'value="&#34;pays_de_facturation&#34;"' in page(client)  # what is suggested counts until it is changed
    assert "Contacts dont rien ne dit le pays : 3 sur 4 ; leur pays par défaut (FR ; vide : aucun)" in page(client)
    again = answered(client, country="", **{**DEFAULT, "country-evidence": ""})
    assert "Contacts dont rien ne dit le pays : 2 sur 4" in again.text
    assert "Contacts that tell no country: 3 of 4; their default country (FR; empty: none)" in page(
        client, "/first-steps?lang=en"
    )


def test_a_default_country_is_a_signed_declaration_and_opens(
    client: Client, kit: Contactable, crm: HubSpotSandbox, tmp_path: Path
) -> None:
    connect(client, crm)
    assert answered(client, **DEFAULT).status_code == 303
    looked = done(kit, send(client, "/first-steps/look"))
    kit.begin_anew = lambda: None
    job = done(kit, send(client, "/first-steps/go", looked=looked.id))

    assert job.state == jobs.DONE, job.note
    assert reasons(crm, "email") == [TOLD] * 4
    settings = load(tmp_path / "contactable.toml")
    default, told = settings.declare
    assert (default["name"], default["all"], default["facts"]) == ("default-country", True, {"country": "FR"})
    assert (default["evidence"], default["by"]) == (DEFAULT["country-evidence"], DEFAULT["country-by"])
    assert (told["name"], told["all"], told["by"]) == ("told-at-collection", True, "administrator")
    assert settings.offers["main"]["trades"] == "all"


def test_an_empty_default_declares_nothing(
    client: Client, kit: Contactable, crm: HubSpotSandbox, tmp_path: Path
) -> None:
    connect(client, crm)
    assert answered(client, **{"default-country": ""}).status_code == 303
    looked = done(kit, send(client, "/first-steps/look"))
    kit.begin_anew = lambda: None
    assert done(kit, send(client, "/first-steps/go", looked=looked.id)).state == jobs.DONE
    assert sorted(reasons(crm, "email")) == [TOLD, TOLD, "place_unknown", "place_unknown"]
    assert [each["name"] for each in load(tmp_path / "contactable.toml").declare] == ["told-at-collection"]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"default-country": "Atlantide"}, "Ce pays n&#39;est pas connu"),
        ({"country-evidence": ""}, "la preuve du pays par défaut"),
    ],
)
def test_a_country_that_is_none_or_has_no_evidence_is_refused(
    client: Client, crm: HubSpotSandbox, changed: dict[str, str], why: str
) -> None:
    connect(client, crm)
    answer = answered(client, **{**DEFAULT, **changed})
    assert answer.status_code == 422
    assert why in answer.text
    assert "DPO" in answer.text


def test_who_was_not_asked_is_asked_once_the_answers_leave_contacts_without_a_country(
    client: Client, crm: HubSpotSandbox
) -> None:
    connect(client, crm)
    answer = answered(client, country="pays_de_facturation")
    assert answer.status_code == 422
    assert "rien ne dit le pays de certains contacts" in answer.text
    assert 'name="default-country"' in answer.text
    assert answered(client, country="pays_de_facturation", **{"default-country": ""}).status_code == 303


def test_nobody_is_asked_where_every_contact_tells_its_country(client: Client) -> None:
    with HubSpotSandbox(PEOPLE[:1]) as crm:
        connect(client, crm)
        assert "default-country" not in page(client)
        assert answered(client).status_code == 303


def test_somebody_without_a_terminal_names_a_default_country_in_a_browser(
    crm: HubSpotSandbox, serving: str, look: Look, tmp_path: Path
) -> None:
    page = look.page
    page.goto(f"{serving}/first-steps")
    page.fill("#name", "administrator")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.goto(f"{serving}/first-steps")
    page.fill("#token", crm.token)
    page.click("summary")
    page.fill("#base_url", crm.url)
    page.click("form[action$=key] button")
    page.wait_for_selector("#default-country", timeout=30_000)
    look.check("first-country")
    page.get_by_label("Contacts dont rien ne dit le pays : 3 sur 4").fill("France")
    for name, value in {**ANSWERS, **{key: DEFAULT[key] for key in ("country-evidence", "country-by")}}.items():
        page.fill(f"[id='{name}']", value)
    page.click("form[action$=answers] button")
    page.wait_for_selector("form[action$=look] button", timeout=30_000)
    page.click("form[action$=look] button")
    page.wait_for_selector("table", timeout=60_000)
    page.click("form[action$=go] button")

    wait(lambda: sorted(map(str, reasons(crm, "email"))) == [TOLD, TOLD, TOLD, "outside_scope"], "nobody is opened")
    declared = load(tmp_path / "contactable.toml").declare
    assert [(each["name"], each["by"]) for each in declared] == [
        ("default-country", "Anne Exemple, DPO"),
        ("told-at-collection", "administrator"),
    ]
    wait(lambda: is_connected(look, f"{serving}/first-steps"), "the server does not begin anew")
