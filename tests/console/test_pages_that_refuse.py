"""The pages that nobody hopes to see, for everybody and in both languages: refused, not found, too often, under way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser
from tests.console.conftest import WIDE, Desk, Look
from tests.console.test_own_page import GIVEN, MAIL, WORDING, links
from tests.console.test_preference_centre import LOU, know, reasons
from tests.console.test_private_way import CRM, PASSWORD

from contactable.console.private import passwords
from contactable.register import accounts, jobs
from contactable.register.accounts import Role

LANGUAGES = {"fr": "fr-FR", "en": "en-GB"}


@pytest.fixture
def url(sqlite_url: str) -> str:
    """One database: what a browser sees does not depend on it."""
    return sqlite_url


@pytest.fixture
def desk(install: Callable[..., Desk], mailbox: tuple[Any, int]) -> Desk:
    return install(WORDING + MAIL.format(port=mailbox[1]) + CRM)


@pytest.fixture
def start(desk: Desk, answering: Callable[[Flask], str]) -> str:
    """Where the application answers."""
    return answering(desk.app) + "/contactable"


@pytest.fixture(params=LANGUAGES)
def reading(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Look]:
    """A browser of somebody who reads French, and one of somebody who reads English."""
    context = browser.new_context(locale=LANGUAGES[request.param], viewport=WIDE, reduced_motion="reduce")  # type: ignore[arg-type]
    look = Look(context.new_page())
    yield look
    context.close()


def seen(look: Look, name: str, status: int | None, answer: Any) -> None:
    """Judge a page that was answered with a status, and that speaks the reader's language in all its parts."""
    language = look.page.evaluate("navigator.language")[:2]
    assert status is None or (answer is not None and answer.status == status)
    assert look.page.locator("html").get_attribute("lang") == language
    assert look.page.locator("h1").count() == 1
    look.check(f"{name}-{language}")


def test_what_the_public_pages_refuse_is_read_by_everybody(
    desk: Desk, start: str, reading: Look, mailbox: tuple[Any, int]
) -> None:
    page = reading.page
    seen(reading, "not-found", 404, page.goto(f"{start}/nothing"))
    seen(reading, "preference-link-cut", 404, page.goto(start.removesuffix("/contactable") + know(desk)[:-1]))
    seen(reading, "unsubscribe-link-cut", 404, page.goto(f"{start}/u/x"))
    seen(reading, "fresh-link-cut", 404, page.goto(f"{start}/mine/x"))
    seen(reading, "confirm-over", 200, page.goto(f"{start}/c/x"))
    desk.ask("consents", {**GIVEN, "wording": "form-1", "proof": "box ticked on /offers", "confirm": True})
    seen(reading, "confirm", 200, page.goto(start.removesuffix("/contactable") + links(mailbox)[0]))
    page.get_by_text("Oui, je veux recevoir vos offres.").wait_for()


def test_a_mistyped_address_is_told_where_it_was_typed(start: str, reading: Look) -> None:
    for path in ("stop", "mine"):
        reading.page.goto(f"{start}/{path}")
        reading.page.fill("#who", "nobody")
        with reading.page.expect_navigation():
            reading.page.keyboard.press("Enter")
        assert reading.page.locator("#who").get_attribute("aria-describedby") == "problem"
        seen(reading, f"{path}-mistyped", None, None)


def test_who_asks_too_often_is_told_to_wait(
    monkeypatch: pytest.MonkeyPatch, install: Callable[..., Desk], answering: Callable[[Flask], str], reading: Look
) -> None:
    monkeypatch.setattr("contactable.console.centre.doors.PER_CLIENT", 0.001)
    reading.page.goto(answering(install().app) + "/contactable/stop")
    reading.page.fill("#who", LOU)
    with reading.page.expect_navigation() as answer:
        reading.page.keyboard.press("Enter")
    seen(reading, "too-often", 429, answer.value)


def test_what_the_console_refuses_is_read_by_everybody(desk: Desk, start: str, reading: Look) -> None:
    kept, register, page = passwords.hashed(PASSWORD), desk.kit.register, reading.page
    register.write(lambda tx: accounts.add(tx, "viewer", Role.VIEWER, kept))
    page.goto(f"{start}/console/login")
    page.fill("#name", "viewer")
    page.fill("#password", "wrong")
    with page.expect_navigation():
        page.click("main button")
    seen(reading, "login-wrong", None, None)
    page.fill("#name", "viewer")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_selector("header nav")
    seen(reading, "role-refused", 403, page.goto(f"{start}/console/clean"))
    seen(reading, "no-such-job", 404, page.goto(f"{start}/console/job?id=x"))
    seen(reading, "console-not-found", 404, page.goto(f"{start}/console/nothing"))
    failed, waits = (register.write(lambda tx: jobs.put(tx, "replay", {"ids": []})) for _ in range(2))
    register.write(lambda tx: jobs.done(tx, failed, "It did not work.", ok=False))
    seen(reading, "job-failed", 200, page.goto(f"{start}/console/job?id={failed}"))
    # The page of a job under way loads itself again and again: here it stands still.
    asked = {"Accept-Language": page.evaluate("navigator.language")}
    page.set_content(page.request.get(f"{start}/console/job?id={waits}", headers=asked).text())
    seen(reading, "job", None, None)


@pytest.fixture
def scriptless(browser: Browser) -> Iterator[Look]:
    """A browser that runs no script."""
    context = browser.new_context(locale="fr-FR", java_script_enabled=False)
    yield Look(context.new_page())
    context.close()


def test_the_whole_way_of_a_person_needs_no_script(
    desk: Desk, start: str, scriptless: Look, mailbox: tuple[Any, int]
) -> None:
    page, link = scriptless.page, know(desk)
    page.goto(start.removesuffix("/contactable") + link)
    page.check("input[value=sms]")
    page.get_by_role("button", name="Fermer ce que j'ai coché").click()
    page.get_by_text("C'est enregistré").wait_for()
    assert reasons(desk) == {"sms"}
    page.get_by_role("button", name="Annuler").click()
    page.get_by_text("C'est annulé").wait_for()
    assert reasons(desk) == set()

    page.get_by_role("link", name="Demander un lien personnel").click()
    page.fill("#who", LOU)
    page.get_by_role("button", name="M'envoyer un lien").click()
    page.goto(start.removesuffix("/contactable") + links(mailbox)[0])
    page.get_by_role("button", name="Ouvrir ma page").click()
    page.check("input[name=box]")
    page.get_by_role("button", name="J'accepte").click()
    page.get_by_role("button", name="Retirer cet accord").click()
    page.get_by_text("Votre accord est retiré").wait_for()
    assert reasons(desk) == {"email"}


def test_the_page_of_a_person_is_used_by_keys_alone(
    desk: Desk, start: str, look: Look, mailbox: tuple[Any, int]
) -> None:
    know(desk)
    desk.app.test_client().post("/contactable/mine", data={"who": LOU})
    look.page.goto(start.removesuffix("/contactable") + links(mailbox)[0])
    press(look, "button", "Enter")
    press(look, "input[name=box]", "Space")
    press(look, "button[name=agree]", "Enter")
    press(look, "button[name=withdraw]", "Enter")
    press(look, "button[name=release]", "Enter")

    look.page.get_by_text("Votre opposition est levée").wait_for()
    assert reasons(desk) == set()


def press(look: Look, wanted: str, key: str) -> None:
    """Go on with the tab key until the control has the focus, which shows; then press a key."""
    look.page.wait_for_selector(wanted)
    for _ in range(40):
        look.page.keyboard.press("Tab")
        if look.page.evaluate(f"document.activeElement.matches({wanted!r})"):
            assert look.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            look.page.keyboard.press(key)
            return
    raise AssertionError(f"{wanted} is not reached")
