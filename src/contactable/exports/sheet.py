"""A sheet: a title, and sections of text and tables, as an HTML page that prints well and needs nothing beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import resources

from jinja2 import Environment


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a sheet: a heading, sentences, and a table where there are rows."""

    title: str
    text: str = ""
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[object]] = field(default_factory=list)


def to_html(title: str, intro: str, sections: Sequence[Section], language: str) -> str:
    """The page; everything that comes from outside is escaped."""
    template = resources.files("contactable.exports").joinpath("templates/sheet.html").read_text(encoding="utf-8")
    page = Environment(autoescape=True).from_string(template)
    return page.render(title=title, intro=intro, sections=sections, language=language)
