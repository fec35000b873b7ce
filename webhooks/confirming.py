"""The page behind a confirmation link (double opt-in): looking changes nothing, the button makes the consent count.

The link is signed and names a token of the register, which counts once and for seven days. Scanners follow every link
of a mail, so only the POST of the button confirms.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import Response, request

from contactable.errors import NotAuthentic, RegisterError
from contactable.register import consents, tokens
from contactable.signing import LinkPurpose, read_link, sign_link
from contactable.webhooks.saying import Saying

if TYPE_CHECKING:
    from contactable.webhooks.hooks import Doors


def confirmation_url(public_url: str, keys: Sequence[bytes], token: bytes) -> str:
    """The link that confirms a waiting consent; it names no address."""
    return f"{public_url.rstrip('/')}/c/{sign_link(keys, LinkPurpose.CONFIRM, [token.hex()])}"


def confirm(doors: Doors, link: str) -> Response:
    """Answer a GET with the text to agree to and a button that posts; a POST with what became of it, once on disk."""
    try:
        (hexadecimal,) = read_link(doors.link_keys, LinkPurpose.CONFIRM, link)
        token = bytes.fromhex(hexadecimal)
    except (NotAuthentic, ValueError):
        return doors.say(Saying.OVER, "")
    try:
        return _confirmed(doors, token) if request.method == "POST" else _asked(doors, token)
    except RegisterError:
        return doors.say(Saying.LATER, "")


def _asked(doors: Doors, token: bytes) -> Response:
    with doors.register().read() as tx:
        waiting = tokens.find(tx, token, consents.CONFIRM)
        if waiting is None:
            return doors.say(Saying.OVER, "")
        version = waiting.payload["details"].get("wording", "")
        text = consents.texts_of(tx, [version]).get(version, "")
    return doors.say(Saying.CONFIRM, text)


def _confirmed(doors: Doors, token: bytes) -> Response:
    entry = doors.register().write(lambda tx: consents.confirm(tx, token))
    if entry is not None:
        doors.wake()
    return doors.say(Saying.CONFIRMED if entry else Saying.OVER, "")
