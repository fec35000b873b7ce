"""Brevo: transactional and marketing e-mail, and SMS. One JSON object a request, an array where ``batched`` is on.

Signs nothing. Throws an event away on any 4xx or 5xx but 429: when the store is down we answer 429 and nothing else.
``id`` is the webhook's, the same on every event, so keys are made of facts. Names come in several spellings
(``unsubscribed``, ``unsubscribe``, ``hardBounce``). ``ts_epoch`` is the one time found to be UTC, mostly in
milliseconds; plain dates are read as Paris time. ``blocked`` repeats an older unsubscription or complaint. The body of
an SMS STOP is not documented: several names are tried for number and text, and with ``poll_sms`` the report of SMS
events is read as well (``event`` is ``unsubscription`` or ``replies`` there, ``date`` in UTC, the text in ``reply``).
What an administrator adds or changes in a list releases nobody. Vendor's pages: developers.brevo.com, "Transactional
webhooks", "Marketing webhooks", "Batched webhooks", "Retry mechanism", read on 2026-11-23; "Get all your SMS activity"
and the vendor's SDKs (getbrevo/brevo-php and its sisters), read on 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from contactable.errors import Malformed
from contactable.webhooks.blocking import Blocklist, Order, Person, Steps, at, must, value_at
from contactable.webhooks.events import Confidence, Event, Kind, On, Origin, Problem
from contactable.webhooks.meaning import (
    COMPLAINED,
    DELIVERED,
    ECHO_OF_COMPLAINT,
    ECHO_OF_UNSUBSCRIBE,
    HARD_BOUNCED,
    IGNORED,
    INVALID,
    SENT,
    STARTED,
    STOPPED,
    UNSUBSCRIBED,
    Meaning,
    each,
    fact_key,
    international,
    reply,
)
from contactable.webhooks.provider import Answers, Proof, Question, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.registrations import Registrations, listed
from contactable.webhooks.request import Request, Secrets, authenticate_by_secret

__all__ = ["ANSWERS", "BLOCKLIST", "PROOF", "REGISTRATIONS", "STATUS", "authenticate", "parse", "questions"]

STATUS = Status.REAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=429)
PROOF = Proof.PATH_SECRET

BLACKLISTED = Meaning(Kind.OPPOSITION, "blacklist", Origin.ECHO)
BLOCKED = replace(BLACKLISTED, reason="blocked", confidence=Confidence.REVIEW)  # of unknown cause

MAIL = {  # event, without case and separators -> what it is to us
    "unsubscribed": UNSUBSCRIBED,
    "unsubscribe": UNSUBSCRIBED,
    "spam": COMPLAINED,
    "complaint": COMPLAINED,
    "hardbounce": HARD_BOUNCED,
    "invalid": INVALID,
    "invalidemail": INVALID,
    "request": SENT,
    "sent": SENT,
    "delivered": DELIVERED,
}
BLOCKED_FOR = (  # part of the reason of `blocked` -> of what it is the echo
    ("unsubscribe", ECHO_OF_UNSUBSCRIBE),
    ("spam", ECHO_OF_COMPLAINT),
    ("complain", ECHO_OF_COMPLAINT),
    ("blacklist", BLACKLISTED),
    ("bounce", HARD_BOUNCED),
    ("", BLOCKED),
)
SMS = {
    "unsubscribe": STOPPED,
    "unsubscribed": STOPPED,
    "unsubscription": STOPPED,
    "subscribe": STARTED,
    "hardbounce": HARD_BOUNCED,
    "rejected": INVALID,
    "blacklisted": replace(STOPPED, origin=Origin.ECHO),
    "sent": SENT,
    "accepted": SENT,
    "delivered": DELIVERED,
}
REPLIES = {"reply", "replied", "replies"}

REPORT = "/transactionalSMS/statistics/events"
REPORTED = ("unsubscription", "replies")  # what is asked for of the report of SMS events
LOOK_BACK = 7  # days
PAGE, PAGES = 100, 50  # events a page, the API's most; pages at most

_PARIS = ZoneInfo("Europe/Paris")

authenticate = authenticate_by_secret


def questions(secrets: Secrets, now: datetime) -> Generator[Question, Request, None]:
    """Who answered or unsubscribed by SMS lately, page by page; nothing unless the endpoint has ``poll_sms = true``."""
    if not secrets.options.get("poll_sms"):
        return
    for said in REPORTED:
        for page in range(PAGES):
            asked = {"event": said, "days": LOOK_BACK, "limit": PAGE, "offset": page * PAGE, "sort": "desc"}
            url = f"{BLOCKLIST.url(secrets)}{REPORT}?{urlencode(asked)}"
            answer = yield Question(url, {"api-key": secrets.of_api("key")})
            if len(_report(answer)) < PAGE:
                break


def _report(answer: Request) -> list[object]:
    try:
        return answer.json.items("events", default=[])
    except Malformed:
        return []


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the events of a request, or of the report; raise ``Malformed`` where the body is no JSON."""
    # Only the path that was read tells a report from what is pushed: an empty one is `{}`.
    if urlsplit(request.url).path.endswith(REPORT):
        yield from each(request.json.items("events", default=[]), lambda item: [_sms(item, UTC)])
    else:
        yield from each(request.batch, _read)


def _read(item: Section) -> Iterator[Event]:
    emails = item.raw("email")
    if emails is None:
        yield _sms(item)
    # Contacts that are deleted together come in one event.
    for email in emails if isinstance(emails, list) else [emails] if emails is not None else []:
        yield _mail(item, Section({"email": email}).text("email"))


def _mail(item: Section, email: str) -> Event:
    said = item.text("event")
    campaign, message_id = item.text("camp_id", default=None), item.text("message-id", default=None)
    return _mail_meaning(said, item.text("reason", default="")).event(
        On.EMAIL,
        said,
        key=fact_key("brevo", said, email.lower(), message_id, _time_as_sent(item), campaign),
        at=_time(item),
        email=email,
        campaign=campaign,
        message_id=message_id,
    )


def _mail_meaning(said: str, reason: str) -> Meaning:
    name = _plain(said)
    # Only the reason tells an echo of a person's act from a policy of Brevo's.
    if name == "blocked":
        return next(meaning for part, meaning in BLOCKED_FOR if part in reason.lower())
    return MAIL.get(name, IGNORED)


def _sms(item: Section, zone: tzinfo = _PARIS) -> Event:
    said = item.text("msg_status", "event")
    name, is_reply = _plain(said), _plain(said) in REPLIES
    # In a reply `to` is our own number; in every other event it is the person's.
    number = item.text(*(("from", "phoneNumber", "to") if is_reply else ("to", "phoneNumber", "from")))
    id = item.text("messageId", "message-id", default=None)
    key = fact_key("brevo", "sms", said, number, id, _time_as_sent(item))
    if is_reply:
        text = item.text("reply", "message", "text", default="")
        return reply(text, phone=international(number), key=key, at=_time(item, zone), message_id=id)
    meaning = SMS.get(name, IGNORED)
    return meaning.event(On.SMS, said, key=key, at=_time(item, zone), phone=international(number), message_id=id)


def _plain(said: str) -> str:
    return said.lower().replace("_", "").replace("-", "")


def _time(item: Section, zone: tzinfo = _PARIS) -> datetime | None:
    # In this order: ts_epoch alone was found to be UTC on every account.
    at = item.epoch("ts_epoch", "ts_event", "ts", default=None)
    return at or item.moment("date_event", "date", zone=zone, default=None)


def _time_as_sent(item: Section) -> str | None:
    return item.text("ts_epoch", "ts_event", "ts", "date_event", "date", default=None)


def block(person: Person, secrets: Secrets) -> Steps:
    """Blacklist a contact, made where there is none: whoever imports it later finds it blacklisted."""
    flag = "emailBlacklisted" if person.channel == "email" else "smsBlacklisted"
    who = {"email": person.text} if person.channel == "email" else {"attributes": {"SMS": person.text}}
    made = yield Order("POST", "/contacts", {**who, flag: True, "updateEnabled": True})
    # A contact that was there answers 204 without an id, and can only be asked for by its address: not in a path.
    if (id := value_at(made, "id")) is not None:
        contact = yield Order("GET", f"/contacts/{id}")
        must(value_at(contact, flag) is True, "the contact was made and is not blacklisted")


BLOCKLIST = Blocklist(
    channels=("email", "sms"),
    url=at("https://api.brevo.com/v3"),
    headers=lambda secrets: {"api-key": secrets.of_api("key")},
    block=block,
    most=10,
    seconds=1,
    needs=("key",),
    says="`emailBlacklisted` and `smsBlacklisted` of the contact; transactional mail goes on",
    page="developers.brevo.com, Create a contact",
)

_URLS = listed("webhooks")
REGISTRATIONS = Registrations(
    url=BLOCKLIST.url,
    headers=BLOCKLIST.headers,
    needs=BLOCKLIST.needs,
    orders=lambda secrets: [
        Order("GET", f"/webhooks?type={each}", expected=(404,)) for each in ("transactional", "marketing")
    ],
    # 404 says that there is none of the type.
    read=lambda answer: [] if value_at(answer, "code") == "document_not_found" else _URLS(answer),
    suspends=False,
    says="the webhooks of both types; Brevo suspends none: it drops events that are refused",
    page="developers.brevo.com, Get all webhooks",
)
