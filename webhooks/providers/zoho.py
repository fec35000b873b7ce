"""Zoho CRM: which contacts and leads changed. One JSON object a request, for several records.

A notification names records and no values, unless the channel was opened with ``return_affected_field_values``: then
``affected_values`` holds the changed ones, and an opt-out or a tick is read at once; else the sync reads the records
again. Signs nothing: the ``token`` that the channel was opened with comes back in the body (``secret`` of the
endpoint). Channels expire after a week at most. Vendor's page: zoho.com/crm/developer, "Notification APIs", read on
2026-11-24.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from contactable.signing import check_equal
from contactable.webhooks.events import Event, Kind, On, Origin, Problem, Trace
from contactable.webhooks.meaning import IGNORED, Meaning, each, fact_key
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.request import Request, Secrets
from contactable.webhooks.ticks import ticks_in

STATUS = Status.DOCUMENTED
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET

MODULES = {"Contacts", "Leads"}
OPPOSE = ("Contactable_Oppose", "contactable_oppose")
OPTED_OUT = Meaning(Kind.OPPOSITION, "unsubscribe", Origin.UNKNOWN)
FLAGS = {"Email_Opt_Out": On.EMAIL, "SMS_Opt_Out": On.SMS, "Do_Not_Call": On.VOICE}
OPERATIONS = {
    "insert": Trace.CONTACT_CHANGED,
    "create": Trace.CONTACT_CHANGED,
    "update": Trace.CONTACT_CHANGED,
    "edit": Trace.CONTACT_CHANGED,
    "delete": Trace.CONTACT_DELETED,
}


def authenticate(request: Request, secrets: Secrets) -> str:
    """Raise ``NotAuthentic`` unless the body holds the channel's token; ``Malformed`` where it cannot be read."""
    return check_equal(secrets.keys, request.json.text("token", default=""), "body (token)")


def sign(request: Request, secrets: Secrets) -> Request:
    """The request as Zoho would send it."""
    return request.with_token(secrets.keys[0].value)


def kept(request: Request) -> bytes:
    """The body without the token: who reads the inbox could sign with it."""
    return request.without_token()


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield an event for each record, and before it the oppositions that its changed values tell."""
    body = request.json
    # The values first: an opposition counts before the record is read again.
    affected = body.items("affected_values", default=[])
    yield from each(affected, lambda entry: _values(body, entry))
    records = [{"id": id} for id in body.items("ids", default=[])]
    yield from each(records, lambda entry: [_record(body, entry.text("id"))])


def _values(body: Section, entry: Section) -> Iterator[Event]:
    record, values = entry.text("record_id"), entry.section("values")
    for name, on in FLAGS.items():
        if values.flag(name, default=False):
            yield _event(body, OPTED_OUT, on, record, name)
    for tick, on, meaning in ticks_in(values.raw(*OPPOSE)):
        yield _event(body, meaning, on, record, tick)


def _record(body: Section, record: str) -> Event:
    trace = OPERATIONS.get(body.text("operation", default="")) if body.text("module") in MODULES else None
    said = f"{body.text('module')}.{body.text('operation', default='notification')}"
    return _event(body, replace(IGNORED, trace=trace), On.ALL, record, said)


def _event(body: Section, meaning: Meaning, on: On, record: str, said: str) -> Event:
    at = body.epoch("server_time", default=None)
    key = fact_key("zoho", body.text("channel_id", default=None), body.text("module"), record, said, at)
    return meaning.event(on, said, key=key, at=at, record=record)
