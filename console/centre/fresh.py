"""Asking for a fresh link: it goes to the address or number itself, counts once, and for a quarter of an hour.

What was typed is answered alike whether anybody knows it. The link is made and sent beside the answer, so that its
time tells nothing either, and only to whom the register knows.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import structlog
from flask import Response, request

from contactable.console.centre.doors import CentreDoors
from contactable.console.centre.showing import LARGEST, reader, refused_for_now, said, show
from contactable.console.centre.stop import LONGEST, read_typed
from contactable.console.site.languages import marked
from contactable.errors import ContactableError
from contactable.identifiers import IdentifierKind
from contactable.logs import trace
from contactable.register import Tx, tokens
from contactable.register.subjects import Identifier, find_subject
from contactable.rules.labels import Language
from contactable.signing import LinkPurpose, sign_fresh_link

log = structlog.get_logger()

FRESH: Final = "fresh"
"""The purpose of the register's token behind a fresh link."""
GOOD_FOR: Final = timedelta(minutes=15)

_UNREADABLE = marked("This is neither an e-mail address nor a phone number. Nothing was sent.")
_NOT_TO = {
    IdentifierKind.PHONE: marked(
        "We cannot send a link to a phone number. Please give your e-mail address, or write to us."
    ),
    IdentifierKind.EMAIL: marked("We cannot send a link by e-mail. Please give your phone number, or write to us."),
}


def ask(doors: CentreDoors, sending: ThreadPoolExecutor) -> Response:
    """Answer a GET with the form, a POST alike for everybody."""
    if request.method != "POST":
        return _form(doors)
    request.max_content_length = LARGEST
    refusal = refused_for_now(doors)
    if refusal is not None:
        return refusal
    typed = request.form.get("who", "")
    found = read_typed(typed)
    if found is None or found[0] not in doors.reached:
        problem = _UNREADABLE if found is None else _NOT_TO[found[0]]
        return _form(doors, problem, typed[:LONGEST], HTTPStatus.BAD_REQUEST)
    if not doors.limits.address.wait(f"{found[0]}:{found[1]}"):
        sending.submit(_send, doors, found, reader(doors))
    sentence = marked("If we know that address or number, a link is on its way there. It works once, for 15 minutes.")
    return said(doors, marked("Look at your messages"), sentence)


def _form(doors: CentreDoors, problem: str = "", typed: str = "", status: int = HTTPStatus.OK) -> Response:
    by_mail, by_sms = (kind in doors.reached for kind in (IdentifierKind.EMAIL, IdentifierKind.PHONE))
    return show(doors, "ask.html", problem=problem, typed=typed, by_mail=by_mail, by_sms=by_sms, status=status)


def _send(doors: CentreDoors, found: Identifier, language: Language) -> None:
    """Make a link and send it, where the register knows to whom; what fails is logged without a word of whom."""
    kind, text = found
    try:
        with doors.register().read() as tx:
            subject = find_subject(tx, kind, text)
        if subject is not None:
            doors.send_link(kind, text, _link(doors, kind, subject), language)
    except ContactableError as error:
        log.warning("link_not_sent", why=str(error))
    except Exception as error:  # noqa: BLE001 - nobody waits for this thread's answer
        log.error("link_failed", where=trace(error))


def _link(doors: CentreDoors, kind: IdentifierKind, subject: str) -> str:
    def issue(tx: Tx) -> bytes:
        return tokens.issue(tx, FRESH, [subject], {"kind": str(kind)}, expires_at=tx.now + GOOD_FOR, once=True)

    token = doors.register().write(issue)
    signed = sign_fresh_link(doors.link_keys, LinkPurpose.CONFIRM, [token.hex()], doors.clock())
    return f"{doors.public_url.rstrip('/')}/mine/{signed}"
