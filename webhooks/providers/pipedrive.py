"""Pipedrive: persons that were changed, merged or deleted, and who unsubscribed. One JSON object a request (version 2).

``meta`` says what happened (``entity``, ``action``, ``entity_id``), ``data`` what the person is now, ``previous`` only
what changed. Signs nothing: HTTP basic authentication. A merge comes as a deletion with ``merged_to_id`` and a change.
Custom fields have keys of 40 letters: ``oppose_field`` of the endpoint names the one that holds ``contactable_oppose``,
and its options come as ids that ``oppose_options`` translates. Vendor's pages: pipedrive.readme.io, "Guide for Webhooks
v2", "Webhooks v2 migration guide", read on 2026-11-24.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from msgspec import structs

from contactable.webhooks.blocking import at
from contactable.webhooks.events import Event, Kind, On, Origin, Trace
from contactable.webhooks.meaning import IGNORED, Meaning, fact_key
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.registrations import Registrations, get, is_not, listed
from contactable.webhooks.request import Request, authenticate_by_secret
from contactable.webhooks.ticks import CHANGED, OPPOSE, ticks_in

__all__ = ["ANSWERS", "PROOF", "REGISTRATIONS", "STATUS", "authenticate", "parse"]

STATUS = Status.DOCUMENTED
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET

UNSUBSCRIBED = Meaning(Kind.OPPOSITION, "unsubscribe", Origin.UNKNOWN)  # by the person or by a user: it does not say
ACTIONS = {"create": Trace.CONTACT_CHANGED, "change": Trace.CONTACT_CHANGED, "delete": Trace.CONTACT_DELETED}

authenticate = authenticate_by_secret


def parse(request: Request) -> Iterator[Event]:
    """Yield what changed of one person; raise ``Malformed`` where ``meta`` is missing."""
    meta = request.json.section("meta")
    data = request.json.section("data", default=Section({}))
    previous = request.json.section("previous", default=Section({}))
    said = f"{meta.text('entity')}.{meta.text('action')}"
    if said == "person.change" or said == "person.create":
        yield from _oppositions(meta, data, previous, request.options)
    yield _trace(meta, said)


def _oppositions(meta: Section, data: Section, previous: Section, options: Mapping[str, Any]) -> Iterator[Event]:
    """An opposition is told by the change towards it: what stood there before was told then."""
    field = str(options.get("oppose_field", OPPOSE))
    before, now = (_ticked(side, field, options) for side in (previous, data))
    for tick, on, meaning in now:
        # An unchanged field is repeated with every change of the person.
        if tick not in {old for old, _, _ in before}:
            yield _event(meta, meaning, on, tick)
    if data.raw("marketing_status") == "unsubscribed" and "marketing_status" in previous.values:
        yield _event(meta, UNSUBSCRIBED, On.EMAIL, "unsubscribed")


def _ticked(side: Section, field: str, options: Mapping[str, Any]) -> list[tuple[str, On, Meaning]]:
    custom = side.section("custom_fields", default=side)
    value = custom.raw(field)
    # Version 2 wraps the options of a field in an object that names its type.
    value = value.get("values", value.get("value", "")) if isinstance(value, dict) else value
    listed = value if isinstance(value, list) else str(value or "").split(",")
    ids = [str(item.get("id", "")) if isinstance(item, dict) else str(item).strip() for item in listed]
    names = options.get("oppose_options", {})
    return list(ticks_in([str(names.get(id, id)) for id in ids]))


def _trace(meta: Section, said: str) -> Event:
    entity, _, action = said.partition(".")
    survivor = meta.text("merged_to_id", default=None)
    if entity == "person" and survivor:
        merged = replace(IGNORED, trace=Trace.CONTACT_MERGED)
        return structs.replace(_event(meta, merged, On.ALL, said), record=survivor, merged=(meta.text("entity_id"),))
    trace = ACTIONS.get(action) if entity == "person" else None
    return _event(meta, replace(CHANGED, trace=trace), On.ALL, said)


def _event(meta: Section, meaning: Meaning, on: On, said: str) -> Event:
    at, record = meta.moment("timestamp", default=None), meta.text("entity_id")
    key = fact_key("pipedrive", meta.text("correlation_id", "id", default=None), record, said, at)
    return meaning.event(on, said, key=key, at=at, record=record)


REGISTRATIONS = Registrations(
    url=at("https://api.pipedrive.com/v1"),
    headers=lambda secrets: {"x-api-token": secrets.of_api("token")},
    needs=("token",),
    orders=get("/webhooks"),
    read=listed("data", url=("subscription_url",), active=is_not(0, "is_active")),
    suspends=True,
    says="`is_active` of each webhook, which Pipedrive ends after three days of failures",
    page="developers.pipedrive.com, Webhooks",
)
