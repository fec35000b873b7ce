"""The door of a small CRM: what becomes of every request, in this order.

Find the route, let the caller in, take what the plan of faults has in store, count against the limits, wait the
latency, answer. Everything but what the sandbox itself is asked ends in the journal.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

import msgspec
from werkzeug.exceptions import MethodNotAllowed, NotFound

from contactable.sandbox.front.control import CONTROL
from contactable.sandbox.front.faults import DROP, SLOW, Fault
from contactable.sandbox.front.journal import Served
from contactable.sandbox.front.manner import Answer, Asked, Route
from contactable.sandbox.front.messages import Incoming, Outgoing, Problem

if TYPE_CHECKING:
    from contactable.sandbox.front.small import SmallCrm


def serve(crm: SmallCrm, incoming: Incoming) -> Outgoing:
    """Answer one request."""
    began = time.perf_counter()
    route, path = _route(crm, incoming)
    if route in CONTROL:
        return _outgoing(_careful(crm, incoming, route, path, None), "")
    fault = crm.plan.next(route.name, route.verb) if route else None
    answer = _careful(crm, incoming, route, path, fault)
    name, effect = route.name if route else "unknown", fault.effect if fault else ""
    crm.journal.add(Served(crm.clock(), name, answer.status, time.perf_counter() - began, effect))
    return _outgoing(answer, effect)


def _route(crm: SmallCrm, incoming: Incoming) -> tuple[Route | None, Mapping[str, str]]:
    try:
        return crm.rules.match(unquote(incoming.path), incoming.method)
    except (NotFound, MethodNotAllowed):
        return None, {}


def _careful(
    crm: SmallCrm, incoming: Incoming, route: Route | None, path: Mapping[str, str], fault: Fault | None
) -> Answer:
    try:
        return _answer(crm, incoming, route, path, fault)
    except Problem as refused:
        return Answer(refused.status, refused.body, refused.headers)
    except Exception:  # noqa: BLE001 - a server answers; whose fault it is stands on stderr
        traceback.print_exc()
        return Answer(500, crm.manner.error(500, "internal error"))


def _answer(
    crm: SmallCrm, incoming: Incoming, route: Route | None, path: Mapping[str, str], fault: Fault | None
) -> Answer:
    if route is None:
        raise crm.problem(404, "there is no such path")
    if not route.open:
        crm.manner.admit(crm, incoming, route)
        if route.verb in crm.denied:
            raise crm.problem(403, "the user may not do that")
    if fault:
        _strike(crm, fault)
    with _side_by_side(crm):
        if not route.open:
            _count(crm, route)
            time.sleep(crm.latency)
        with crm.lock:
            answer = route.answer(Asked(crm, path, parse_qs(incoming.query), incoming.headers, _body(crm, incoming)))
    return Answer(answer.status, answer.body, {**crm.manner.headers(crm.meters), **answer.headers})


@contextmanager
def _side_by_side(crm: SmallCrm) -> Iterator[None]:
    """Refuse a request that is one too many at a time."""
    with crm.counting:
        crm.under_way += 1
        too_many = 0 < crm.most_at_once < crm.under_way
    try:
        if too_many:
            raise crm.problem(429, "too many requests at a time")
        yield
    finally:
        with crm.counting:
            crm.under_way -= 1


def _strike(crm: SmallCrm, fault: Fault) -> None:
    if fault.effect == DROP:
        raise Problem(0, None)
    if fault.effect == SLOW:
        time.sleep(fault.wait or 0)
    if fault.effect.isdigit():
        delay = {} if fault.wait is None else {"Retry-After": str(int(fault.wait))}
        raise crm.problem(int(fault.effect), "as the plan says", delay)


def _count(crm: SmallCrm, route: Route) -> None:
    for meter in (crm.meters[name] for name in route.limits if name in crm.meters):
        if not meter.let():
            delay = {"Retry-After": str(int(meter.reset) + 1)} if meter.limit.names_delay else {}
            raise crm.problem(429, "too many requests", {**crm.manner.headers(crm.meters), **delay})


def _body(crm: SmallCrm, incoming: Incoming) -> Any:
    if not incoming.body:
        return None
    kind = incoming.headers.get("content-type", "")
    if kind.startswith("application/x-www-form-urlencoded"):
        return {name: values[0] for name, values in parse_qs(incoming.body.decode("utf-8", "replace")).items()}
    if not kind.startswith("application/json"):
        return incoming.body
    try:
        return msgspec.json.decode(incoming.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise crm.problem(400, "the body is no JSON") from None


def _outgoing(answer: Answer, effect: str) -> Outgoing:
    said = {"Content-Type": "application/json; charset=utf-8", **answer.headers}
    body = b"" if answer.body is None else answer.body
    return Outgoing(answer.status, said, body if isinstance(body, bytes) else msgspec.json.encode(body), effect)
