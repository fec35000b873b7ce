"""Everything that a page says, it says in French and in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from contactable.console.site.catalogue import CONSOLE, french_of, parts, said_in
from contactable.console.site.languages import language_of, texts
from contactable.console.site.rendering import render
from contactable.rules.labels import Language

TEMPLATES = sorted((CONSOLE / "templates").rglob("*.html"))
NO_TEXT = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}|<!doctype.*?>|<[^>]*>|&\w+;", re.DOTALL)
SPOKEN = re.compile(r'\s(?:placeholder|title|alt|aria-label)="([^"]*)"')
PLACE = re.compile(r"%\(\w+\)[sd]")


@pytest.mark.parametrize("part", parts())
def test_every_text_of_a_page_has_its_french(part: str) -> None:
    french = french_of(part)
    missing = [message.id for message in said_in(part) if message.id and not all(_strings(french, message.id))]
    assert missing == []


@pytest.mark.parametrize("part", parts())
def test_a_french_text_keeps_the_places_of_the_english(part: str) -> None:
    for message in french_of(part):
        english = message.id if isinstance(message.id, str) else message.id[-1]
        for said in _strings(french_of(part), message.id) if message.id else ():
            assert set(PLACE.findall(said)) == set(PLACE.findall(english)), english


@pytest.mark.parametrize("part", parts())
def test_a_catalogue_holds_nothing_that_no_page_says(part: str) -> None:
    assert {message.id for message in french_of(part)} <= {message.id for message in said_in(part)}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(CONSOLE)))
def test_a_template_says_nothing_outside_its_texts(path: Path) -> None:
    assert [text for text in _bare(path) if re.search(r"[^\W\d_]{2,}", text)] == []


@pytest.mark.parametrize(
    ("address", "browser", "language"),
    [("/", "", "fr"), ("/", "en-GB,en;q=0.9", "en"), ("/?lang=fr", "en", "fr"), ("/?lang=de", "de", "fr")],
)
def test_a_reader_is_answered_in_their_language(address: str, browser: str, language: Language) -> None:
    environ = EnvironBuilder(address, headers=[("Accept-Language", browser)]).get_environ()
    assert language_of(Request(environ), "fr") == language


def test_what_a_page_is_given_is_escaped_and_said_in_french() -> None:
    said = render("site/message.html", "fr", title="<b>", sentence="&", static="/s", other_language="")
    assert "<h1>&lt;b&gt;</h1>" in said
    assert "<p>&amp;</p>" in said
    assert texts("fr").gettext("Go to the content") in said


def _strings(catalogue: Any, id: Any) -> tuple[str, ...]:
    message = catalogue.get(id if isinstance(id, str) else id[0])
    said = message.string if message else ""
    return (said,) if isinstance(said, str) else tuple(said or ("",))


def _bare(path: Path) -> Iterator[str]:
    """What a template would show without asking for its translation."""
    text = re.sub(r"{%\s*trans\b.*?{%\s*endtrans\s*%}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    yield from (part.strip() for part in NO_TEXT.sub("\n", text).splitlines())
    yield from (re.sub(r"{{.*?}}", "", each) for each in SPOKEN.findall(text))
