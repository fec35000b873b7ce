"""Mandrill (Mailchimp Transactional): unsubscriptions, complaints, bounces and the rejection list. One form a request.

The field ``mandrill_events`` holds a JSON array, up to 1000 events. Signs the URL exactly as it was configured, with
name and password where they stand in it, and all fields, HMAC-SHA1, without a time: a replay is told by its keys.
Before a key exists it probes with HEAD, then posts an empty array under the key ``test-webhook``. ``_id`` is the
message's. ``reject`` repeats an older act where it tells its reason. Entries of the rejection list (``blacklist``) tell
why they stand there: a bounce is about the address; one made by hand, or without reason, is an opposition; a removal
releases nobody by itself. Vendor's pages: mailchimp.com/developer, "Track and respond to activity with webhooks",
"Authenticating webhook requests", read on 2026-11-23.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from typing import Any

from contactable.errors import NotAuthentic
from contactable.signing import Secret, check_hmac, sign_hmac
from contactable.webhooks.envelopes import items_in
from contactable.webhooks.events import Confidence, Event, Kind, On, Origin, Problem
from contactable.webhooks.meaning import (
    COMPLAINED,
    DELIVERED,
    ECHO_OF_BOUNCE,
    ECHO_OF_COMPLAINT,
    ECHO_OF_UNSUBSCRIBE,
    HARD_BOUNCED,
    IGNORED,
    INVALID,
    SENT,
    UNSUBSCRIBED,
    Meaning,
    each,
    fact_key,
)
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section, read_json
from contactable.webhooks.request import Request, Secrets

STATUS = Status.REAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.SIGNED

MEANINGS = {
    "unsub": UNSUBSCRIBED,
    "spam": COMPLAINED,
    "hard_bounce": HARD_BOUNCED,
    "send": SENT,
    "delivered": DELIVERED,
}
REJECTED_FOR = {  # without separators: Mandrill writes hard-bounce and hard_bounce
    "unsub": ECHO_OF_UNSUBSCRIBE,
    "spam": ECHO_OF_COMPLAINT,
    "hardbounce": ECHO_OF_BOUNCE,
    "invalid": INVALID,
    "custom": Meaning(Kind.OPPOSITION, "blacklist", Origin.ECHO),
}
LISTED_FOR = {"unsub": UNSUBSCRIBED, "spam": COMPLAINED, "hardbounce": HARD_BOUNCED, "softbounce": IGNORED}
LISTED = Meaning(Kind.OPPOSITION, "blacklist", Origin.ADMIN)
UNLISTED = Meaning(Kind.RELEASE, "blacklist_removed", Origin.ADMIN, Confidence.REVIEW)

_AT_SET_UP = Secret("test-webhook", b"test-webhook")


def authenticate(request: Request, secrets: Secrets) -> str:
    """Raise ``NotAuthentic`` unless the webhook's key signed URL and form; the empty test at set-up has its own key."""
    # Under the known key of the set-up nothing is believed but an empty batch.
    empty = request.form.text("mandrill_events", default="").strip() == "[]"
    keys = (*secrets.keys, _AT_SET_UP) if empty else secrets.keys
    given = request.header("X-Mandrill-Signature")
    for url in _as_configured(request.url, secrets):
        try:
            return check_hmac("sha1", keys, _signed(url, request.form_pairs), base64=given)
        except NotAuthentic:
            continue
    raise NotAuthentic("The signature fits none of the endpoint's secrets: compare key and URL, to the last letter.")


def _as_configured(url: str, secrets: Secrets) -> Iterator[str]:
    """The URL as it may have been typed: without name and password, which no request shows, and with them."""
    scheme, _, rest = url.partition("://")
    yield url
    yield from (f"{scheme}://{secret.value.decode()}@{rest}" for secret in secrets.basic)


def sign(request: Request, secrets: Secrets) -> Request:
    """The request as Mandrill would send it."""
    mac = sign_hmac("sha1", secrets.keys[0].value, _signed(request.url, request.form_pairs))
    return request.with_headers({"X-Mandrill-Signature": base64.b64encode(mac).decode()})


def _signed(url: str, form: Iterable[tuple[str, str]]) -> bytes:
    text = url + "".join(name + value for name, value in sorted(form))
    return text.encode("utf-8", "surrogatepass")


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the events of a request; raise ``Malformed`` where the field is missing or no JSON."""
    yield from each(_items(request), lambda item: [_listing(item) if "type" in item else _message(item)])


def _items(request: Request) -> list[Any]:
    if not request.is_json:
        return items_in(read_json(request.form.text("mandrill_events").encode("utf-8", "replace")), "")
    document = request.document
    inside = document.get("mandrill_events") if isinstance(document, dict) else None
    return items_in(
        read_json(inside.encode("utf-8", "replace")) if isinstance(inside, str) else document, "mandrill_events"
    )


def _message(item: Section) -> Event:
    said, message = item.text("event"), item.section("msg", default=Section({}))
    email, id = message.text("email", default=None), item.text("_id", default=message.text("_id", default=None))
    meaning = REJECTED_FOR.get(_reason(item, message), IGNORED) if said == "reject" else MEANINGS.get(said, IGNORED)
    return meaning.event(
        On.EMAIL,
        said,
        key=fact_key("mandrill", said, email and email.lower(), id, item.text("ts", default=None)),
        at=item.epoch("ts", default=None),
        email=email,
        message_id=id,
        campaign=message.text("template", "subaccount", default=None),
    )


def _reason(item: Section, message: Section) -> str:
    """Why a message was rejected, wherever it stands; "" where it is not told."""
    # The vendor's page shows no rejected message with a reason, and several places were seen.
    for place in (item, message):
        found = place.raw("reject", "reject_reason", "reason")
        reason = found.get("reason") if isinstance(found, dict) else found
        if isinstance(reason, str) and reason:
            return _plain(reason)
    return ""


def _listing(item: Section) -> Event:
    said, entry = f"{item.text('type')} {item.text('action')}", item.section("reject", default=Section({}))
    email, time = entry.text("email", default=None), ("last_event_at", "created_at")
    # A hard bounce on the list is still a fact about the address, and never what a person wanted.
    reason = _plain(entry.text("reason", default=""))
    meanings = {"blacklist add": LISTED_FOR.get(reason, LISTED), "blacklist remove": UNLISTED}
    return meanings.get(said, IGNORED).event(
        On.EMAIL,
        said,
        key=fact_key("mandrill", said, email and email.lower(), reason, entry.text(*time, default=item.raw("ts"))),
        at=item.epoch("ts", default=None) or entry.moment(*time, default=None),
        email=email,
    )


def _plain(reason: str) -> str:
    return reason.lower().replace("-", "").replace("_", "")
