"""lemlist: unsubscriptions and bounces of cold e-mail. One JSON object a request.

A webhook is created for one ``type`` of activity (``emailsUnsubscribed``, ``emailsBounced``); the body carries it with
``_id``, ``leadEmail``, ``campaignId`` and ``createdAt``. Signs nothing, but repeats the ``secret`` that a webhook was
created with in each body: an endpoint with one refuses a body without. ``emailsNotInterested`` is the sender's own
label and opposes nothing. Whether it sends again is not documented. Vendor's page: developer.lemlist.com, "Add Webhook"
and "Webhook", read on 2026-11-27 in a copy (api-evangelist/lemlist).
"""

from __future__ import annotations

from collections.abc import Iterator

from contactable.errors import Malformed
from contactable.signing import check_equal
from contactable.webhooks.events import Event, Problem
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.providers.generic import read_mapped
from contactable.webhooks.request import Request, Secrets, authenticate_by_secret

STATUS = Status.DOCUMENTED
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET

FIELDS = {"email": "leadEmail", "event": "type", "id": "_id", "time": "createdAt"}
NAMES = {"emailsUnsubscribed": "opposition", "emailsBounced": "address_fact"}


def authenticate(request: Request, secrets: Secrets) -> str:
    """Raise ``NotAuthentic`` unless the body repeats the webhook's secret, or, without one, the URL's own is right."""
    if not secrets.keys:
        return authenticate_by_secret(request, secrets)
    return check_equal(secrets.keys, request.json.text("secret", default=""), "body (secret)")


def sign(request: Request, secrets: Secrets) -> Request:
    """The request as lemlist would send it."""
    return request.with_token(secrets.keys[0].value, "secret") if secrets.keys else request


def kept(request: Request) -> bytes:
    """The body without the secret: who reads the inbox could send with it."""
    try:
        return request.without_token("secret") if "secret" in request.json else request.raw
    except Malformed:  # an endpoint without secret takes whatever comes to its path
        return request.raw


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the one event of a request; raise ``Malformed`` where the body is no JSON."""
    yield from read_mapped(request, "lemlist", FIELDS, NAMES, named=True)
