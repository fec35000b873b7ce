"""The page behind a confirmation link (double opt-in): looking changes nothing, the button makes the consent count.

The link is signed and names a token of the register, which counts once and for seven days. Scanners follow every link
of a mail, so only the POST of the button confirms.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import Response, request

from contactable.errors import NotAuthentic, RegisterError
from contactable.register import consents
from contactable.signing import LinkPurpose, read_link, sign_link
from contactable.webhooks.saying import Saying

if TYPE_CHECKING:
    from contactable.webhooks.hooks import Doors


def confirmation_url(public_url: str, keys: Sequence[bytes], token: bytes) -> str:
    """The link that confirms a waiting consent; it names no address."""
    return f"{public_url.rstrip('/')}/c/{sign_link(keys, LinkPurpose.CONFIRM, [token.hex()])}"


def confirm(doors: Doors, link: str) -> Response:
    """Answer a GET with a page whose button posts; a POST with what became of it, once that is on disk."""
    if request.method != "POST":
        return doors.say(Saying.CONFIRM)
    try:
        (hexadecimal,) = read_link(doors.link_keys, LinkPurpose.CONFIRM, link)
        token = bytes.fromhex(hexadecimal)
    except (NotAuthentic, ValueError):
        return doors.say(Saying.OVER)
    try:
        entry = doors.register().write(lambda tx: consents.confirm(tx, token))
    except RegisterError:
        return doors.say(Saying.LATER)
    if entry is not None:
        doors.wake()
    return doors.say(Saying.CONFIRMED if entry else Saying.OVER)
