"""``/stop``: whoever has a message but no link types an address or a number, and it closes at once.

It can only close. The answer is the same whether anybody knew the address or not, and the register does the same work
for both. Anybody may type anybody's: such a closing is of proof level ``open_form``; those of an hour are a group.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, request

from contactable.console.centre.doors import CentreDoors
from contactable.console.centre.showing import LARGEST, later, refused_for_now, said, show
from contactable.console.site.languages import marked
from contactable.errors import RegisterError
from contactable.identifiers import IdentifierKind, read_identifier
from contactable.register import Tx, ledger
from contactable.register.subjects import Identifier
from contactable.webhooks.events import Event, Kind, On, TimeQuality
from contactable.webhooks.recording import Source, record

STOP = "stop"
LONGEST = 320
"""Characters of an address, as RFC 5321 allows them."""


def stop(doors: CentreDoors) -> Response:
    """Answer a GET with the form, a POST once the opposition is on disk."""
    if request.method != "POST":
        return show(doors, "stop.html", problem="", typed="")
    request.max_content_length = LARGEST
    refusal = refused_for_now(doors)
    if refusal is not None:
        return refusal
    typed = request.form.get("who", "")
    found = read_typed(typed)
    if found is None:
        return show(doors, "stop.html", problem=UNREADABLE, typed=typed[:LONGEST], status=HTTPStatus.BAD_REQUEST)
    try:
        doors.register().write(lambda tx: _close(tx, found))
    except RegisterError:
        return later(doors)
    doors.wake()
    return said(doors, marked("It is done"), DONE, stopped=True)


UNREADABLE = marked("This is neither an e-mail address nor a phone number. Nothing was recorded.")
DONE = marked("We shall no longer approach that address or number, in any way. You need not do anything else.")


def read_typed(typed: str) -> Identifier | None:
    """The address or number that somebody typed, normalised; None where it is neither."""
    text = typed.strip()
    return read_identifier(text, address="@" in text) if 0 < len(text) <= LONGEST else None


def _close(tx: Tx, found: Identifier) -> None:
    kind, text = found
    event = Event(
        kind=Kind.OPPOSITION,
        on=On.ALL,
        key="closed",
        reason=STOP,
        email=text if kind is IdentifierKind.EMAIL else None,
        phone=text if kind is IdentifierKind.PHONE else None,
        time_quality=TimeQuality.ARRIVAL,
    )
    record(tx, [event], Source(STOP, "", "open_form", tx.now, batch=ledger.hourly_group(STOP, tx.now)))
