"""The layout that all pages share, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask, Response, request
from tests.console.conftest import Look

from contactable.console.site.languages import language_of
from contactable.console.site.rendering import STATIC, page


@pytest.fixture
def app() -> Flask:
    """An application whose one page says something, and may be told what."""
    app = Flask("one page", static_folder=None)
    blueprint = Blueprint("pages", __name__, static_folder=str(STATIC), static_url_path="/static")

    @blueprint.get("/said")
    def said() -> Response:
        sentence = request.args.get("sentence", "Vous ne serez plus sollicité.")
        around: dict[str, Any] = {"static": "/static", "other_language": "?lang=en"}
        return page("site/message.html", language_of(request, "fr"), title="C'est fait", sentence=sentence, **around)

    app.register_blueprint(blueprint)
    return app


def test_the_layout_has_no_fault_that_axe_finds(app: Flask, answering: Callable[[Flask], str], look: Look) -> None:
    look.page.goto(f"{answering(app)}/said")
    assert look.page.locator("html").get_attribute("lang") == "fr"
    look.check("layout")


def test_the_first_key_leads_to_the_content(app: Flask, answering: Callable[[Flask], str], look: Look) -> None:
    look.page.goto(f"{answering(app)}/said")
    look.page.keyboard.press("Tab")
    look.page.keyboard.press("Enter")
    look.page.wait_for_url("**#content")


def test_a_script_in_what_is_said_is_text_and_does_not_run(
    app: Flask, answering: Callable[[Flask], str], look: Look
) -> None:
    look.page.goto(f"{answering(app)}/said?sentence=<img src=x onerror=document.title='run'>")
    assert "onerror" in look.page.inner_text("main p")
    assert look.page.title() == "C'est fait"


def test_an_injected_script_is_stopped_by_the_policy(app: Flask, answering: Callable[[Flask], str], look: Look) -> None:
    look.page.goto(f"{answering(app)}/said")
    look.page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran=1'}))")
    assert look.page.evaluate("window.ran") is None
    assert any("Content Security Policy" in each for each in look.complaints)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "same-origin"),
    ],
)
def test_a_page_keeps_to_itself(app: Flask, header: str, value: str) -> None:
    answer = app.test_client().get("/said")
    assert answer.headers[header] == value
    policy = answer.headers["Content-Security-Policy"]
    assert "script" not in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
