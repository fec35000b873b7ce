"""The page behind a confirmation link (double opt-in): looking changes nothing, the button makes the consent count.

The link is signed and names a token of the register, which counts once and for seven days. Scanners follow every link
of a mail, so only the POST of the button confirms.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from flask import Response, request

from contactable.errors import NotAuthentic, RegisterError
from contactable.register import consents
from contactable.signing import LinkPurpose, read_link, sign_link
from contactable.webhooks.oneclick import QUIET

if TYPE_CHECKING:
    from contactable.webhooks.hooks import Doors

_TEXTS: Final = {
    "fr": (
        "Confirmer votre accord",
        "En confirmant, vous acceptez d'être sollicité(e). Vous pourrez vous opposer à tout moment.",
        "Je confirme",
        "C'est confirmé. Vous pourrez vous opposer à tout moment.",
        "Ce lien a déjà servi ou n'est plus valable : rien n'a changé.",
    ),
    "en": (
        "Confirm your consent",
        "By confirming you agree to be approached. You may object at any time.",
        "I confirm",
        "It is confirmed. You may object at any time.",
        "This link was used already or is no longer valid: nothing has changed.",
    ),
}
_PAGE: Final = """<!doctype html><html lang="{language}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{title}</title><h1>{title}</h1><p>{text}</p>{form}</html>"""
_FORM: Final = '<form method="post"><button name="confirm" value="yes">{button}</button></form>'


def confirmation_url(public_url: str, keys: Sequence[bytes], token: bytes) -> str:
    """The link that confirms a waiting consent; it names no address."""
    return f"{public_url.rstrip('/')}/c/{sign_link(keys, LinkPurpose.CONFIRM, [token.hex()])}"


def confirm(doors: Doors, link: str) -> Response:
    """Answer a GET with a page whose button posts; a POST with what became of it, once that is on disk."""
    title, asks, button, done, over = _TEXTS[doors.language]
    if request.method != "POST":
        return _page(doors, title, asks, _FORM.format(button=button))
    try:
        (hexadecimal,) = read_link(doors.link_keys, LinkPurpose.CONFIRM, link)
        token = bytes.fromhex(hexadecimal)
    except (NotAuthentic, ValueError):
        return _page(doors, title, over)
    try:
        entry = doors.register().write(lambda tx: consents.confirm(tx, token))
    except RegisterError:
        return Response("try again later\n", 503)
    if entry is not None:
        doors.wake()
    return _page(doors, title, done if entry else over)


def _page(doors: Doors, title: str, text: str, form: str = "") -> Response:
    body = _PAGE.format(language=doors.language, title=title, text=text, form=form)
    return Response(body, 200, headers=QUIET, content_type="text/html; charset=utf-8")
