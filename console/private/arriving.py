"""Coming in by the company's own login: out to the provider, and back with what it says of whom it sent."""

from __future__ import annotations

import base64
import hmac
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final

import msgspec
import structlog
from flask import Response, redirect, request, url_for

from contactable.console.private import openid
from contactable.console.private.entering import TOO_OFTEN, let_in
from contactable.console.private.openid import Begun, Claims, Provider
from contactable.console.private.visits import Refused, Visit, put
from contactable.console.rates import Rates
from contactable.console.site.languages import marked
from contactable.errors import Conflict, ContactableError, NotAuthentic
from contactable.register import accounts
from contactable.register.accounts import Account

log = structlog.get_logger()

COOKIE: Final = "contactable_arrival"
GOOD_FOR: Final = timedelta(minutes=10)
ALL_A_MINUTE: Final = 120
"""Logins that begin or end: each asks the provider twice."""
_SEALED: Final = "console.arrival"
_NOT_OURS: Final = marked("The login was not begun here, or took too long. Begin again.")
_NOT_GOOD: Final = marked("What your company's login answered is not good. Begin again, or tell an administrator.")
_NOBODY: Final = marked("Your company's login knows you, but you may not come in here: ask an administrator.")
_TAKEN: Final = marked("There is another account of your name: an administrator must remove it first.")


class Gate:
    """The way out and back, of one process."""

    def __init__(self) -> None:
        self._rates = Rates(ALL_A_MINUTE)

    def go(self, visit: Visit) -> Response:
        """Send the browser to the provider."""
        provider = self._provider(visit)
        url, begun = openid.begin(provider, _back(visit))
        response: Response = redirect(url, HTTPStatus.SEE_OTHER)  # type: ignore[assignment]
        put(visit.doors, response, COOKIE, _keep(visit, begun), lasts=int(GOOD_FOR.total_seconds()))
        return response

    def back(self, visit: Visit) -> Response:
        """Let in whom the provider sent back, if this browser was sent there and the settings let it in."""
        provider, begun = self._provider(visit), _kept(visit)
        said = request.args
        if begun is None or not hmac.compare_digest(begun.state.encode(), said.get("state", "").encode()):
            raise Refused(HTTPStatus.FORBIDDEN, _NOT_OURS)
        if said.get("iss", provider.issuer) != provider.issuer or not said.get("code"):
            raise Refused(HTTPStatus.FORBIDDEN, _NOT_GOOD)
        response = let_in(visit, _account(visit, provider, _claims(visit, provider, begun, said["code"])))
        put(visit.doors, response, COOKIE, "", lasts=0)
        return response

    def _provider(self, visit: Visit) -> Provider:
        if visit.doors.provider is None:
            raise Refused(HTTPStatus.NOT_FOUND, marked("No login of the company is set up."))
        if self._rates.wait(""):
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, TOO_OFTEN)
        return visit.doors.provider()


def _claims(visit: Visit, provider: Provider, begun: Begun, code: str) -> Claims:
    try:
        return openid.claims_of(provider, _back(visit), begun, code, visit.doors.clock())
    except NotAuthentic as error:
        log.warning("console_login_refused", why=str(error))
        raise Refused(HTTPStatus.FORBIDDEN, _NOT_GOOD) from None


def _account(visit: Visit, provider: Provider, claims: Claims) -> Account:
    role, name = provider.role(claims), openid.name_of(claims)
    try:
        found = visit.doors.register().write(lambda tx: accounts.arrive(tx, provider.issuer, claims["sub"], name, role))
    except Conflict:
        raise Refused(HTTPStatus.CONFLICT, _TAKEN) from None
    log.info("console_login", ok=found is not None)
    if found is None:
        raise Refused(HTTPStatus.FORBIDDEN, _NOBODY)
    return found


def _back(visit: Visit) -> str:
    return visit.doors.origin + url_for(".oidc_back")


def _keep(visit: Visit, begun: Begun) -> str:
    """What the cookie holds: sealed, so that a browser's owner can neither read nor make it."""
    content = msgspec.json.encode((begun, int(visit.doors.clock().timestamp())))
    return base64.urlsafe_b64encode(visit.doors.register().keyring.seal(_SEALED, content)).decode()


def _kept(visit: Visit) -> Begun | None:
    try:
        sealed = base64.urlsafe_b64decode(request.cookies.get(COOKIE, ""))
        content = visit.doors.register().keyring.unseal(_SEALED, sealed)
        begun, at = msgspec.json.decode(content, type=tuple[Begun, int])
    except (ValueError, IndexError, ContactableError):
        return None
    age = visit.doors.clock() - datetime.fromtimestamp(at, UTC)
    return begun if age <= GOOD_FOR else None
