"""The console with the contacts of the demonstration: the pictures of the README are made here."""

from __future__ import annotations

import socket
from io import BytesIO

from PIL import Image
from tests.console.conftest import PICTURES, WIDE, Look, wait_for
from tests.console.test_private_way import PASSWORD

from contactable.console.private import passwords
from contactable.demo.acts import STOP, perform
from contactable.demo.stage import Stage, answering, stage
from contactable.loading import load
from contactable.register import accounts

COLOURS = 256
"""A picture of a page has few: a palette makes it a third as large, and its frequent colours stay what they are."""


def picture(look: Look, name: str) -> None:
    """Keep what a screen shows."""
    look.page.set_viewport_size({**WIDE, "height": 800})  # type: ignore[typeddict-item]
    taken = Image.open(BytesIO(look.page.screenshot())).convert("RGB")
    few = taken.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(PICTURES / f"demo-{name}.png", optimize=True)


def agree(scene: Stage, look: Look) -> None:
    """Ask for a link by the contact's number, follow it on the telephone, and agree to text messages."""
    number = next(each.properties["mobilephone"] for each in scene.crm.portal.contacts.by_id.values())
    look.page.goto(f"{scene.url}/mine")
    look.page.fill("#who", number)
    look.page.click("main button")
    wait_for(lambda: bool(scene.phone.texts))
    look.page.goto(scene.phone.url)
    look.page.click("a[href*='/mine/']")
    look.page.click("main button")
    look.page.check("input[name=box]")
    look.page.click("button[name=agree]")
    look.page.get_by_text("Votre accord est enregistré").wait_for()
    look.page.set_viewport_size({**WIDE, "height": 1700})  # type: ignore[typeddict-item]
    look.page.screenshot(path=PICTURES / "demo-own-page.png")


def look_around(scene: Stage, look: Look, contact: str) -> None:
    """Log in, and look at the overview, at a contact, and at the decisions."""
    look.page.goto(f"{scene.url}/console/")
    look.page.fill("#name", "demo")
    look.page.fill("#password", PASSWORD)
    look.page.click("main button")
    look.page.click("form[action$=count] button")
    assert "500" in look.page.inner_text(".age")
    picture(look, "overview")
    look.page.fill("#who", contact)
    look.page.keyboard.press("Enter")
    look.page.wait_for_selector(".verdicts")
    closed = look.page.locator(".verdicts article", has_text="S'est opposé").first.inner_text()
    assert "Qui l'a demandé" in closed
    assert "la personne, par un lien, un STOP ou une désinscription" in closed.replace("\xa0", " ")
    picture(look, "contact")
    with look.page.expect_navigation():
        look.page.click("main section a[href*='/sandbox/person/']")
    assert "S'est opposé" in look.page.inner_text("main")
    picture(look, "crm-contact")
    look.page.goto(look.page.inner_text("dd:text('/p/')"))
    assert look.page.locator("input:checked").count() == 0
    picture(look, "page")
    agree(scene, look)
    look.page.goto(f"{scene.url}/console/")
    look.page.click("nav a[href$=decisions]")
    picture(look, "decisions")


def test_who_never_saw_the_kit_finds_in_the_console_why_a_contact_of_the_demonstration_is_closed(look: Look) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = passwords.hashed(PASSWORD)
    with stage(port) as scene:
        load(scene.kit, "hubspot")
        scene.kit.register.write(lambda tx: accounts.add(tx, "demo", "administrator", kept))
        with answering(scene.kit, port):
            done = perform(scene, STOP, [])
            look_around(scene, look, done.contact)
