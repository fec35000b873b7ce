"""Mailchimp: unsubscriptions, complaints, cleaned and changed addresses of an audience. One form a request.

Keys stand in brackets (``data[email]``). A secret in the URL; since 2026 also, for each webhook that asks for it, a
signature over time and body (``X-Mailchimp-Signature: t=…,v1=…``): an endpoint that has its secret refuses what is not
signed. GET probes the URL at set-up. An act binds its audience (``list_id``); a complaint binds everything. ``delete``
is an administrator's hand: it counts, and asks a person. ``subscribe`` does not say who subscribed, so it releases
nobody by itself. ``upemail``: what was opposed under the old address goes on under the new one. Times have no zone and
are read as UTC. Ten seconds to answer, retries for about 75 minutes; ``v1`` stands twice while a secret is exchanged.
Vendor's page: mailchimp.com/developer, "Sync audience data with webhooks", read on 2026-11-23; the signature confirmed
on 2026-11-27 in the vendor's own notes and three integrations.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from msgspec import structs

from contactable.errors import NotAuthentic
from contactable.signing import check_age, check_hmac, read_timestamp, sign_hmac
from contactable.webhooks.blocking import Blocklist, Order, Person, Steps, must, value_at
from contactable.webhooks.events import EVERYTHING, Confidence, Event, Kind, On, Origin, Scope, ScopeKind
from contactable.webhooks.meaning import COMPLAINED, HARD_BOUNCED, IGNORED, UNSUBSCRIBED, Meaning, fact_key
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.registrations import Registrations, listed
from contactable.webhooks.request import Request, Secrets, authenticate_by_secret

STATUS = Status.REAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)

HEADER = "X-Mailchimp-Signature"

DELETED = replace(UNSUBSCRIBED, origin=Origin.ADMIN, confidence=Confidence.REVIEW)
SUBSCRIBED = Meaning(Kind.RELEASE, "subscribe", Origin.UNKNOWN, Confidence.REVIEW)
ADDRESS_CHANGED = Meaning(Kind.ADDRESS_FACT, "address_changed", Origin.UNKNOWN)
MEANINGS = {  # type, action or reason -> what it is to us
    ("unsubscribe", "unsub"): UNSUBSCRIBED,
    ("unsubscribe", "delete"): DELETED,
    ("unsubscribe", "abuse"): COMPLAINED,
    ("cleaned", "hard"): HARD_BOUNCED,
    ("cleaned", "abuse"): COMPLAINED,
    ("subscribe", ""): SUBSCRIBED,
    ("upemail", ""): ADDRESS_CHANGED,
}
_TIME = "%Y-%m-%d %H:%M:%S"


def PROOF(request: Request) -> Proof:
    """Signed where a signature came, for ``authenticate`` then checked it; else somebody knew the URL."""
    return Proof.SIGNED if request.header(HEADER) else Proof.PATH_SECRET


def authenticate(request: Request, secrets: Secrets) -> str:
    """Raise ``NotAuthentic`` unless the webhook's secret signed time and body, or the secret of the URL is right."""
    # No way down: neither a request without signature where there is a secret, nor a signature that nobody can check.
    if not request.header(HEADER) and not secrets.keys:
        return authenticate_by_secret(request, secrets)
    parts = [part.strip().partition("=") for part in request.header(HEADER).split(",")]
    timestamp = next((value for name, _, value in parts if name == "t"), "")
    check_age(read_timestamp(timestamp), request.received_at)
    message = f"{timestamp}.".encode() + request.raw
    for given in (value for name, _, value in parts if name == "v1"):
        try:
            return check_hmac("sha256", secrets.keys, message, hexadecimal=given)
        except NotAuthentic:
            continue
    raise NotAuthentic("No signature fits one of the endpoint's secrets: compare the webhook's signing secret.")


def sign(request: Request, secrets: Secrets) -> Request:
    """The request as Mailchimp would send it: signed where the endpoint has a signing secret."""
    if not secrets.keys:
        return request
    timestamp = int(request.received_at.timestamp())
    mac = sign_hmac("sha256", secrets.keys[0].value, f"{timestamp}.".encode() + request.raw).hex()
    return request.with_headers({HEADER: f"t={timestamp},v1={mac}"})


def parse(request: Request) -> Iterator[Event]:
    """Yield the one event of a form; raise ``Malformed`` where it names no type."""
    form = request.form
    said, list_id = form.text("type"), form.text("data[list_id]", default="")
    email = form.text("data[email]", "data[old_email]", "data[merges][EMAIL]", default=None)
    meaning, time = _meaning(said, form), form.text("fired_at", default=None)
    reason, campaign = form.text("data[reason]", default=None), form.text("data[campaign_id]", default=None)
    event = meaning.event(
        On.EMAIL,
        said,
        key=fact_key("mailchimp", said, email and email.lower(), list_id, time, reason, campaign),
        at=form.moment("fired_at", format=_TIME, default=None),
        email=email,
        scope=Scope(ScopeKind.LIST, list_id) if list_id and meaning in _BOUND_TO_LIST else EVERYTHING,
        campaign=campaign,
    )
    yield structs.replace(event, new_email=form.text("data[new_email]", default=None))


_BOUND_TO_LIST = (UNSUBSCRIBED, DELETED, SUBSCRIBED)


def _meaning(said: str, form: Section) -> Meaning:
    reason, action = form.text("data[reason]", default=""), form.text("data[action]", default="")
    told = reason if reason == "abuse" or said == "cleaned" else action
    # An action that we do not know is still somebody who left.
    return MEANINGS.get((said, told), UNSUBSCRIBED if said == "unsubscribe" else IGNORED)


def block(person: Person, secrets: Secrets) -> Steps:
    """Unsubscribe a member of the audience, made where there is none; members are named by an MD5 of the address."""
    member = hashlib.md5(person.text.lower().encode(), usedforsecurity=False).hexdigest()
    body = {"email_address": person.text, "status": "unsubscribed", "status_if_new": "unsubscribed"}
    put = yield Order("PUT", f"/lists/{secrets.options['audience']}/members/{member}", body, expected=(400,))
    # Who was deleted for good cannot be put back by anybody but themselves: no mail goes there either.
    forgotten = value_at(put, "title") == "Forgotten Email Not Subscribed"
    must(forgotten or value_at(put, "status") in ("unsubscribed", "cleaned"), "the member is not unsubscribed")


def _api(secrets: Secrets) -> str:
    # The data centre stands at the end of the key.
    usual = f"https://{secrets.of_api('key').rpartition('-')[2]}.api.mailchimp.com/3.0"
    return str(secrets.options.get("api_url", usual)).rstrip("/")


BLOCKLIST = Blocklist(
    channels=("email",),
    url=_api,
    headers=lambda secrets: {"Authorization": f"Bearer {secrets.of_api('key')}"},
    block=block,
    most=10,
    seconds=1,
    needs=("key",),
    says="the member of the audience becomes `unsubscribed`",
    page="mailchimp.com/developer/marketing, Add or update list member",
    options=("audience",),
)

REGISTRATIONS = Registrations(
    url=BLOCKLIST.url,
    headers=BLOCKLIST.headers,
    needs=BLOCKLIST.needs,
    orders=lambda secrets: [Order("GET", f"/lists/{secrets.options['audience']}/webhooks")],
    read=listed("webhooks"),
    suspends=False,
    says="the webhooks of the audience",
    page="mailchimp.com/developer/marketing, List webhooks",
    options=BLOCKLIST.options,
)
