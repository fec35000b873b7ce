"""The door: what HubSpot does with every request before anything else, in this order.

Find the route, check token and scopes, take what the plan of faults has in store, count against the limits, wait the
latency, answer. Everything ends in the journal.
"""

from __future__ import annotations

import time
import traceback
import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

import msgspec
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule

from contactable.sandbox.front.faults import DROP, SLOW, Fault
from contactable.sandbox.front.journal import Served
from contactable.sandbox.front.messages import Incoming, Outgoing, Problem
from contactable.sandbox.hubspot.problems import invalid, missing_scopes, not_found, of_fault, problem
from contactable.sandbox.hubspot.routes import ALL
from contactable.sandbox.hubspot.routing import Answer, Asked, Route
from contactable.sandbox.hubspot.tokens import Grant

if TYPE_CHECKING:
    from contactable.sandbox.hubspot.sandbox import HubSpotSandbox

_RULES = Map([Rule(path, methods=[route.method], endpoint=route) for route in ALL for path in route.paths]).bind("")
LONGEST_URI = 16_384  # long lists of properties belong into a body; the exact figure is to be confirmed
_NOBODY = Grant("", 0, frozenset())


def serve(sandbox: HubSpotSandbox, incoming: Incoming) -> Outgoing:
    """Answer one request."""
    began = time.perf_counter()
    route, path = _route(incoming)
    if route is not None and route.name.startswith("sandbox_"):
        return _play(sandbox, incoming, route, path)
    fault = sandbox.plan.next(route.name) if route else None
    headers, answer = _answer(sandbox, incoming, route, path, fault)
    name, effect = route.name if route else "unknown", fault.effect if fault else ""
    seconds = time.perf_counter() - began
    sandbox.journal.add(Served(sandbox.portal.clock(), name, answer.status, seconds, effect))
    return _outgoing(answer, headers, effect)


def _play(sandbox: HubSpotSandbox, incoming: Incoming, route: Route, path: Mapping[str, str]) -> Outgoing:
    """A control route: no latency, no limits, no journal."""
    try:
        return _outgoing(route.answer(_asked(sandbox, incoming, _NOBODY, path)), {}, "")
    except Problem as refused:
        return _outgoing(Answer(refused.status, refused.body), refused.headers, "")


# Several clients write a slash at the end of some paths, and addresses in a path come escaped.
def _route(incoming: Incoming) -> tuple[Route | None, Mapping[str, str]]:
    try:
        return _RULES.match(unquote(incoming.path).rstrip("/") or "/", incoming.method)
    except (NotFound, MethodNotAllowed):
        return None, {}


def _answer(
    sandbox: HubSpotSandbox, incoming: Incoming, route: Route | None, path: Mapping[str, str], fault: Fault | None
) -> tuple[Mapping[str, str], Answer]:
    headers: Mapping[str, str] = {}
    try:
        asked, headers = _let_in(sandbox, incoming, route, path, fault)
        with sandbox.portal.holding(_written(asked) if route and route.locks else ()):
            _wait(sandbox.latency + (fault.wait or 0 if fault and fault.effect == SLOW else 0))
            return headers, route.answer(asked) if route else Answer(404)
    except Problem as refused:
        return {**headers, **refused.headers}, Answer(refused.status, refused.body)
    except Exception:  # noqa: BLE001 - a server answers; whose fault it is stands on stderr
        traceback.print_exc()
        return headers, Answer(500, problem(500, "internal error", "INTERNAL_ERROR").body)


def _wait(seconds: float) -> None:
    if seconds:
        time.sleep(seconds)


def _written(asked: Asked) -> Iterable[str]:
    inputs = asked.body.get("inputs") if isinstance(asked.body, dict) else None
    return [str(each.get("id")) for each in inputs or () if isinstance(each, dict)]


def _let_in(
    sandbox: HubSpotSandbox, incoming: Incoming, route: Route | None, path: Mapping[str, str], fault: Fault | None
) -> tuple[Asked, Mapping[str, str]]:
    """Everything before the work itself: what is refused here is refused at once, as an edge does."""
    if len(incoming.path) + len(incoming.query) > LONGEST_URI:
        raise problem(414, "URI Too Long", "URI_TOO_LONG")
    if route is None:
        raise not_found()
    grant = _NOBODY if route.open else _admit(sandbox, incoming, route)
    if fault and fault.effect == DROP:
        raise Problem(0, {})
    if fault and fault.effect.isdigit():
        raise of_fault(fault)
    headers: Mapping[str, str] = {}
    if not route.open:
        headers = sandbox.meter.let_search() if route.search else sandbox.meter.let(daily=not grant.oauth)
    return _asked(sandbox, incoming, grant, path), headers


def _admit(sandbox: HubSpotSandbox, incoming: Incoming, route: Route) -> Grant:
    grant = sandbox.portal.tokens.check(incoming.headers.get("authorization", ""), sandbox.portal.clock())
    if route.scopes and not grant.scopes.intersection(route.scopes):
        raise missing_scopes(route.scopes)
    return grant


def _asked(sandbox: HubSpotSandbox, incoming: Incoming, grant: Grant, path: Mapping[str, str]) -> Asked:
    query = parse_qs(incoming.query, keep_blank_values=True) if incoming.query else {}
    base = f"http://{incoming.headers.get('host', '')}{incoming.path}"
    return Asked(sandbox.portal, grant, path, query, _body(incoming), base, sandbox)


def _body(incoming: Incoming) -> Any:
    if not incoming.body:
        return {}
    if incoming.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {name: values[0] for name, values in parse_qs(incoming.body.decode("utf-8", "replace")).items()}
    try:
        return msgspec.json.decode(incoming.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise invalid("Invalid input JSON on line 1, column 1: it cannot be read.") from None


def _outgoing(answer: Answer, headers: Mapping[str, str], effect: str) -> Outgoing:
    said = {**headers, **answer.headers, "X-HubSpot-Correlation-Id": str(uuid.uuid4())}
    if answer.body is None or isinstance(answer.body, bytes):
        return Outgoing(answer.status, said, answer.body or b"", effect)
    if isinstance(answer.body, str):  # a page for people
        said["Content-Type"] = "text/html;charset=utf-8"
        return Outgoing(answer.status, said, answer.body.encode(), effect)
    said["Content-Type"] = "application/json;charset=utf-8"
    return Outgoing(answer.status, said, msgspec.json.encode(answer.body), effect)
