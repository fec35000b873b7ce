"""The public pages in a real browser: seen, used by keyboard, and the whole way of an objector into the CRM."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from tests.console.conftest import Desk, Look, wait_for
from tests.console.test_own_page import GIVEN, MAIL, WORDING, links
from tests.console.test_preference_centre import LOU, know, reasons

from contactable.loading import load
from contactable.mail import send
from contactable.sandbox import HubSpotSandbox

LOOK = """
introduction = "Vélos SAS répare et vend des vélos à Lyon."
contact = "Vélos SAS, 1 rue de l'Exemple, 69001 Lyon, dpo@example.com"
colour = "#7a1f5c"
"""
Start = Callable[[Flask], str]


@pytest.fixture
def url(sqlite_url: str) -> str:
    """One database: what a browser sees does not depend on it."""
    return sqlite_url


@pytest.fixture
def desk(install: Callable[..., Desk], mailbox: tuple[Any, int]) -> Desk:
    made = install(WORDING + LOOK + MAIL.format(port=mailbox[1]))
    made.ask("consents", {**GIVEN, "wording": "form-1", "form": "offers", "proof": "box ticked on /offers"})
    return made


def local(desk: Desk, start: Start) -> str:
    """The address of the application, over plain HTTP: a browser keeps a secure cookie on loopback all the same."""
    return start(desk.app)


def test_the_preference_page_is_read_and_used_with_the_keyboard_alone(desk: Desk, answering: Start, look: Look) -> None:
    look.page.goto(local(desk, answering) + know(desk))
    assert look.page.locator("input:checked").count() == 0
    look.check("preference-page")

    look.page.locator("input[value=sms]").focus()
    look.page.keyboard.press("Space")
    look.page.keyboard.press("Enter")

    look.page.get_by_text("C'est enregistré").wait_for()
    assert reasons(desk) == {"sms"}
    look.check("preference-page-closed")


def test_everything_is_closed_and_undone_in_the_same_browser(desk: Desk, answering: Start, look: Look) -> None:
    page = local(desk, answering) + know(desk)
    look.page.goto(page)
    look.page.get_by_role("button", name="Ne plus me solliciter du tout").click()
    look.page.get_by_text("C'est enregistré").wait_for()
    assert len(reasons(desk)) == 5

    look.page.goto(page)  # comes back within the minutes
    look.page.get_by_role("button", name="Annuler").click()

    look.page.get_by_text("C'est annulé").wait_for()
    assert reasons(desk) == set()
    assert look.complaints == []


def test_the_page_without_a_token_closes_what_is_typed(desk: Desk, answering: Start, look: Look) -> None:
    look.page.goto(local(desk, answering) + "/contactable/stop")
    look.check("stop")
    look.page.get_by_label("Adresse e-mail ou numéro de téléphone").fill(LOU)
    look.page.keyboard.press("Enter")

    look.page.get_by_role("heading", name="C'est fait").wait_for()
    assert len(reasons(desk)) == 5
    look.check("stop-done")


def test_markup_that_is_typed_stays_text_in_the_browser(desk: Desk, answering: Start, look: Look) -> None:
    look.page.goto(local(desk, answering) + "/contactable/stop")
    look.page.get_by_label("Adresse e-mail").fill("\"><img src=x onerror=document.title='run'>")
    look.page.keyboard.press("Enter")

    look.page.get_by_role("alert").wait_for()
    assert look.page.title() == "Stop"
    assert not any("Content Security Policy" in each for each in look.complaints)


def test_consents_are_seen_downloaded_and_withdrawn_behind_a_mailed_link(
    desk: Desk, answering: Start, look: Look, mailbox: tuple[Any, int], tmp_path: Path
) -> None:
    know(desk)
    start = local(desk, answering)
    look.page.goto(start + "/contactable/mine")
    look.check("ask-for-a-link")
    look.page.get_by_label("Adresse e-mail").fill(LOU)
    look.page.keyboard.press("Enter")
    look.page.get_by_role("heading", name="Regardez vos messages").wait_for()
    look.page.goto(start + links(mailbox)[0])
    look.check("fresh-link")
    look.page.get_by_role("button", name="Ouvrir ma page").click()
    look.page.get_by_text("Oui, je veux recevoir vos offres.").wait_for()
    look.check("own-page")

    with look.page.expect_download() as download:
        look.page.get_by_role("button", name="Télécharger la preuve, à lire").click()
    download.value.save_as(tmp_path / "proof.html")
    look.page.get_by_role("button", name="Retirer cet accord").click()

    look.page.get_by_text("Votre accord est retiré").wait_for()
    assert "box ticked on /offers" in (tmp_path / "proof.html").read_text()
    assert reasons(desk) == {"email"}


CRM = """
[connectors.hubspot]
type = "hubspot"
token = "env:HUBSPOT_TOKEN"
base_url = "{url}"
index_lag = 0
"""
PERSON = {"email": LOU, "mobilephone": "+33639980001", "audience": "consumer", "country": "FR", "informed": "yes"}
AGREED = {"consent_email_on": "2026-05-02", "consent_email_act": "positive", "consent_email_to": "us"}
CONSENTED = {**AGREED, "consent_email_proof": "yes", "last_contact_on": "2026-10-01"}


def shown_in(crm: HubSpotSandbox, name: str) -> str:
    (id,) = crm.portal.contacts.by_id
    return crm.contact(id).properties.get(f"contactable_{name}", "")


def test_an_objector_goes_from_the_mail_through_the_page_into_the_crm(
    install: Callable[..., Desk],
    mailbox: tuple[Any, int],
    answering: Start,
    look: Look,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with HubSpotSandbox([PERSON | CONSENTED]) as crm:
        monkeypatch.setenv("HUBSPOT_TOKEN", crm.token)
        desk = install(CRM.format(url=crm.url) + MAIL.format(port=mailbox[1]))
        load(desk.kit, "hubspot")
        wait_for(lambda: shown_in(crm, "link") != "")  # the service of the mounted kit may have taken it first
        before, link = shown_in(crm, "email"), shown_in(crm, "link")
        send(desk.kit.settings, LOU, "Nos vélos", f"Ne plus recevoir nos offres : {link}")

        look.page.goto(local(desk, answering) + links(mailbox)[0])
        look.page.get_by_role("button", name="Ne plus me solliciter du tout").click()

        wait_for(lambda: shown_in(crm, "email_reason") == "opposition")
        assert (before, shown_in(crm, "email"), shown_in(crm, "sms_reason")) == ("allowed", "denied", "opposition")
        look.page.get_by_role("button", name="Annuler").click()
        wait_for(lambda: shown_in(crm, "email") == "allowed")
