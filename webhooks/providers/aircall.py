"""Aircall: a refusal spoken in a call, as a tag or a comment of the agent. One JSON object a request.

Signs nothing: the webhook's ``token`` stands in the body, and is not kept with it. ``tags`` is always the whole current
list, so an event of any name shows a refusal that stands. ``raw_digits`` is the person's number, spaced, or
``anonymous``. A tag taken away is kept and releases nobody. A card can be shown in the agent's phone while the call
lasts. Vendor's pages: developer.aircall.io, "Webhooks" and "Insight cards", and captured payloads, read on 2026-11-23
and 27.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from contactable.signing import check_equal
from contactable.webhooks.blocking import Order, at, basic, value_at
from contactable.webhooks.events import Event, Kind, On, Origin, Trace
from contactable.webhooks.meaning import Meaning, fact_key, is_persons_number
from contactable.webhooks.phones import PhoneSystem
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.refusals import UNTAGGED, refusal_in, refused_on
from contactable.webhooks.registrations import Registrations, get, is_not, listed
from contactable.webhooks.request import Request, Secrets

STATUS = Status.REAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET

TRACES = {
    "call.created": Trace.CALL_STARTED,
    "call.answered": Trace.CALL_STARTED,
    "call.hungup": Trace.CALL_ENDED,
    "call.ended": Trace.CALL_ENDED,
}


def authenticate(request: Request, secrets: Secrets) -> str:
    """Raise ``NotAuthentic`` unless the body holds the webhook's token; ``Malformed`` where it cannot be read."""
    return check_equal(secrets.keys, request.json.text("token", default=""), "body (token)")


def sign(request: Request, secrets: Secrets) -> Request:
    """The request as Aircall would send it."""
    return request.with_token(secrets.keys[0].value)


def kept(request: Request) -> bytes:
    """The body without the token: who reads the inbox could sign with it."""
    return request.without_token()


def parse(request: Request) -> Iterator[Event]:
    """Yield the one event of a request; raise ``Malformed`` where a field is missing."""
    body = request.json
    said = body.text("event")
    if said.startswith("call."):
        yield _call(body, said, request)
    else:
        key = fact_key("aircall", said, body.text("timestamp", default=None))
        meaning = Meaning(Kind.IGNORED, origin=Origin.PROVIDER)
        yield meaning.event(On.VOICE, said, key=key, at=body.epoch("timestamp", default=None))


def _call(body: Section, said: str, request: Request) -> Event:
    call = body.section("data")
    tags = list(_sections(call, "tags"))
    # The settings may name a tag by its id: that stays when somebody renames it.
    names = [name for tag in tags for name in (tag.text("name", default=""), tag.text("id", default=""))]
    comments = [comment.text("content", default="") for comment in _sections(call, "comments")]
    # Every event of a call repeats its tags, so a refusal is found even if the event that made it was lost.
    refusal = refusal_in(names, comments, request.options)
    lifted = UNTAGGED if said == "call.untagged" else Meaning(Kind.IGNORED, "", Origin.PROVIDER)
    meaning = replace(refusal or lifted, trace=_trace(call, said))
    id, number = call.text("id"), call.text("raw_digits", default="")
    return meaning.event(
        refused_on(names, comments, request.options) if refusal else On.VOICE,
        said,
        # A call refuses once, however often its events repeat the list of tags.
        key=fact_key("aircall", id, meaning.reason or said, None if refusal else body.text("timestamp", default=None)),
        at=(_noted_at(tags) if refusal else None) or body.epoch("timestamp", default=None),
        phone=number if is_persons_number(number) else None,
        message_id=id,
    )


def _trace(call: Section, said: str) -> Trace | None:
    # Somebody who calls us was not called by us: such a call is no attempt, and breaks no opposition.
    return None if call.text("direction", default="") == "inbound" else TRACES.get(said)


def _sections(call: Section, name: str) -> Iterator[Section]:
    return (Section.of(item, name) for item in call.items(name, default=[]))


def _noted_at(tags: list[Section]) -> datetime | None:
    return max((at for tag in tags if (at := tag.epoch("tagged_at", default=None))), default=None)


def _names(answer: Any) -> tuple[list[str], bool]:
    tags = value_at(answer, "tags") or []
    return [str(value_at(tag, "name") or "") for tag in tags], bool(value_at(answer, "meta", "next_page_link"))


PHONE = PhoneSystem(
    url=at("https://api.aircall.io"),
    headers=lambda secrets: basic(secrets.of_api("id"), secrets.of_api("token")),
    needs=("id", "token"),
    rings="call.created",
    card=lambda id, line: Order(
        "POST", f"/v1/calls/{id}/insight_cards", json={"contents": [{"type": "title", "text": line}]}
    ),
    tags=lambda page: Order("GET", f"/v1/tags?per_page=50&page={page}"),
    names=_names,
    make_tag=lambda name, says: Order("POST", "/v1/tags", json={"name": name, "color": "#D32F2F", "description": says}),
)

REGISTRATIONS = Registrations(
    url=PHONE.url,
    headers=PHONE.headers,
    needs=PHONE.needs,
    orders=get("/v1/webhooks?per_page=50"),
    read=listed("webhooks", active=is_not(False, "active")),
    suspends=True,
    says="`active` of each webhook, which Aircall switches off after failures",
    page="developer.aircall.io, A complete guide to webhooks",
)
