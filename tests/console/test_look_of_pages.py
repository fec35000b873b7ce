"""The company's logo and colour on its pages, and the pages behind one-press links, in French and English."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.console.conftest import Desk, Look
from tests.console.test_preference_centre import LOU, know

from contactable.console.centre.colours import contrast, style_of
from contactable.errors import SettingsError
from contactable.identifiers import IdentifierKind
from contactable.register import subjects
from contactable.webhooks.oneclick import unsubscribe_url

LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><rect width="90" height="30" fill="red"/></svg>'
PAGES = '\n[pages]\ncompany = "Vélos SAS"\nlogo = "logo.svg"\ncolour = "#ffd200"\n'


@pytest.fixture
def url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def dressed(install: Callable[..., Desk], tmp_path: Path) -> Desk:
    (tmp_path / "logo.svg").write_text(LOGO)
    return install(PAGES)


def unsubscribing(desk: Desk) -> str:
    """The path of the link in a mail to a contact whom the CRM has: others are let go of by the nightly purge."""
    know(desk)
    with desk.kit.register.read() as tx:
        subject = subjects.find_subject(tx, IdentifierKind.RECORD, "crm:1") or ""
    link = unsubscribe_url("https://crm.example.com/contactable", desk.kit.link_keys, subject)
    return link.removeprefix("https://crm.example.com")


def test_logo_and_colour_are_files_of_their_own_that_run_nothing(dressed: Desk) -> None:
    client = dressed.app.test_client()
    logo, style = client.get("/contactable/pages/logo"), client.get("/contactable/pages/company.css")

    assert (logo.mimetype, "sandbox" in logo.headers["Content-Security-Policy"]) == ("image/svg+xml", True)
    assert "--company: #ffd200" in style.text


@pytest.mark.parametrize("name", ["../contactable.toml", "..%2fcontactable.toml", "%2e%2e/register.db", "logo.svg"])
def test_no_file_but_those_of_the_pages_is_given(dressed: Desk, name: str) -> None:
    assert dressed.app.test_client().get(f"/contactable/pages/{name}").status_code == 404


@pytest.mark.parametrize("colour", ["#ffd200", "#1f4e79", "#777777", "#ffffff", "#000000"])
def test_text_on_the_companys_colour_can_be_read(colour: str) -> None:
    text = style_of(colour).partition("--company-text: ")[2][:7]

    assert contrast(colour, text) >= 4.5


def test_a_logo_that_is_no_picture_is_a_mistake_in_the_settings(install: Callable[..., Desk]) -> None:
    with pytest.raises(SettingsError, match="logo"):
        install(PAGES)


def test_unsubscribing_behind_a_link_of_a_mail_takes_one_press(
    dressed: Desk, answering: Callable[..., str], look: Look
) -> None:
    look.page.goto(answering(dressed.app) + unsubscribing(dressed))
    look.check("unsubscribe")
    look.page.get_by_role("button", name="Me désinscrire").click()

    look.page.get_by_role("heading", name="C'est fait").wait_for()
    assert dressed.kit.may_contact("email", email=LOU).reason == "opposition"


@pytest.mark.parametrize(("language", "said"), [("fr", "Me désinscrire"), ("en", "Unsubscribe me")])
def test_the_page_behind_a_link_speaks_the_readers_language(dressed: Desk, language: str, said: str) -> None:
    answer: Any = dressed.app.test_client().get(unsubscribing(dressed), headers={"Accept-Language": language})

    assert said in answer.text
