"""Odoo: partners that were changed, and the black lists of e-mail and phone. One JSON object a request.

An automation rule with the action "send webhook notification" posts ``_model``, ``_id`` and the fields that were
chosen: no signature, no kind of event, no retry, and sometimes twice for one change. Choose ``write_date`` among the
fields: it tells repetitions apart. A row on ``mail.blacklist`` or ``phone.blacklist`` does not touch the partner, so
these two models need rules of their own; taking an address off is ``active`` false. Seen on a server of version 19.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from contactable.webhooks.events import Event, Kind, On, Origin
from contactable.webhooks.meaning import IGNORED, Meaning, fact_key
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.request import Request, authenticate_by_secret
from contactable.webhooks.ticks import CHANGED, ticks_in

__all__ = ["ANSWERS", "PROOF", "STATUS", "authenticate", "parse"]

STATUS = Status.REAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET

OPPOSE = "x_contactable_oppose"
LISTED = Meaning(Kind.OPPOSITION, "blacklist", Origin.UNKNOWN)  # by the person on the page, or by a user
UNLISTED = Meaning(Kind.RELEASE, "unblacklist", Origin.UNKNOWN)
FLAGS = {"is_blacklisted": On.EMAIL, "phone_sanitized_blacklisted": On.SMS, "phone_blacklisted": On.SMS}

_UTC = ZoneInfo("UTC")  # Odoo writes times without a zone, in UTC

authenticate = authenticate_by_secret


def parse(request: Request) -> Iterator[Event]:
    """Yield what changed; raise ``Malformed`` where the body has no ``_model``."""
    item = request.json
    model = item.text("_model")
    if model == "mail.blacklist":
        yield _event(item, model, _listing(item), On.EMAIL, email=item.text("email"))
    elif model == "phone.blacklist":
        yield _event(item, model, _listing(item), On.SMS, phone=item.text("number"))
    elif model == "res.partner":
        yield from _partner(item, model)
    else:
        yield _event(item, model, IGNORED, On.ALL)


def _listing(item: Section) -> Meaning:
    return LISTED if item.flag("active", default=True) else UNLISTED


def _partner(item: Section, model: str) -> Iterator[Event]:
    record = item.text("_id")
    for name, on in FLAGS.items():
        if item.flag(name, default=False):
            yield _event(item, name, LISTED, on, record=record)
    for tick, on, meaning in ticks_in(_ticked(item)):
        yield _event(item, tick, meaning, on, record=record)
    yield _event(item, model, CHANGED, On.ALL, record=record)


def _ticked(item: Section) -> list[str]:
    """The boxes that are ticked, and what a field of that name alone holds."""
    boxes = [name for name in item.values if name.startswith(f"{OPPOSE}_") and item.flag(name, default=False)]
    return [*(name.removeprefix(f"{OPPOSE}_") for name in boxes), *str(item.raw(OPPOSE) or "").split(";")]


def _event(
    item: Section,
    said: str,
    meaning: Meaning,
    on: On,
    *,
    record: str | None = None,
    email: str | None = None,
    phone: str | None = None,
) -> Event:
    # write_date is cut to seconds: two acts in one second differ by what was said.
    at = item.moment("write_date", zone=_UTC, default=None)
    key = fact_key("odoo", item.text("_model"), item.text("_id"), said, meaning.reason, at)
    return meaning.event(on, said, key=key, at=at, record=record, email=email, phone=phone)
