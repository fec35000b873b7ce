"""EspoCRM: contacts that were changed, their opt-outs and "do not call". A JSON array of records.

Each webhook of EspoCRM is for one event (``Contact.update``, ``Contact.fieldUpdate.doNotCall``), and the body does not
say which: records have an ``id`` and what changed. The queue is sent by a job, every two minutes or so. Signs the
body alone: ``X-Signature`` is base64 of the webhook's id, ":" and the raw HMAC-SHA256; from version 9 ``Signature``
holds the hexadecimal one, and both come until version 11. Opt-outs belong to the address in EspoCRM, not to the
contact: other contacts change without an event, which the sync finds. Seen on a server of version 8.4.2; the newer
header by its source.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from contactable.errors import NotAuthentic
from contactable.signing import check_hmac, sign_hmac
from contactable.webhooks.events import Event, Kind, On, Origin, Problem
from contactable.webhooks.meaning import INVALID, Meaning, each, fact_key
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.request import Request, Secrets
from contactable.webhooks.ticks import CHANGED, ticks_in

STATUS = Status.REAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.SIGNED

OPPOSE = ("cContactableOppose", "contactableOppose")
OPTED_OUT = Meaning(Kind.OPPOSITION, "unsubscribe", Origin.UNKNOWN)
FLAGS = {  # field that became true -> channel, meaning; EspoCRM does not say who changed it
    "emailAddressIsOptedOut": (On.EMAIL, OPTED_OUT),
    "phoneNumberIsOptedOut": (On.SMS, OPTED_OUT),
    "doNotCall": (On.VOICE, Meaning(Kind.OPPOSITION, "do_not_call", Origin.UNKNOWN)),
    "emailAddressIsInvalid": (On.EMAIL, INVALID),
    "phoneNumberIsInvalid": (On.PHONE, INVALID),
}


def authenticate(request: Request, secrets: Secrets) -> str:
    """Raise ``NotAuthentic`` unless the webhook's secret key signed the body."""
    digest = _digest(request.header("Signature") or request.header("X-Signature"))
    return check_hmac("sha256", secrets.keys, request.raw, hexadecimal=digest)


def _digest(header: str) -> str:
    """The hexadecimal HMAC in either header; a webhook's id has no colon."""
    try:
        _, _, digest = base64.b64decode(header, validate=True).partition(b":")
    except (binascii.Error, ValueError):
        raise NotAuthentic("The signature is missing or not base64.") from None
    # 32 bytes are the raw HMAC of the older header, 64 letters that of the newer.
    return digest.hex() if len(digest) == 32 else digest.decode("ascii", "replace")


def sign(request: Request, secrets: Secrets) -> Request:
    """The request as EspoCRM would send it (the newer header)."""
    digest = sign_hmac("sha256", secrets.keys[0].value, request.raw).hex()
    return request.with_headers({"Signature": base64.b64encode(f"webhook-id:{digest}".encode()).decode()})


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield what each record says; raise ``Malformed`` where the body is no JSON."""
    yield from each(request.batch, _read)


def _read(item: Section) -> Iterator[Event]:
    # A record brings only what changed, so a flag that is true became true.
    for name, (on, meaning) in FLAGS.items():
        if item.flag(name, default=False):
            yield _event(item, meaning, on, name)
    for tick, on, meaning in ticks_in(item.raw(*OPPOSE)):
        yield _event(item, meaning, on, tick)
    yield _event(item, CHANGED, On.ALL, "changed")


def _event(item: Section, meaning: Meaning, on: On, said: str) -> Event:
    at, record = item.moment("modifiedAt", default=None), item.text("id")
    changed = sorted(name for name in item.values if name not in ("id", "modifiedAt"))
    return meaning.event(on, said, key=fact_key("espocrm", record, said, at, changed), at=at, record=record)
