"""MailerSend: unsubscriptions, complaints and bounces of e-mail. One JSON object a request.

Header ``Signature``: hexadecimal HMAC-SHA256 of the raw body under the webhook's signing secret; there is no time in
it, so a replay is told by ``data.id``. Vendor's page: developers.mailersend.com, "Webhooks", read on 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterator

from contactable.signing import check_hmac, sign_hmac
from contactable.webhooks.blocking import Order, at
from contactable.webhooks.events import Event, On, Problem
from contactable.webhooks.meaning import (
    COMPLAINED,
    DELIVERED,
    HARD_BOUNCED,
    IGNORED,
    SENT,
    UNSUBSCRIBED,
    each,
    fact_key,
)
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.registrations import Registrations, is_not, listed
from contactable.webhooks.request import Request, Secrets

STATUS = Status.REAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.SIGNED

MEANINGS = {
    "unsubscribed": UNSUBSCRIBED,
    "spam_complaint": COMPLAINED,
    "hard_bounced": HARD_BOUNCED,
    "sent": SENT,
    "delivered": DELIVERED,
}


def authenticate(request: Request, secrets: Secrets) -> str:
    """Raise ``NotAuthentic`` unless the webhook's secret signed the body."""
    return check_hmac("sha256", secrets.keys, request.raw, hexadecimal=request.header("Signature"))


def sign(request: Request, secrets: Secrets) -> Request:
    """The request as MailerSend would send it."""
    return request.with_headers({"Signature": sign_hmac("sha256", secrets.keys[0].value, request.raw).hex()})


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the one event of a request; raise ``Malformed`` where the body is no JSON."""
    yield from each(request.batch, lambda item: [_read(item)])


def _read(item: Section) -> Event:
    data = item.section("data", default=item)
    # The outer type is what the webhook was subscribed to.
    said = item.text("type").removeprefix("activity.")
    sent = data.section("email", default=Section({}))
    email = sent.section("recipient", default=Section({})).text("email", default=None)
    message_id = sent.section("message", default=Section({})).text("id", default=None)
    id, time = data.text("id", default=None), data.text("created_at", default=None)
    # `data.id` is the activity's, the same in every retry; the message's would join its open to its complaint.
    return MEANINGS.get(said, IGNORED).event(
        On.EMAIL,
        said,
        key=id or fact_key("mailersend", said, email, message_id, time),
        at=data.moment("created_at", default=None),
        email=email,
        message_id=message_id,
    )


REGISTRATIONS = Registrations(
    url=at("https://api.mailersend.com/v1"),
    headers=lambda secrets: {"Authorization": f"Bearer {secrets.of_api('key')}"},
    needs=("key",),
    orders=lambda secrets: [Order("GET", f"/webhooks?domain_id={secrets.options['domain_id']}")],
    read=listed("data", active=is_not(False, "enabled")),
    suspends=True,
    says="`enabled` of each webhook of the domain; the key needs `webhooks_full`",
    page="developers.mailersend.com, Webhooks",
    options=("domain_id",),
)
