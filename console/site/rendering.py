"""Pages from templates: escaped always, in the language of the reader, answered with strict headers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from babel.numbers import format_decimal
from flask import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from contactable.console.site.languages import day_in_words, moment_in_words, texts
from contactable.console.site.sentences import in_words
from contactable.rules.labels import Language

STATIC: Final = Path(__file__).parent.parent / "static"
"""Style sheets, for the ``static_folder`` of a blueprint."""
TEMPLATES: Final = Path(__file__).parent.parent / "templates"

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors {framed}"
)
"""No script at all, and nothing from elsewhere; ``data:`` is for the small pictures inside the style sheet."""
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex",
}


def page(
    template: str, language: Language, *, status: int = HTTPStatus.OK, framed_by: str = "'none'", **values: Any
) -> Response:
    """A page of ``templates/``; ``framed_by`` names who may embed it, as ``frame-ancestors`` does."""
    body = render(template, language, **values)
    return with_headers(Response(body, status, content_type="text/html; charset=utf-8"), framed_by)


def render(template: str, language: Language, **values: Any) -> str:
    """The text of a page; ``values`` are escaped, and a value that is missing is an error."""
    return environment(language).get_template(template).render(values)


def with_headers(response: Response, framed_by: str = "'none'") -> Response:
    """Add what keeps a page to itself."""
    response.headers.update({**HEADERS, "Content-Security-Policy": POLICY.format(framed=framed_by)})
    return response


@cache
def environment(language: Language) -> Environment:
    """The templates of one language, with ``_``, and the filters of days, moments, numbers and errors."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(_filters(language))
    made.globals.update(language=language, _=_speaker(language))
    return made


def _speaker(language: Language) -> Callable[..., str]:
    """What templates call ``_``. Jinja's own trusts what it is given as markup, and reads each ``%`` in it: but a
    template also says what code hands it, and that may quote what somebody sent."""
    gettext = texts(language).gettext

    def say(text: str, **values: object) -> str:
        said = gettext(text)
        return said % values if values else said

    return say


def _filters(language: Language) -> Mapping[str, Any]:
    return {
        "day": lambda day: day_in_words(day, language),
        "moment": lambda moment: moment_in_words(moment, language),
        "moment_or_day": lambda when: (moment_in_words if isinstance(when, datetime) else day_in_words)(when, language),
        "in_words": lambda sentence: in_words(sentence, language),
        "number": lambda number: format_decimal(number, locale=language),
    }
