"""HubSpot: what people changed on contacts, the tick of an operator, and unsubscriptions from e-mail.

A JSON array of up to 100 events that name a contact by ``objectId`` only, never by address. Order is not kept and
``eventId`` is not unique (the console's test events all carry 100), so the key is made of six facts and the order of
``occurredAt``. Both families of names are in use: ``contact.propertyChange``, and ``object.propertyChange`` with
``objectTypeId`` 0-1. What our own app wrote comes back as INTEGRATION with our ``appId`` in ``sourceId``.

Signs method, URL, body and a fresh time (version 3); the older signatures that it still sends beside it hold no time
and are not accepted. Retries up to ten times in 24 hours on any 4xx or 5xx. Vendor's pages: developers.hubspot.com,
"Webhooks API" and "Validating requests", read on 2026-11-23.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from msgspec import structs

from contactable.errors import Malformed
from contactable.signing import check_hubspot, sign_hubspot
from contactable.webhooks.events import EVERYTHING, Event, Kind, On, Origin, Problem, Scope, ScopeKind, Trace
from contactable.webhooks.meaning import (
    COMPLAINED,
    HARD_BOUNCED,
    IGNORED,
    INVALID,
    UNSUBSCRIBED,
    Meaning,
    each,
    fact_key,
)
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.request import Request, Secrets
from contactable.webhooks.ticks import CHANGED, OPPOSE, ticks_in

STATUS = Status.REAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.SIGNED

OPT_OUT = "hs_email_optout"  # "true" for all e-mail; with _<id> for one subscription type
_IS_OPT_OUT = re.compile(rf"{OPT_OUT}(_\d+)?").fullmatch

OURS = replace(IGNORED, reason="echo", origin=Origin.ECHO)

RESUBSCRIBED = Meaning(Kind.RELEASE, "resubscribe")
OPT_OUTS = {"true": UNSUBSCRIBED, "false": RESUBSCRIBED, "": RESUBSCRIBED}
MEANINGS = {  # property, value -> what it is to us; any other change only makes the contact be read again
    ("hs_email_bad_address", "true"): INVALID,
    ("hs_email_hard_bounce_reason_enum", "SPAM"): COMPLAINED,
    ("hs_email_hard_bounce_reason_enum", "UNKNOWN_USER"): HARD_BOUNCED,
    ("hs_email_quarantined", "true"): HARD_BOUNCED,
    ("hs_email_quarantined_reason", "RECIPIENT_COMPLAINT"): COMPLAINED,
    ("hs_email_quarantined_reason", "UNDELIVERABLE_ADDRESS"): HARD_BOUNCED,
}
LIFECYCLE = {  # what happened to a contact as a whole
    "creation": Trace.CONTACT_CHANGED,
    "restore": Trace.CONTACT_CHANGED,
    "merge": Trace.CONTACT_MERGED,
    "deletion": Trace.CONTACT_DELETED,
    "privacyDeletion": Trace.CONTACT_DELETED,
}
CHANGED_BY = {  # changeSource -> whose act it is; a source that we do not know proves no act of the person
    "CRM_UI": Origin.CRM_USER,
    "CRM_UI_BULK_ACTION": Origin.CRM_USER,
    "MOBILE_IOS": Origin.CRM_USER,
    "MOBILE_ANDROID": Origin.CRM_USER,
    "IMPORT": Origin.ADMIN,
    "API": Origin.API,
    "INTEGRATION": Origin.API,
    # The person's own act: the link in a message, a form on a page.
    "EMAIL": Origin.RECIPIENT,
    "FORM": Origin.RECIPIENT,
}


def authenticate(request: Request, secrets: Secrets) -> str:
    """Raise ``NotAuthentic`` unless HubSpot signed this request with the app's client secret within five minutes."""
    return check_hubspot(
        secrets.keys,
        request.method,
        request.url,
        request.raw,
        signature=request.header("X-HubSpot-Signature-v3"),
        timestamp=request.header("X-HubSpot-Request-Timestamp"),
        at=request.received_at,
    )


def sign(request: Request, secrets: Secrets) -> Request:
    """The request as HubSpot would send it, at the moment of its arrival."""
    timestamp = str(int(request.received_at.timestamp() * 1000))
    signature = sign_hubspot(secrets.keys[0].value, request.method, request.url, request.raw, timestamp)
    return request.with_headers({"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": timestamp})


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the events of a batch; raise ``Malformed`` where the body is no JSON."""
    yield from each(request.batch, _read)


def _read(item: Section) -> Iterator[Event]:
    if item.text("changeSource", default="") == "FORM":
        yield from (structs.replace(each, trace=_of_a_form(each)) for each in _told(item))
    else:
        yield from _told(item)


def _of_a_form(event: Event) -> Trace | None:
    """A form was sent: what was agreed to in it is read at once, and no later than the contact."""
    return Trace.FORM_SUBMITTED if event.trace is Trace.CONTACT_CHANGED else event.trace


def _told(item: Section) -> Iterator[Event]:
    said = item.text("subscriptionType")
    family, _, what = said.partition(".")
    if not (family == "contact" or (family == "object" and item.text("objectTypeId", default="") == "0-1")):
        yield structs.replace(_event(item, IGNORED, On.ALL), record=None)  # a company, a deal: the id is no contact's
    elif what == "propertyChange":
        yield from _change(item)
    elif what == "merge":
        yield _merge(item)
    else:
        yield _event(item, replace(IGNORED, trace=LIFECYCLE.get(what)), On.ALL)


def _change(item: Section) -> Iterator[Event]:
    name, value = item.text("propertyName"), item.text("propertyValue", default="")
    # Before anything else: what we wrote must never come back as somebody's act.
    if _is_ours(item):
        yield _event(item, OURS, On.ALL)
    elif name == OPPOSE:
        yield from _ticks(item, value)
    elif _IS_OPT_OUT(name):
        yield _opt_out(item, name, value)
    else:
        yield _event(item, MEANINGS.get((name, value), CHANGED), On.EMAIL if (name, value) in MEANINGS else On.ALL)


def _is_ours(item: Section) -> bool:
    if item.text("changeSource", default="") != "INTEGRATION":
        return False
    # The format of sourceId is not documented; its digits are the id of the app or of the user.
    return re.findall(r"\d+", item.text("sourceId", default="")) == [item.text("appId", default=None)]


def _ticks(item: Section, value: str) -> Iterator[Event]:
    ticks = list(ticks_in(value))
    if not ticks:  # a tick taken away releases nothing: only the person can
        yield _event(item, CHANGED, On.ALL)
    for tick, on, meaning in ticks:
        yield _event(item, meaning, on, suffix=tick)


def _opt_out(item: Section, name: str, value: str) -> Event:
    meaning = _meaning(value, CHANGED_BY.get(item.text("changeSource", default=""), Origin.UNKNOWN))
    subscription = name.removeprefix(OPT_OUT).removeprefix("_")
    return _event(item, meaning, On.EMAIL, Scope(ScopeKind.SUBSCRIPTION, subscription) if subscription else EVERYTHING)


@lru_cache(maxsize=64)
def _meaning(value: str, origin: Origin) -> Meaning:
    known = OPT_OUTS.get(value.lower(), CHANGED)  # "REDACTED", or what may come: the contact is read again
    if known.kind is Kind.RELEASE and origin is Origin.RECIPIENT:
        origin = Origin.UNKNOWN  # no page says that these sources are always the person: enough to close, not to open
    return replace(known, origin=origin)


def _merge(item: Section) -> Event:
    listed = [Section({"id": id}, "mergedObjectIds") for id in item.items("mergedObjectIds", default=[])]
    merged = [each.text("id") for each in listed if isinstance(each.raw("id"), int | str)]
    primary = item.text("primaryObjectId", default="")
    survivor = item.text("newObjectId", "primaryObjectId", "objectId")
    event = _event(item, replace(IGNORED, trace=Trace.CONTACT_MERGED), On.ALL)
    others = tuple(id for id in dict.fromkeys([primary, *merged]) if id not in ("", survivor))
    return structs.replace(event, record=survivor, merged=others)


def _event(item: Section, meaning: Meaning, on: On, scope: Scope = EVERYTHING, suffix: str = "") -> Event:
    record = item.text("objectId", default=None)
    # Ignored events may name nobody; an opposition of nobody would be lost without a word.
    if record is None and meaning.kind is not Kind.IGNORED:
        raise Malformed("objectId is missing.")
    said = f"{item.text('subscriptionType', default='')} {item.text('propertyName', default='')}".rstrip()
    at = item.epoch("occurredAt", default=None)
    return meaning.event(on, said, key=_key(item, suffix), at=at, record=record, scope=scope)


def _key(item: Section, suffix: str) -> str:
    # attemptNumber and subscriptionId are left out: they change while the fact stays.
    names = ("portalId", "subscriptionType", "objectId", "eventId", "occurredAt", "propertyName")
    return fact_key("hubspot", *item.each_raw(*names), suffix)
