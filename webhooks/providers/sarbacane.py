"""Sarbacane: unsubscriptions and complaints by e-mail and SMS, through the generic field map until a payload was seen.

One webhook carries every kind that it was made for: ``FORM_SUBMIT``, ``HARD_BOUNCE``, ``SOFT_BOUNCE``, ``SUCCESSFUL``,
``CAPTCHA``, ``COMPLAINT``, ``OPEN``, ``HIT``, ``UNSUBSCRIBE``. The page shows neither the body nor a signature, so the
names of the fields are guesses: an item whose kind is not found is kept as unreadable, and opposes nothing. Look at one
real request in the inbox and correct ``[endpoints.<name>.fields]`` and ``.events``, then replay. Vendor's page:
developers.sarbacane.com, "Add a webhook", read on 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Iterator

from contactable.webhooks.events import Event, Problem
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.providers.generic import EVENTS, read_mapped
from contactable.webhooks.request import Request, authenticate_by_secret

__all__ = ["ANSWERS", "PROOF", "STATUS", "authenticate", "parse"]

STATUS = Status.EXPERIMENTAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET

FIELDS = {"email": "email", "phone": "phone", "event": "event", "id": "id", "time": "date", "scope": "listId"}
NAMES = {**EVENTS, "unsubscription": "opposition", "abuse": "opposition", "hardbounce": "address_fact"}

authenticate = authenticate_by_secret


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the events of a request; raise ``Malformed`` where it is neither JSON nor a form."""
    yield from read_mapped(request, "sarbacane", FIELDS, NAMES, named=True)
