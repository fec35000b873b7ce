"""LINK Mobility, and Netsize: STOP and replies by SMS, through the generic field map until a real payload was seen.

The document of incoming messages was not found; the names below are those of its outgoing ones (``source``,
``destination``, ``userData``, ``platformId``), so check one real request and correct ``[endpoints.<name>.fields]``.
Basic authentication or OAuth2 on our side, and a list of addresses. Vendor's guide: "Common REST API 2.4", read on
2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterator

from contactable.webhooks.events import Event, Problem
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.providers.generic import read_mapped
from contactable.webhooks.request import Request, authenticate_by_secret

__all__ = ["ANSWERS", "METHODS", "PROOF", "STATUS", "authenticate", "parse"]

STATUS = Status.EXPERIMENTAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET
METHODS = ("GET", "POST")

FIELDS = {"phone": "source", "text": "userData", "id": "messageId", "time": "receivedTime", "event": "eventType"}

authenticate = authenticate_by_secret


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the events of a request; raise ``Malformed`` where it is neither JSON nor a form."""
    yield from read_mapped(request, "linkmobility", FIELDS, {})
