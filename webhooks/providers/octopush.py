"""Octopush: STOP, answers and delivery by SMS, and keys in voice messages. One JSON object a request.

Wants an empty answer within one second, and nothing printed when it looks at the address. Signs nothing. One URL may
serve all three kinds: ``stop_date``, ``answer_date`` or ``delivery_date`` tells them apart, and a STOP counts whatever
its text. A report names its ``channel``; one of a voice message tells the keys that were pressed, one by e-mail lists
several ``deliveries``. Dates have no zone and are read as Paris time. Vendor's pages: dev.octopush.com, "Opt-out
management", read on 2026-11-23, "Acknowledge receipt", and octopush-api.readme.io, "Callbacks", on 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from contactable.webhooks.events import Event, On, Origin, Problem
from contactable.webhooks.meaning import (
    DELIVERED,
    IGNORED,
    INVALID,
    SENT,
    STOPPED,
    each,
    fact_key,
    international,
    reply,
)
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.refusals import PRESSED
from contactable.webhooks.request import Request, authenticate_by_secret

__all__ = ["ANSWERS", "PROOF", "STATUS", "authenticate", "parse"]

STATUS = Status.DOCUMENTED
ANSWERS = Answers(stored=200, refused=401, store_is_down=503, body=b"")
PROOF = Proof.PATH_SECRET

DELIVERIES = {
    "SENT": SENT,
    "DELIVERED": DELIVERED,
    "BAD_DESTINATION": INVALID,
    "INVALID_DESTINATION_ADDRESS": INVALID,
    "BLACKLISTED_NUMBER": replace(STOPPED, origin=Origin.ECHO),
}
CHANNELS = {"voice_sms": On.VOICE, "voice": On.VOICE}  # RCS and WhatsApp are SMS to us
REFUSING_KEY = "9"  # `refusing_key` of the endpoint changes it
_PARIS = ZoneInfo("Europe/Paris")

authenticate = authenticate_by_secret


def answer_probe(request: Request) -> bytes:
    """Nothing: Octopush looks at an address before it uses it, and wants it to print nothing at all."""
    return b""


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the one event of a request; raise ``Malformed`` where the body is no JSON."""
    key = str(request.options.get("refusing_key", REFUSING_KEY))
    yield from each(request.batch, lambda item: _by_mail(item) if "deliveries" in item else [_read(item, key)])


def _by_mail(item: Section) -> Iterator[Event | Problem]:
    id = item.text("message_id", default=None)
    yield from each(item.items("deliveries"), lambda mail: [_mail(mail, id)])


def _mail(mail: Section, id: str | None) -> Event:
    said, email = mail.text("status", default="delivery"), mail.text("email")
    key, at = fact_key("octopush", "mail", said, email, id), mail.moment("delivery_date", zone=_PARIS, default=None)
    meaning = {"DELIVERED": DELIVERED}.get(said.upper(), IGNORED)
    return meaning.event(On.EMAIL, said, key=key, at=at, email=email, message_id=id)


def _read(item: Section, refusing_key: str) -> Event:
    number, id = item.text("number"), item.text("message_id", default=None)
    dated = next((name for name in ("stop_date", "answer_date", "delivery_date") if name in item), "delivery_date")
    at, text = item.moment(dated, zone=_PARIS, default=None), item.text("text", default="")
    key = fact_key("octopush", dated, number, id, item.text(dated, "status", default=None))
    phone = international(number)
    if dated == "answer_date":
        return reply(text, phone=phone, key=key, at=at, message_id=id)
    said = item.text("status", default="delivery")
    # Octopush has read the STOP already; a text of other words does not undo that.
    meaning = STOPPED if dated == "stop_date" else DELIVERIES.get(said.upper(), IGNORED)
    on = CHANNELS.get(item.text("channel", default=""), On.SMS)
    pressed = item.section("meta_data", default=Section({})).text("pressed_keys_code", default="")
    meaning = PRESSED if on is On.VOICE and pressed and pressed == refusing_key else meaning
    return meaning.event(on, said, key=key, at=at, phone=phone, message_id=id, text=text)
