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
MERGED = replace(IGNORED, trace=Trace.CONTACT_MERGED)

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
VALUES = {value.lower() for _, value in MEANINGS} | set(OPT_OUTS)
LIFECYCLE = {  # what happened to a contact as a whole
    "creation": Trace.CONTACT_CHANGED,
    "restore": Trace.CONTACT_CHANGED,
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


def _read(item: Section) -> list[Event]:
    source, said = item.text("changeSource", default=""), item.text("subscriptionType")
    family, _, what = said.partition(".")
    if not (family == "contact" or (family == "object" and item.text("objectTypeId", default="") == "0-1")):
        return [structs.replace(_event(item, IGNORED), record=None)]  # a company, a deal: the id is no contact's
    if what == "merge":
        return [_merge(item)]
    name = value = ""
    if what == "propertyChange":
        name, value = item.text("propertyName"), item.text("propertyValue", default="")
        # Before anything else: what we wrote must never come back as somebody's act.
        if source == "INTEGRATION" and _is_ours(item):
            return [_event(item, OURS)]
        if name == OPPOSE and (ticks := list(ticks_in(value))):
            return [_event(item, meaning, on, suffix=tick) for tick, on, meaning in ticks]
    # Any other value means the same, so it is left out: it may be somebody's name, and is not for keeping in memory.
    return [_event(item, *_meaning(what, name, value if value.lower() in VALUES else "other", source))]


@lru_cache(maxsize=512)  # nearly all events of a batch are alike but for the contact and the time
def _meaning(what: str, name: str, value: str, source: str) -> tuple[Meaning, On, Scope]:
    on, scope = On.ALL, EVERYTHING
    if _IS_OPT_OUT(name):
        subscription = name.removeprefix(OPT_OUT).removeprefix("_")
        on, scope = On.EMAIL, Scope(ScopeKind.SUBSCRIPTION, subscription) if subscription else EVERYTHING
        meaning = _opt_out(value, CHANGED_BY.get(source, Origin.UNKNOWN))
    elif what != "propertyChange":
        meaning = replace(IGNORED, trace=LIFECYCLE.get(what))
    elif (name, value) in MEANINGS:
        on, meaning = On.EMAIL, MEANINGS[name, value]
    else:  # of the ticks too: one taken away releases nothing, only the person can
        meaning = CHANGED
    if source == "FORM" and meaning.trace is Trace.CONTACT_CHANGED:
        # A form was sent: what was agreed to in it is read at once, and no later than the contact.
        meaning = replace(meaning, trace=Trace.FORM_SUBMITTED)
    return meaning, on, scope


def _opt_out(value: str, origin: Origin) -> Meaning:
    known = OPT_OUTS.get(value.lower(), CHANGED)  # "REDACTED", or what may come: the contact is read again
    if known.kind is Kind.RELEASE and origin is Origin.RECIPIENT:
        origin = Origin.UNKNOWN  # no page says that these sources are always the person: enough to close, not to open
    return replace(known, origin=origin)


def _is_ours(item: Section) -> bool:
    # The format of sourceId is not documented; its digits are the id of the app or of the user.
    return re.findall(r"\d+", item.text("sourceId", default="")) == [item.text("appId", default=None)]


def _merge(item: Section) -> Event:
    listed = [Section({"id": id}, "mergedObjectIds") for id in item.items("mergedObjectIds", default=[])]
    merged = [each.text("id") for each in listed if isinstance(each.raw("id"), int | str)]
    primary = item.text("primaryObjectId", default="")
    survivor = item.text("newObjectId", "primaryObjectId", "objectId")
    event = _event(item, MERGED)
    others = tuple(id for id in dict.fromkeys([primary, *merged]) if id not in ("", survivor))
    return structs.replace(event, record=survivor, merged=others)


def _event(item: Section, meaning: Meaning, on: On = On.ALL, scope: Scope = EVERYTHING, suffix: str = "") -> Event:
    record = item.text("objectId", default=None)
    # Ignored events may name nobody; an opposition of nobody would be lost without a word.
    if record is None and meaning.kind is not Kind.IGNORED:
        raise Malformed("objectId is missing.")
    said = meaning.reason or f"{item.text('subscriptionType')} {item.text('propertyName', default='')}".rstrip()
    at = item.epoch("occurredAt", default=None)
    return meaning.event(on, said, key=_key(item, suffix), at=at, record=record, scope=scope)


def _key(item: Section, suffix: str) -> str:
    # attemptNumber and subscriptionId are left out: they change while the fact stays.
    names = ("portalId", "subscriptionType", "objectId", "eventId", "occurredAt", "propertyName")
    return fact_key("hubspot", *item.each_raw(*names), suffix)
