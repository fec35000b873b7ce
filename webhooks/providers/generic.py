"""Any other sender: fields named in the settings, read from JSON, a form or a query.

``[endpoints.<name>.fields]`` says where things stand; a dot goes into an object: ``email`` or ``phone`` or ``record``
names the person; ``text`` is an SMS to read for STOP; ``event`` is the sender's name of what happened, ``id`` its id,
``time`` when; ``items`` the list that a batch is in; ``scope`` a list or subscription type.
``[endpoints.<name>.events]`` says what the names mean (``opposition``, ``release``, ``address_fact``, ``ignored``).
``channel`` is e-mail where an address stands and SMS otherwise. An event with a name that the settings do not know is
ignored; one without a name is an opposition, as senders that push one thing only push that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from contactable.errors import Malformed, NotAuthentic
from contactable.signing import check_standard_webhook, sign_standard_webhook
from contactable.webhooks.events import EVERYTHING, Event, Kind, On, Origin, Problem, Scope, ScopeKind
from contactable.webhooks.meaning import IGNORED, Meaning, each, fact_key, international, reply
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.request import Request, Secrets, authenticate_by_secret

STATUS = Status.EXPERIMENTAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
METHODS = ("GET", "POST")

FIELDS = {"email": "email", "phone": "phone", "text": "text", "event": "event", "id": "id", "time": "time"}
EVENTS = {
    **dict.fromkeys(("unsubscribe", "unsubscribed", "optout", "stop", "complaint", "spam"), "opposition"),
    **dict.fromkeys(("hard_bounce", "invalid"), "address_fact"),
}
REASONS = {Kind.OPPOSITION: "unsubscribe", Kind.RELEASE: "resubscribe", Kind.ADDRESS_FACT: "hard_bounce"}

_PARIS = ZoneInfo("Europe/Paris")
_SIGNATURE = "webhook-signature"


def PROOF(request: Request) -> Proof:
    """A signature where the request has one, else that somebody knew a secret."""
    return Proof.SIGNED if request.header(_SIGNATURE) else Proof.PATH_SECRET


def authenticate(request: Request, secrets: Secrets) -> str:
    """Standard Webhooks where the endpoint has a ``secret``; a path secret, basic, bearer or header otherwise."""
    # A secret for signatures rules out the weaker ways in: no downgrade.
    if secrets.keys:
        if not request.raw:
            raise NotAuthentic("A signature covers the body, and the request has none: send JSON or a form.")
        return check_standard_webhook(secrets.keys, request.lower_headers, request.raw, request.received_at)
    if request.header(_SIGNATURE):
        raise NotAuthentic("The request is signed, and the endpoint has no `secret` to check that with.")
    return authenticate_by_secret(request, secrets)


def sign(request: Request, secrets: Secrets) -> Request:
    """The request with a signature of Standard Webhooks where the endpoint has a secret for one."""
    if not secrets.keys:
        return request
    return request.with_headers(
        sign_standard_webhook(secrets.keys[0].value, "msg_generic", request.received_at, request.raw)
    )


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the events of a request; raise ``Malformed`` where it is neither JSON nor a form."""
    yield from read_mapped(request, "generic", FIELDS, EVENTS)


def read_mapped(
    request: Request, provider: str, fields: Mapping[str, str], events: Mapping[str, str], *, named: bool = False
) -> Iterator[Event | Problem]:
    """Read a request through a map of fields; what the endpoint's settings say comes before the defaults given.

    A sender that pushes everything must have ``named`` each item: without the name every delivery would oppose.
    """
    paths = {**fields, **request.options.get("fields", {})}
    names = {**events, **request.options.get("events", {})}

    def read(item: Section) -> list[Event]:
        mapped = _mapped(item, paths)
        if named and "event" not in mapped:
            raise Malformed("The item does not say what happened: map `event` in the endpoint's fields.")
        return [_read(mapped, provider, names, request.options)]

    yield from each(_items(request, paths), read)


def _items(request: Request, paths: Mapping[str, str]) -> list[Any]:
    if not request.is_json:
        return [request.sent_fields.values]
    if "items" not in paths:
        return request.batch
    found = _at(request.json, paths["items"])
    if not isinstance(found, list):
        raise Malformed("The items of the batch are not a list.")
    return found


def _mapped(item: Section, paths: Mapping[str, str]) -> Section:
    """The item with our names instead of the sender's."""
    return Section({name: _at(item, path) for name, path in paths.items()}, item.where)


def _at(item: Section, path: str) -> Any:
    value: Any = item.values
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _read(item: Section, provider: str, names: Mapping[str, str], options: Mapping[str, Any]) -> Event:
    email, number, record = (item.text(name, default=None) for name in ("email", "phone", "record"))
    text, said, id = item.text("text", default=""), item.text("event", default=""), item.text("id", default=None)
    at = item.moment("time", zone=_PARIS, default=None) or item.epoch("time", default=None)
    # Gateways of the long tail rarely write the plus.
    phone, scope = international(number) if number else None, _scope(item)
    key = fact_key(provider, said, email or number or record, id, at, scope.id, text)
    if phone and text and said not in names:  # whatever the sender calls a message, its text decides
        return reply(text, phone=phone, key=key, at=at, scope=scope, message_id=id)
    if not (email or phone or record):
        raise Malformed("The item names nobody: map `email`, `phone` or `record` in the endpoint's fields.")
    on = _channel(options) or (On.EMAIL if email else On.SMS if phone else On.ALL)
    who = {"email": email} if email else {"phone": phone} if phone else {"record": record}
    return _meaning(said, names).event(on, said or "push", key=key, at=at, scope=scope, message_id=id, text=text, **who)


def _scope(item: Section) -> Scope:
    id = item.text("scope", default="")
    return Scope(ScopeKind.LIST, id) if id else EVERYTHING


def _channel(options: Mapping[str, Any]) -> On | None:
    named = options.get("channel", "")
    if named and named not in set(On):
        raise Malformed("`channel` of the endpoint names no channel.")
    return On(named) if named else None


def _meaning(said: str, names: Mapping[str, str]) -> Meaning:
    named = names.get(said, names.get(said.lower(), "ignored" if said else "opposition"))
    if named not in set(Kind):
        raise Malformed(
            "`events` of the endpoint names something else than opposition, release, address_fact, ignored."
        )
    kind = Kind(named)
    # A sender's "resubscribed" may be an administrator's hand; only a START in words is surely the person's.
    origin = Origin.UNKNOWN if kind is Kind.RELEASE else Origin.RECIPIENT
    return Meaning(kind, REASONS[kind], origin) if kind in REASONS else IGNORED
