"""What is said to a person who follows a link of ours: codes here, pages in the company's look in the console.

Where no pages are given, one plain sentence says it.
"""

from __future__ import annotations

from enum import StrEnum
from html import escape
from http import HTTPStatus

from flask import Response

QUIET = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
}


class Saying(StrEnum):
    """What can be said; the first two have a button, which posts the name and the value that belong to them."""

    UNSUBSCRIBE = "unsubscribe"
    CONFIRM = "confirm"
    UNSUBSCRIBED = "unsubscribed"
    CONFIRMED = "confirmed"
    OVER = "over"
    NOT_OURS = "not_ours"
    LATER = "later"


BUTTONS = {Saying.UNSUBSCRIBE: ("List-Unsubscribe", "One-Click"), Saying.CONFIRM: ("confirm", "yes")}
_PLAIN = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{code}</title><h1>{code}</h1>{form}</html>"""
_FORM = '<form method="post"><button name="{}" value="{}">OK</button></form>'


def plainly(saying: Saying, text: str) -> Response:
    """A page of one word, for doors without pages; ``text`` is what one would agree to."""
    form = _FORM.format(*BUTTONS[saying]) if saying in BUTTONS else ""
    body, status = _PLAIN.format(code=saying, form=f"<p>{escape(text)}</p>{form}"), status_of(saying)
    return Response(body, status, headers=QUIET, content_type="text/html; charset=utf-8")


def status_of(saying: Saying) -> int:
    """Mail programs try again what was not kept, and learn what closed nothing."""
    statuses = {Saying.LATER: HTTPStatus.SERVICE_UNAVAILABLE, Saying.NOT_OURS: HTTPStatus.NOT_FOUND}
    return statuses.get(saying, HTTPStatus.OK)
