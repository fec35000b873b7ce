"""SendGrid: unsubscriptions, complaints, bounces and drops of e-mail. A JSON array a request, even for one event.

Signs timestamp and raw body, the last line break included, with ECDSA on P-256; the public key of the console, base64,
is the endpoint's secret. Whether a retry (for about a day) is signed anew is not known, so the age of a signature
refuses nothing: ``sg_event_id`` counts once. An unsubscription from a group (``asm_group_id``) binds that group.
``dropped`` repeats an older act, by its ``reason``, compared whole: "Invalid SMTPAPI header" is no invalid address.
Custom arguments stand flat among the fields, so only known names are read. Vendor's pages: docs.sendgrid.com, "Event
Webhook Reference", "Event Webhook Security Features", read on 2026-11-23; that it tries again where it meets an error
confirmed on 2026-11-27 (sendgrid/docs, issue 5811).
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from contactable.errors import NotAuthentic
from contactable.signing import Secret
from contactable.webhooks.blocking import Blocklist, Order, Person, Steps, at, must, value_at
from contactable.webhooks.events import EVERYTHING, Event, Kind, On, Problem, Scope, ScopeKind
from contactable.webhooks.meaning import (
    COMPLAINED,
    DELIVERED,
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
from contactable.webhooks.reading import Section
from contactable.webhooks.registrations import Registrations, get, is_not, listed
from contactable.webhooks.request import Request, Secrets

STATUS = Status.REAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.SIGNED

LEFT_GROUP = Meaning(Kind.OPPOSITION, "group_unsubscribe")
MEANINGS = {
    "unsubscribe": UNSUBSCRIBED,
    "group_unsubscribe": LEFT_GROUP,
    "group_resubscribe": Meaning(Kind.RELEASE, "group_resubscribe"),
    "spamreport": COMPLAINED,
    "processed": SENT,
    "delivered": DELIVERED,
}
DROPPED_FOR = {
    "unsubscribed address": ECHO_OF_UNSUBSCRIBE,
    "spam reporting address": ECHO_OF_COMPLAINT,
    "bounced address": HARD_BOUNCED,
    "invalid": INVALID,
}
_OF_A_GROUP = ("group_unsubscribe", "group_resubscribe", "dropped")


def authenticate(request: Request, secrets: Secrets) -> str:
    """Raise ``NotAuthentic`` unless the account's key signed timestamp and body."""
    timestamp = request.header("X-Twilio-Email-Event-Webhook-Timestamp")
    try:
        given = base64.b64decode(request.header("X-Twilio-Email-Event-Webhook-Signature"), validate=True)
        signed = timestamp.encode("ascii") + request.raw
    except ValueError:
        raise NotAuthentic("The signature is missing, not base64, or its timestamp is not a number.") from None
    # DER has several spellings of one signature: what is compared is never the header.
    for key in secrets.keys:
        try:
            _public_key(key).verify(given, signed, ECDSA(SHA256()))
        except InvalidSignature:
            continue
        return key.id
    raise NotAuthentic("The signature fits none of the endpoint's public keys: compare them with the console's.")


def _public_key(key: Secret) -> EllipticCurvePublicKey:
    try:
        found = load_der_public_key(base64.b64decode(key.value))
    except (ValueError, UnsupportedAlgorithm):
        found = None
    if not isinstance(found, EllipticCurvePublicKey):
        raise NotAuthentic("The endpoint's secret is not a verification key: copy it, base64, from the console.")
    return found


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the events of a request; raise ``Malformed`` where the body is no JSON."""
    yield from each(request.batch, lambda item: [_read(item)])


def _read(item: Section) -> Event:
    said, email, at = item.text("event"), item.text("email", default=None), item.epoch("timestamp", default=None)
    id = item.text("sg_event_id", default=None)
    message_id, group = item.text("sg_message_id", "smtp-id", default=None), item.text("asm_group_id", default="")
    # Only these facts make the key: custom arguments among the fields never enter it.
    facts = (said, email and email.lower(), message_id, item.text("timestamp", default=None), group)
    bound = said in _OF_A_GROUP and group != ""
    return _meaning(said, item).event(
        On.EMAIL,
        said,
        key=id or fact_key("sendgrid", *facts),
        at=at,
        email=email,
        scope=Scope(ScopeKind.SUBSCRIPTION, group) if bound else EVERYTHING,
        message_id=message_id,
        campaign=item.text("marketing_campaign_id", "singlesend_id", default=None),
    )


def _meaning(said: str, item: Section) -> Meaning:
    if said == "dropped":
        return DROPPED_FOR.get(item.text("reason", default="").strip().lower(), IGNORED)
    if said == "bounce":
        # Old accounts send no type; "blocked" is a refusal that says nothing of the address.
        kind = item.text("type", default="bounce" if item.text("status", default="5").startswith("5") else "")
        return HARD_BOUNCED if kind == "bounce" else IGNORED
    return MEANINGS.get(said, IGNORED)


def block(person: Person, secrets: Secrets) -> Steps:
    """Add an address to the global unsubscribes, or to the unsubscribe group that ``group`` names."""
    group = secrets.options.get("group")
    path = f"/asm/groups/{int(group)}/suppressions" if group else "/asm/suppressions/global"
    added = yield Order("POST", path, {"recipient_emails": [person.text]})
    listed = value_at(added, "recipient_emails") or []
    must(person.text in [str(each).lower() for each in listed], "the answer does not list the address")


BLOCKLIST = Blocklist(
    channels=("email",),
    url=at("https://api.sendgrid.com/v3"),
    headers=lambda secrets: {"Authorization": f"Bearer {secrets.of_api('key')}"},
    block=block,
    most=10,
    seconds=1,
    needs=("key",),
    says="global unsubscribes, which stop transactional mail too; with `group = 123` one unsubscribe group",
    page="docs.sendgrid.com, Suppressions, Global suppressions",
)

REGISTRATIONS = Registrations(
    url=BLOCKLIST.url,
    headers=BLOCKLIST.headers,
    needs=BLOCKLIST.needs,
    orders=get("/user/webhooks/event/settings/all"),
    read=listed("webhooks", active=is_not(False, "enabled")),
    suspends=True,
    says="`enabled` of each event webhook; the key needs the right to read their settings",
    page="twilio.com/docs/sendgrid, Get all event webhooks",
)
