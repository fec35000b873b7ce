"""One-click unsubscribe (RFC 8058), and the page behind the same link for people who click instead.

A mail carries ``List-Unsubscribe: <https://…/u/TOKEN>`` and ``List-Unsubscribe-Post: List-Unsubscribe=One-Click``. The
POST takes effect at once, without confirmation, redirect or cookie. GET and HEAD change nothing: link scanners follow
every link. A link that closes nothing, because it was cut, forged, or is about nobody any more, is answered 404:
whoever pressed it must not believe that it did.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog
from flask import Response, request

from contactable.errors import NotAuthentic
from contactable.register import Tx, subjects
from contactable.signing import LinkPurpose, read_link, sign_link
from contactable.webhooks.events import EVERYTHING, Event, Kind, On, Scope, ScopeKind, TimeQuality
from contactable.webhooks.persons import subjects_of_contact
from contactable.webhooks.recording import Recorded, Source, record_act
from contactable.webhooks.saying import Saying

if TYPE_CHECKING:
    from contactable.webhooks.hooks import Doors

log = structlog.get_logger()

ENDPOINT = "one-click"
LARGEST = 64 * 1024
"""Bytes of a form: mail programs post one word."""


def unsubscribe_url(
    public_url: str, keys: Sequence[bytes], subject: str, on: On = On.EMAIL, scope: Scope = EVERYTHING
) -> str:
    """The link for one contact (its record's subject) and channel; it never expires and names no address."""
    token = sign_link(keys, LinkPurpose.UNSUBSCRIBE, [subject, on, scope.kind, scope.id])
    return f"{public_url.rstrip('/')}/u/{token}"


def unsubscribe_headers(url: str) -> dict[str, str]:
    """The two headers of an outgoing mail; DKIM must sign both for the button to be shown."""
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def unsubscribe(doors: Doors, token: str) -> Response:
    """Answer a GET with a page whose button posts, a one-click POST with 200 after the opposition is on disk."""
    request.max_content_length = LARGEST
    try:
        subject, on, kind, scope_id = read_link(doors.link_keys, LinkPurpose.UNSUBSCRIBE, token)
        event = _event(token, On(on), Scope(ScopeKind(kind), scope_id))
    except (NotAuthentic, ValueError):
        return doors.say(Saying.NOT_OURS, "")
    if request.method != "POST" or request.form.get("List-Unsubscribe") != "One-Click":
        return doors.say(Saying.UNSUBSCRIBE, "")
    try:
        recorded = doors.register().write(lambda tx: _keep(tx, subject, event, doors))
    except Exception as error:  # noqa: BLE001 - a mistake of ours: whoever pressed the button is told to press again
        log.error("unsubscribe_not_kept", why=type(error).__name__)  # its message may quote what it stumbled over
        return doors.say(Saying.LATER, "")
    if recorded is None:
        return doors.say(Saying.NOT_OURS, "")
    if recorded.entered:
        doors.wake()
    return doors.say(Saying.UNSUBSCRIBED, "")


def _event(token: str, on: On, scope: Scope) -> Event:
    return Event(
        kind=Kind.OPPOSITION,
        on=on,
        key=hashlib.sha256(token.encode()).hexdigest(),
        reason="one_click",
        token=token,
        scope=scope,
        time_quality=TimeQuality.ARRIVAL,
    )


def _keep(tx: Tx, subject: str, event: Event, doors: Doors) -> Recorded | None:
    """Bind the contact of the link: its record, and the addresses by which it is reached. None: it is nobody's now."""
    if not subjects.is_known(tx, subject):
        return None
    source = Source(ENDPOINT, "", "token", doors.clock())
    return record_act(tx, event, subjects_of_contact(tx, subject, event.on), source)
