"""The HTTP API: verdicts, oppositions, consents, scrubbing. A blueprint apart from the public one.

Each request carries a token of ours (``Authorization: Bearer``) whose scopes name what it may do. Identifiers come in
the bodies of POSTs, so that no log of a proxy holds one; refusals are problem documents (RFC 9457) that repeat nothing.
Every person whose state is read leaves a row (``register.accesses``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from math import ceil
from typing import Any, Final

import msgspec
import structlog
from flask import Blueprint, Response, request

from contactable.console.api_doors import ApiDoors, Caller
from contactable.console.api_operations import OPERATIONS, Operation
from contactable.console.openapi import document
from contactable.console.problems import Refusal, unreadable
from contactable.console.rates import Rates
from contactable.errors import ContactableError
from contactable.logs import trace
from contactable.register import api_tokens
from contactable.register.api_tokens import ApiToken
from contactable.webhooks.hooks import LARGEST, TooLarge, read_body

log = structlog.get_logger()

_ALL: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def make_api(doors: ApiDoors) -> Blueprint:
    """The blueprint ``contactable_api``; mount it under a prefix of its own, behind TLS."""
    blueprint = Blueprint("contactable_api", __name__)
    rates = Rates(doors.per_minute)

    @blueprint.route("/openapi.json", methods=["GET"])
    def openapi() -> Response:
        return Response(msgspec.json.encode(document()), content_type="application/json")

    @blueprint.route("/<path:name>", methods=_ALL)
    def operation(name: str) -> Response:
        return _answered(lambda: _serve(doors, rates, OPERATIONS.get(name)))

    return blueprint


def _answered(serve: Callable[[], Response]) -> Response:
    try:
        return serve()
    except Refusal as refusal:
        return refusal.response()
    except ContactableError as error:  # the register is away, or a mail did not leave: its sentences quote nobody
        return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, str(error), headers={"Retry-After": "10"}).response()
    except Exception as error:  # noqa: BLE001 - whoever called must not read what it stumbled over
        log.error("api_failed", where=trace(error))
        return Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "This is a fault of ours; it is in the log.").response()


def _serve(doors: ApiDoors, rates: Rates, operation: Operation | None) -> Response:
    if operation is None:
        raise Refusal(HTTPStatus.NOT_FOUND, f"There are: {', '.join(OPERATIONS)}.")
    if request.method != "POST":
        detail = "Ask by POST: identifiers belong into bodies, never into addresses."
        raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, detail, headers={"Allow": "POST"})
    token = _token(doors)
    _within(rates, token)
    if operation.scope not in token.scopes:
        detail = f"This token has not the scope {operation.scope}: contactable token add"
        raise Refusal(HTTPStatus.FORBIDDEN, detail, headers=_challenge("insufficient_scope"))
    if request.query_string:
        raise Refusal(HTTPStatus.BAD_REQUEST, "The address takes no query: put everything into the body.")
    status, answer = operation.run(doors, Caller(token.id), _body(operation.body))
    log.info("api", operation=operation.name, token=token.id, status=int(status))
    return Response(msgspec.json.encode(answer), status.value, content_type="application/json")


def _token(doors: ApiDoors) -> ApiToken:
    """Who asks; a refusal does not tell whether a token was unknown, revoked, or too old."""
    kind, _, presented = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and presented:
        with doors.register().read() as tx:
            token = api_tokens.find(tx, presented.strip())
        if token is not None:
            return token
    detail = "Send a token that is good: Authorization: Bearer ctb_…"
    raise Refusal(HTTPStatus.UNAUTHORIZED, detail, headers=_challenge())


def _within(rates: Rates, token: ApiToken) -> None:
    seconds = rates.wait(token.id)
    if seconds:
        detail = "This token asks too often."
        raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, detail, headers={"Retry-After": str(ceil(seconds))})


def _body(kind: type) -> Any:
    if request.mimetype != "application/json":
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send application/json.")
    try:
        return msgspec.json.decode(read_body(request.environ), type=kind)
    except TooLarge:
        raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A body has at most {LARGEST} bytes.") from None
    except msgspec.MsgspecError as error:
        raise unreadable(error) from None
    except (ValueError, RecursionError):  # bytes that are no UTF-8, brackets without end, no gzip
        raise Refusal(HTTPStatus.BAD_REQUEST, "The body is not JSON.") from None


def _challenge(error: str = "") -> Mapping[str, str]:
    return {"WWW-Authenticate": 'Bearer realm="contactable"' + (f', error="{error}"' if error else "")}
