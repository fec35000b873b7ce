"""What the card on a HubSpot contact asks: the five verdicts in words, and to record an opposition.

HubSpot signs the card's requests with the app's client secret as it signs webhooks (version 3: method, address with the
query that it adds, body, a fresh time), so the endpoint of the webhooks checks them, and the contact is one of its CRM.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated, Literal
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import msgspec
from flask import Blueprint, Response, request

from contactable.errors import ContactableError, NotAuthentic
from contactable.identifiers import IdentifierKind
from contactable.register import Tx, accesses
from contactable.register.subjects import find_subject
from contactable.rules import Channel, Verdict
from contactable.rules.labels import Language, label
from contactable.webhooks.events import Event, Kind, On, Origin
from contactable.webhooks.hooks import Doors, TooLarge, read_request
from contactable.webhooks.receiver import Endpoint
from contactable.webhooks.recording import Source, record
from contactable.webhooks.request import Request

HUBSPOT = "hubspot"
"""The provider whose requests are signed, and whose cards these are."""
RecordId = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,20}$")]


@dataclass(frozen=True, slots=True)
class CardDoors:
    """The doors of the webhooks, and how to decide a subject (None: nobody whom the register knows) today."""

    hooks: Doors
    decide: Callable[[Tx, str | None], Mapping[Channel, Verdict]]
    language: Language


class Wanted(msgspec.Struct, frozen=True):
    """Whose card it is."""

    objectId: RecordId


class Objected(Wanted, frozen=True):
    """Whose opposition, and to what. ``key`` makes a request that is sent twice recognisable."""

    channel: Literal["email", "sms", "phone", "robocall", "post", "all"]
    key: Annotated[str, msgspec.Meta(max_length=100)] = ""


class Line(msgspec.Struct, frozen=True):
    """One verdict in words."""

    channel: str
    label: str
    allowed: bool
    reason: str
    until: date | None


class Answer(msgspec.Struct, frozen=True):
    """What the card shows. ``known``: whether the contact was read from the CRM yet."""

    language: str
    known: bool
    verdicts: list[Line]


def add_card(blueprint: Blueprint, doors: CardDoors) -> None:
    """Add the card's two questions to a blueprint that is not mounted yet."""

    @blueprint.post("/cards/<name>/verdicts")
    def card_verdicts(name: str) -> Response:
        return _answered(doors, name, "verdicts")

    @blueprint.post("/cards/<name>/opposition")
    def card_opposition(name: str) -> Response:
        return _answered(doors, name, "opposition")


def _answered(doors: CardDoors, name: str, what: str) -> Response:
    endpoint = doors.hooks.endpoints.get(name)
    if endpoint is None or endpoint.provider.id != HUBSPOT or not endpoint.connector:
        return _json(HTTPStatus.NOT_FOUND, {"error": "no endpoint of HubSpot with a connector has that name"})
    try:
        asked = read_request(doors.hooks, request.environ, endpoint, "", f"/cards/{name}/{what}")
        endpoint.provider.authenticate(asked, endpoint.secrets)
        return _json(HTTPStatus.OK, _act(doors, endpoint, asked, what))
    except TooLarge:
        return _json(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": "too large"})
    except NotAuthentic as error:
        return _json(HTTPStatus.UNAUTHORIZED, {"error": str(error)})
    except (msgspec.MsgspecError, ValueError, RecursionError):  # its sentence would repeat what was sent
        return _json(HTTPStatus.BAD_REQUEST, {"error": "the body is not what the card sends"})
    except ContactableError:
        return _json(HTTPStatus.SERVICE_UNAVAILABLE, {"error": "try again later"})


def _act(doors: CardDoors, endpoint: Endpoint, asked: Request, what: str) -> Answer:
    if what == "verdicts":
        return _told(doors, endpoint, asked, msgspec.json.decode(asked.raw, type=Wanted).objectId)
    objected = msgspec.json.decode(asked.raw, type=Objected)
    doors.hooks.register().write(lambda tx: record(tx, [_event(objected)], _source(endpoint, tx)))
    doors.hooks.wake()
    return _told(doors, endpoint, asked, objected.objectId)


def _event(objected: Objected) -> Event:
    return Event(
        kind=Kind.OPPOSITION,
        on=On(objected.channel),
        key=objected.key or uuid4().hex,
        reason="card",
        origin=Origin.CRM_USER,
        record=objected.objectId,
    )


def _source(endpoint: Endpoint, tx: Tx) -> Source:
    return Source(f"card-{endpoint.name}", endpoint.connector, "operator", tx.now)


def _told(doors: CardDoors, endpoint: Endpoint, asked: Request, record_id: str) -> Answer:
    """Decide, and leave a trace of who looked: HubSpot names its user in the address that it signs."""
    user = parse_qs(urlsplit(asked.url).query).get("userId", ["?"])[0][:40]
    register = doors.hooks.register()
    with register.read() as tx:
        subject = find_subject(tx, IdentifierKind.RECORD, f"{endpoint.connector}:{record_id}")
        verdicts = doors.decide(tx, subject)
    register.write(lambda tx: accesses.note(tx, "card", [subject], who=f"HubSpot user {user}"))
    lines = [
        Line(channel, label(channel, doors.language), each.allowed, label(each.reason, doors.language), each.until)
        for channel, each in verdicts.items()
    ]
    return Answer(doors.language, subject is not None, lines)


def _json(status: HTTPStatus, body: object) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(body), status, headers, content_type="application/json")
