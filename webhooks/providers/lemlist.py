"""lemlist: unsubscriptions and bounces of cold e-mail. One JSON object a request.

A webhook is created for one ``type`` of activity (``emailsUnsubscribed``, ``emailsBounced``); the body carries it with
``leadEmail``, ``campaignId`` and ``createdAt``. Signs nothing: use a secret in the path. ``emailsNotInterested`` is the
sender's own label and opposes nothing. Names as used by public integrations, read on 2026-11-24.
"""

from __future__ import annotations

from collections.abc import Iterator

from contactable.webhooks.events import Event, Problem
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.providers.generic import read_mapped
from contactable.webhooks.request import Request, authenticate_by_secret

__all__ = ["ANSWERS", "PROOF", "STATUS", "authenticate", "parse"]

STATUS = Status.EXPERIMENTAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET

FIELDS = {"email": "leadEmail", "event": "type", "id": "_id", "time": "createdAt"}
NAMES = {"emailsUnsubscribed": "opposition", "emailsBounced": "address_fact"}

authenticate = authenticate_by_secret


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the one event of a request; raise ``Malformed`` where the body is no JSON."""
    yield from read_mapped(request, "lemlist", FIELDS, NAMES)
