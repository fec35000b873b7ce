"""Klaviyo: unsubscriptions, complaints, suppressions and bounces, by e-mail and SMS. JSON, ``data`` holds a batch.

System webhooks come with some plans only; others post a body of one's own from a flow, with a header of one's own
(``email`` or ``phone_number``, and ``topic``). System webhooks sign the raw body followed by the time. They name a
profile, mostly without its address. With ``poll_profiles`` such an event is a bell: the profiles that were suppressed
for e-mail in the last seven days are read, with their reasons and times. Without, it is kept as nobody's and shown, and
a flow with the address is the better source, as it is for SMS. The time of a signature comes in more than one form (ISO
8601, that of HTTP) and whether it sends system webhooks again is not documented, so age refuses nothing: the event's id
counts once. A flow tries again on 429 and 5xx. Vendor's page: developers.klaviyo.com, "Working with system webhooks",
read on 2026-11-23, "Understanding webhook status codes", "Get profiles" (filter by suppression, by the vendor's SDK
klaviyo-api-php) on 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from msgspec import structs

from contactable.errors import Malformed, Unavailable
from contactable.signing import check_hmac, sign_hmac
from contactable.webhooks.blocking import Blocklist, Order, Person, Steps, at, must, value_at
from contactable.webhooks.envelopes import items_in
from contactable.webhooks.events import Confidence, Event, Kind, On, Origin, Problem
from contactable.webhooks.meaning import (
    COMPLAINED,
    HARD_BOUNCED,
    IGNORED,
    INVALID,
    STOPPED,
    UNSUBSCRIBED,
    Meaning,
    each,
    fact_key,
)
from contactable.webhooks.provider import Answers, Proof, Question, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.registrations import Registrations, get, is_not, listed
from contactable.webhooks.request import Request, Secrets, authenticate_by_secret

STATUS = Status.DOCUMENTED
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)

BY_HAND = Meaning(Kind.OPPOSITION, "manually_suppressed", Origin.ADMIN)
LIFTED_BY_HAND = Meaning(Kind.RELEASE, "manually_unsuppressed", Origin.ADMIN, Confidence.REVIEW)
SUBSCRIBED = Meaning(Kind.RELEASE, "subscribe", Origin.UNKNOWN, Confidence.REVIEW)  # an import does it too
MEANINGS = {  # topic, without "event:klaviyo." and the channel -> what it is to us
    "unsubscribed_from": UNSUBSCRIBED,
    "unsubscribed_from_list": Meaning(Kind.OPPOSITION, "group_unsubscribe"),  # which list is not told: all of it
    "marked_email_as_spam": COMPLAINED,
    "manually_suppressed": BY_HAND,
    "manually_suppressed_from": BY_HAND,
    "subscribed_to": SUBSCRIBED,
    "manually_unsuppressed": LIFTED_BY_HAND,
    "manually_unsuppressed_from": LIFTED_BY_HAND,
    "bounced_email": HARD_BOUNCED,
}
LISTED_FOR = {  # reason of a suppression, in lower case -> what it is to us; another one is somebody's act
    "unsubscribe": replace(UNSUBSCRIBED, origin=Origin.UNKNOWN),
    "spam_complaint": COMPLAINED,
    "hard_bounce": HARD_BOUNCED,
    "invalid_email": INVALID,
    "user_suppressed": BY_HAND,
}
LIST, LOOK_BACK = "/profiles", timedelta(days=7)
PAGE, PAGES = 100, 100  # profiles a page, the API's most; pages at most
_ADDRESSES = ("email", "$email", "Email", "email_address", "Recipient Email Address")
_NUMBERS = ("phone_number", "$phone_number", "phone", "Phone Number")


def PROOF(request: Request) -> Proof:
    """Signed where a signature came, for ``authenticate`` then checked it; else somebody knew a secret."""
    return Proof.SIGNED if request.header("Klaviyo-Signature") else Proof.PATH_SECRET


def authenticate(request: Request, secrets: Secrets) -> str:
    """Raise ``NotAuthentic`` unless the webhook's secret signed body and time, or a flow's own secret is right."""
    if not request.header("Klaviyo-Signature") and not secrets.keys:
        return authenticate_by_secret(request, secrets)
    return check_hmac("sha256", secrets.keys, _signed(request), hexadecimal=request.header("Klaviyo-Signature"))


def sign(request: Request, secrets: Secrets) -> Request:
    """The request as a system webhook would send it; a flow's has no signature."""
    if not secrets.keys:
        return request
    timed = request.with_headers({"Klaviyo-Timestamp": request.received_at.isoformat()})
    return timed.with_headers({"Klaviyo-Signature": sign_hmac("sha256", secrets.keys[0].value, _signed(timed)).hex()})


def _signed(request: Request) -> bytes:
    return request.raw + request.header("Klaviyo-Timestamp").encode("utf-8", "surrogatepass")


def questions(secrets: Secrets, now: datetime) -> Generator[Question, Request | None, None]:
    """The profiles suppressed lately, page by page; nothing unless the endpoint has ``poll_profiles = true``."""
    if not secrets.options.get("poll_profiles"):
        return
    since = f"{(now - LOOK_BACK).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    asked = {
        "additional-fields[profile]": "subscriptions",
        "page[size]": PAGE,
        "filter": f"greater-than(subscriptions.email.marketing.suppression.timestamp,{since})",
    }
    first = f"{BLOCKLIST.url(secrets)}{LIST}"
    url = f"{first}?{urlencode(asked)}"
    for _ in range(PAGES):
        answer = yield Question(url, BLOCKLIST.headers(secrets), holds_blocks=True)
        url = _next_page(answer)
        if not url.startswith(f"{first}?"):  # our key goes nowhere else
            return


def _next_page(answer: Request | None) -> str:
    try:
        return answer.json.section("links", default=Section({})).text("next", default="") if answer else ""
    except Malformed:
        return ""


def rings(request: Request) -> bool:
    """Whether somebody opposed by e-mail whom the webhook does not name."""
    return any(isinstance(event, Event) and _is_of_nobody(event) for event in _pushed(request))


def _is_of_nobody(event: Event) -> bool:
    return event.kind is Kind.OPPOSITION and event.on is On.EMAIL and event.email is None


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the events of a request, or of the list; raise ``Malformed`` where the body is no JSON."""
    if urlsplit(request.url).path.endswith(LIST):
        yield from each(request.json.items("data", default=[]), _suppressed)
        return
    is_listed = bool(request.options.get("poll_profiles"))
    for event in _pushed(request):
        if is_listed and isinstance(event, Event) and _is_of_nobody(event):
            # Who it is will be read in the list, so nobody has to look for it.
            event = structs.replace(event, kind=Kind.IGNORED, origin=Origin.PROVIDER)
        yield event


def _pushed(request: Request) -> Iterator[Event | Problem]:
    yield from each(items_in(request.document, "data"), lambda item: [_read(item)])


def _suppressed(profile: Section) -> Iterator[Event]:
    """Each reason for which a profile gets no e-mail, and when that was."""
    told = profile.section("attributes")
    marketing = told
    for name in ("subscriptions", "email", "marketing"):
        marketing = marketing.section(name, default=Section({}))
    id, email = profile.text("id", default=None), told.text("email", default=None)
    for one in marketing.items("suppression", default=[]):
        found = Section.of(one, "a suppression")
        reason, time = found.text("reason", default="").lower(), found.text("timestamp", default=None)
        meaning = LISTED_FOR.get(reason, BY_HAND)
        key, at = fact_key("klaviyo", "profile", id, email, reason, time), found.moment("timestamp", default=None)
        yield meaning.event(On.EMAIL, f"suppression {reason}", key=key, at=at, email=email)


def _read(item: Section) -> Event:
    said = item.text("topic", "event").removeprefix("event:klaviyo.")
    event = _event_of(item)
    # The topic alone tells the channel; the profile may hold both an address and a number.
    on = On.SMS if "sms" in said.split("_") else On.EMAIL
    email, phone = (None, _find(item, _NUMBERS)) if on is On.SMS else (_find(item, _ADDRESSES), None)
    id = item.text("external_id", default=None) or event.text("uuid", default=None)
    time = event.text("datetime", "timestamp", default=None)
    return _meaning(said, on).event(
        on,
        said,
        key=fact_key("klaviyo", id, said) if id else fact_key("klaviyo", said, email, phone, time),
        at=event.moment("datetime", default=None) or event.epoch("timestamp", default=None),
        email=email,
        phone=phone,
    )


def _meaning(said: str, on: On) -> Meaning:
    plain = said.removesuffix("_marketing").removesuffix("_email" if on is On.EMAIL else "_sms")
    meaning = MEANINGS.get(said) or MEANINGS.get(plain, IGNORED)
    return replace(STOPPED, origin=meaning.origin) if meaning is UNSUBSCRIBED and on is On.SMS else meaning


def _event_of(item: Section) -> Section:
    """The attributes of the event: inside ``payload.data``, or flat in a flow's own body."""
    data = item.section("payload", default=item).section("data", default=item)
    return data.section("attributes", default=data)


def _find(item: Section, names: tuple[str, ...]) -> str | None:
    """The address or number, wherever this body has it: flat, among the event's properties, or in a profile beside."""
    places: list[Any] = [item.values, _event_of(item).raw("event_properties"), _event_of(item).raw("profile")]
    included = item.section("payload", default=item).raw("included")
    places += [one.get("attributes") for one in included if isinstance(one, dict)] if isinstance(included, list) else []
    sections = (Section(place) for place in places if isinstance(place, dict))
    return next((found for section in sections if (found := section.text(*names, default=None))), None)


def block(person: Person, secrets: Secrets) -> Steps:
    """Suppress a profile by a job, the one call that takes an address in its body, new or known."""
    profile = {"type": "profile", "attributes": {"email": person.text}}
    asked = {"type": _JOB, "attributes": {"profiles": {"data": [profile]}}}
    made = yield Order("POST", f"/{_JOB}s", {"data": asked})
    job = value_at(made, "data", "id")
    must(job is not None, "no job was made")
    for _ in range(_LOOKS):
        found = value_at((yield Order("GET", f"/{_JOB}s/{job}", wait=_PAUSE)), "data", "attributes")
        must(value_at(found, "status") != "cancelled", "the job was cancelled")
        if value_at(found, "status") == "complete":
            return  # a profile that was suppressed already is skipped: as good as new
    raise Unavailable("Klaviyo has not ended its job yet.")


_JOB = "profile-suppression-bulk-create-job"
_LOOKS, _PAUSE = 8, 0.5  # how often the job is looked for, and the seconds before each look

BLOCKLIST = Blocklist(
    channels=("email",),
    url=at("https://a.klaviyo.com/api"),
    headers=lambda secrets: {
        "Authorization": f"Klaviyo-API-Key {secrets.of_api('key')}",
        "revision": "2026-10-15",
        "Content-Type": "application/vnd.api+json",
    },
    block=block,
    most=10,
    seconds=1,
    needs=("key",),
    says="the profile is suppressed for e-mail (`USER_SUPPRESSED`); the key needs `subscriptions:write` and `:read`",
    page="developers.klaviyo.com, Bulk suppress profiles",
)

REGISTRATIONS = Registrations(
    url=BLOCKLIST.url,
    headers=BLOCKLIST.headers,
    needs=BLOCKLIST.needs,
    orders=get("/webhooks"),
    read=listed("data", url=("attributes", "endpoint_url"), active=is_not(False, "attributes", "enabled")),
    suspends=True,
    says="`enabled` of each webhook; the key needs `webhooks:read`",
    page="developers.klaviyo.com, Get webhooks",
)
