"""MailerSend: unsubscriptions, complaints and bounces of e-mail. One JSON object a request.

Header ``Signature``: hexadecimal HMAC-SHA256 of the raw body under the webhook's signing secret; there is no time in
it, so a replay is told by ``data.id``. When a webhook is saved it is tried by ``webhook.test``, signed by a secret that
stands in the documentation: without a success it is not saved, and under that secret nothing else is believed. The
person is ``data.email.recipient.email``, in the flat shape of 2025 ``data.email`` or ``data.recipient``. ``suppressed``
repeats an older act, by ``meta.suppression_reason``. Waits three seconds, tries again for about three days, drops what
meets a 4xx but 429, and pauses a webhook that stays down. Vendor's page: developers.mailersend.com, "Webhooks", read on
2026-11-23; the ping, the flat shape and the retries confirmed on 2026-11-27 in its copies (symfony/mailer-send-mailer,
anymail/django-anymail, hookdeck/webhook-skills).
"""

from __future__ import annotations

from collections.abc import Iterator

from contactable.errors import Malformed
from contactable.signing import Secret, check_hmac, sign_hmac
from contactable.webhooks.blocking import Order, at
from contactable.webhooks.events import Event, On, Problem
from contactable.webhooks.meaning import (
    COMPLAINED,
    DELIVERED,
    ECHO_OF_BOUNCE,
    ECHO_OF_COMPLAINT,
    ECHO_OF_UNSUBSCRIBE,
    HARD_BOUNCED,
    IGNORED,
    SENT,
    SUPPRESSED,
    UNSUBSCRIBED,
    Meaning,
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


SUPPRESSED_FOR = (  # part of the reason of `suppressed` -> of what it is the echo
    ("unsub", ECHO_OF_UNSUBSCRIBE),
    ("spam", ECHO_OF_COMPLAINT),
    ("complain", ECHO_OF_COMPLAINT),
    ("bounce", ECHO_OF_BOUNCE),
    ("", SUPPRESSED),
)

_PING = "webhook.test"
_AT_SET_UP = Secret(_PING, b"test_Am3L1GuOIc4blLUuHqAPxxwkZaJyEk8G")


def authenticate(request: Request, secrets: Secrets) -> str:
    """Raise ``NotAuthentic`` unless the webhook's secret signed the body; the ping has a secret of its own."""
    keys = (*secrets.keys, _AT_SET_UP) if _is_ping(request) else secrets.keys
    return check_hmac("sha256", keys, request.raw, hexadecimal=request.header("Signature"))


def _is_ping(request: Request) -> bool:
    try:
        return request.json.values.get("type") == _PING
    except Malformed:
        return False


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
    email, message_id = _email(data), _message_id(data)
    id, time = data.text("id", default=None), data.text("created_at", default=item.text("created_at", default=None))
    # `data.id` is the activity's, the same in every retry; the message's would join its open to its complaint.
    return _meaning(said, data).event(
        On.EMAIL,
        said,
        key=id or fact_key("mailersend", said, email, message_id, time),
        at=data.moment("created_at", default=None) or item.moment("created_at", default=None),
        email=email,
        message_id=message_id,
    )


def _email(data: Section) -> str | None:
    """The recipient: inside the e-mail of the first shape, a text of its own in the flat one."""
    told = data.raw("email")
    if isinstance(told, dict):
        return Section(told, "email").section("recipient", default=Section({})).text("email", default=None)
    return data.text("email", "recipient", default=None)


def _message_id(data: Section) -> str | None:
    told = data.raw("email")
    nested = Section(told, "email") if isinstance(told, dict) else Section({})
    return nested.section("message", default=Section({})).text("id", default=data.text("message_id", default=None))


def _meaning(said: str, data: Section) -> Meaning:
    if said != "suppressed":
        return MEANINGS.get(said, IGNORED)
    meta = data.raw("meta")  # an empty list where there is nothing to say
    reason = Section(meta).text("suppression_reason", default="") if isinstance(meta, dict) else ""
    return next(meaning for part, meaning in SUPPRESSED_FOR if part in reason.lower())


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
