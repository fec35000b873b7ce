"""Mailgun: unsubscribes, complaints and refusals of e-mail. One event a request, JSON; accounts of old post forms.

Signs a timestamp and a token, not the body: the token is the event's key and counts once, and as another body may be
glued onto it, the signature proves no more than a secret of the URL does. Events of a subaccount may carry
``parent-signature`` beside ``signature``, under the key of the parent account: either will do. Sends again for about
eight hours with the first signature, hence twelve hours of patience; 406 makes it stop, so we never answer that.
``user-variables`` may be cut to a text, ``delivery-status`` may be null. ``failed`` with ``suppress-…`` repeats an
older act; in old forms ``dropped`` does, by its code (605 bounce, 606 unsubscribe, 607 complaint). An event does not
say whether a tag or everything was unsubscribed (``tags`` are the message's): everything it is, but for mailing lists.
Vendor's page: documentation.mailgun.com, "Webhooks", "Securing webhooks", read on 2026-11-23; what 200 and 406 do
confirmed on 2026-11-27 (mailgun/mailgun-php, issue 658), ``parent-signature`` in hookdeck/webhook-skills.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from contactable.errors import NotAuthentic, Refused
from contactable.signing import check_age, check_hmac, read_timestamp, sign_hmac
from contactable.webhooks.blocking import Blocklist, Order, Person, Steps, at, basic, must, value_at
from contactable.webhooks.events import EVERYTHING, Event, On, Scope, ScopeKind
from contactable.webhooks.meaning import (
    COMPLAINED,
    DELIVERED,
    ECHO_OF_BOUNCE,
    ECHO_OF_COMPLAINT,
    ECHO_OF_UNSUBSCRIBE,
    HARD_BOUNCED,
    IGNORED,
    SENT,
    UNSUBSCRIBED,
    Meaning,
    fact_key,
)
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.registrations import Registration, Registrations
from contactable.webhooks.request import Request, Secrets

STATUS = Status.REAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET  # what is signed says nothing of the event

PATIENCE = timedelta(hours=12)

MEANINGS = {
    "unsubscribed": UNSUBSCRIBED,
    "complained": COMPLAINED,
    "accepted": SENT,
    "delivered": DELIVERED,
    "bounced": HARD_BOUNCED,  # of old forms
}
REFUSED_FOR = {
    "suppress-unsubscribe": ECHO_OF_UNSUBSCRIBE,
    "suppress-complaint": ECHO_OF_COMPLAINT,
    "suppress-bounce": ECHO_OF_BOUNCE,
}
DROPPED_FOR = {"605": ECHO_OF_BOUNCE, "606": ECHO_OF_UNSUBSCRIBE, "607": ECHO_OF_COMPLAINT}
NOT_THE_ADDRESS = {"old", "espblock", "greylisted"}  # reasons for which even a permanent failure says nothing of it


def authenticate(request: Request, secrets: Secrets) -> str:
    """Raise ``NotAuthentic`` unless Mailgun signed this timestamp and token, twelve hours ago at most."""
    given = _signature(_body(request))
    timestamp, token = given.text("timestamp", default=""), given.text("token", default="")
    check_age(read_timestamp(timestamp), request.received_at, PATIENCE)
    signed = (timestamp + token).encode()
    for name in ("signature", "parent-signature"):
        try:
            return check_hmac("sha256", secrets.keys, signed, hexadecimal=given.text(name, default=""))
        except NotAuthentic:
            continue
    raise NotAuthentic("The signature fits none of the endpoint's secrets: compare the HTTP webhook signing key.")


def sign(request: Request, secrets: Secrets) -> Request:
    """The request as Mailgun would send it: the signature stands in the body."""
    timestamp, token = str(int(request.received_at.timestamp())), hashlib.sha256(request.raw).hexdigest()[:50]
    mac = sign_hmac("sha256", secrets.keys[0].value, (timestamp + token).encode()).hex()
    given = {"timestamp": timestamp, "token": token, "signature": mac}
    body = dict(request.json.values)
    signed = {**body, "signature": given} if "event-data" in body else {**body, **given}
    return replace(request, raw=json.dumps(signed).encode())


def parse(request: Request) -> Iterator[Event]:
    """Yield the one event of a request; raise ``Malformed`` where a field is missing or of another kind."""
    body = _body(request)
    data = body.section("event-data", default=body)
    said, email = data.text("event"), data.text("recipient", default=None)
    time, id = data.raw("timestamp"), data.text("id", "Message-Id", default=None)
    token = _signature(body).text("token", default=None)  # Mailgun's own id is unique for a day only
    yield _meaning(said, data).event(
        On.EMAIL,
        said,
        key=token or fact_key("mailgun", said, email, id, time),
        at=data.epoch("timestamp", default=None),
        email=email,
        scope=_scope(said, data),
        message_id=_message_id(data),
    )


def _body(request: Request) -> Section:
    return request.json if request.is_json else request.form


def _signature(body: Section) -> Section:
    """The three signed fields: an object of their own, or flat among the fields of an old form."""
    return body.section("signature") if isinstance(body.raw("signature"), dict) else body


def _meaning(said: str, data: Section) -> Meaning:
    reason = data.text("reason", default="").lower()
    if said == "failed":
        lasting = data.text("severity", default="") == "permanent" and reason not in NOT_THE_ADDRESS
        return REFUSED_FOR.get(reason) or (HARD_BOUNCED if lasting else IGNORED)
    if said == "dropped":
        return DROPPED_FOR.get(data.text("code", default=""), IGNORED)
    return MEANINGS.get(said, IGNORED)


def _scope(said: str, data: Section) -> Scope:
    listed = data.raw("mailing-list")
    if said != "unsubscribed" or not isinstance(listed, dict | str):
        return EVERYTHING
    # An old form has the address of the list, and nothing else.
    id = Section(listed if isinstance(listed, dict) else {"address": listed}).text(
        "list-id", "sid", "address", default=""
    )
    return Scope(ScopeKind.LIST, id) if id else EVERYTHING


def _message_id(data: Section) -> str | None:
    message = data.raw("message")
    headers = message.get("headers") if isinstance(message, dict) else None
    return Section(headers).text("message-id", default=None) if isinstance(headers, dict) else None


def block(person: Person, secrets: Secrets) -> Steps:
    """Add an address to the unsubscribes of the domain, for all tags or for the one that ``tag`` names."""
    fields = {"address": person.text, "tag": str(secrets.options.get("tag", "*"))}
    added = yield Order("POST", f"/{secrets.options['domain']}/unsubscribes", form=fields)
    must(bool(value_at(added, "message")), "the answer does not say so")


BLOCKLIST = Blocklist(
    channels=("email",),
    url=at("https://api.mailgun.net/v3"),
    headers=lambda secrets: basic("api", secrets.of_api("key")),
    block=block,
    most=10,
    seconds=1,
    needs=("key",),
    says="unsubscribes of the domain, which stop transactional mail too; with `tag` only mail of that tag",
    page="documentation.mailgun.com, Suppressions, Unsubscribe",
    options=("domain",),
)


def _registered(answer: Any) -> Iterator[Registration]:
    """The URLs of each kind of event; those of the whole account, which stand elsewhere, are not told."""
    kinds = value_at(answer, "webhooks")
    if not isinstance(kinds, dict):
        raise Refused("The webhooks of the domain have another shape than Mailgun's page says.")
    for each in kinds.values():
        urls = value_at(each, "urls")
        yield from (Registration(str(url)) for url in (urls if isinstance(urls, list) else ()))


REGISTRATIONS = Registrations(
    url=BLOCKLIST.url,
    headers=BLOCKLIST.headers,
    needs=BLOCKLIST.needs,
    orders=lambda secrets: [Order("GET", f"/domains/{secrets.options['domain']}/webhooks")],
    read=_registered,
    suspends=False,
    says="the webhooks of the domain",
    page="documentation.mailgun.com, Domain webhooks",
    options=BLOCKLIST.options,
)
