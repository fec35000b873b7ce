"""The console as a Flask blueprint, apart from the public one: mount it under a prefix of its own, behind TLS."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from contactable.console.private import (
    acting,
    beginning,
    cleaning,
    complaining,
    deciding,
    overview,
    own_account,
    person,
    reviewing,
    running,
    trying,
)
from contactable.console.private.arriving import Gate
from contactable.console.private.doors import ConsoleDoors
from contactable.console.private.entering import Door, logout
from contactable.console.private.visits import Menu, Page, Refused, Visit, begin, check_form, end
from contactable.console.site.languages import marked
from contactable.console.site.rendering import STATIC
from contactable.errors import Conflict, ContactableError, Malformed
from contactable.logs import trace
from contactable.register.accounts import Role

log = structlog.get_logger()

PAGES = tuple(
    page
    for part in (
        overview,
        person,
        acting,
        complaining,
        trying,
        deciding,
        cleaning,
        reviewing,
        running,
        own_account,
        beginning,
    )
    for page in part.PAGES
)
"""Every page behind the login, in the order of the menu."""


def make_console(doors: ConsoleDoors) -> Blueprint:
    """The blueprint ``contactable_console``."""
    blueprint = Blueprint("contactable_console", __name__, static_folder=str(STATIC), static_url_path="/static")
    menu = {page.name: page.menu for page in PAGES if page.menu}
    for page in (*_entrances(), *PAGES):
        methods = ["GET", "POST"] if page.posts else ["GET"]
        serve = partial(_serve, doors, menu, page)
        # "/" is met without its slash too: a redirect there would repeat the host that was asked for.
        blueprint.add_url_rule(page.path, page.name, serve, methods=methods, strict_slashes=False)
    leaving = Page("logout", "/logout", Role.VIEWER, "", logout, posts=True)
    blueprint.add_url_rule("/logout", "logout", partial(_serve, doors, menu, leaving), methods=["POST"])
    return blueprint


def _entrances() -> tuple[Page, ...]:
    """What is answered before the login."""
    gate = Gate()
    return (
        Page("login", "/login", Role.VIEWER, "", Door().login, posts=True, entrance=True),
        Page("oidc", "/oidc", Role.VIEWER, "", gate.go, entrance=True),
        Page("oidc_back", "/oidc/back", Role.VIEWER, "", gate.back, entrance=True),
    )


def _serve(doors: ConsoleDoors, menu: Menu, page: Page, **parts: str) -> Response:
    request.max_content_length = page.largest
    try:
        visit = begin(doors, menu)
    except ContactableError as error:  # no register: there is nobody to be known
        log.error("console_failed", where=trace(error))
        return Response("The register cannot be read.\n", HTTPStatus.SERVICE_UNAVAILABLE, content_type="text/plain")
    return end(visit, _answered(visit, lambda: _guarded(visit, page)))


def _guarded(visit: Visit, page: Page) -> Response:
    if request.method == "POST":
        check_form(visit)
    elif page.acts:  # whoever loads the address of an act again: looking does nothing
        return visit.go("overview")
    if page.entrance:
        return page.serve(visit)
    if visit.account is None:
        return visit.go("login")
    if not visit.may(page.role):
        raise Refused(HTTPStatus.FORBIDDEN, marked("Your role does not allow this: ask an administrator."))
    return page.serve(visit)


def _answered(visit: Visit, serve: Callable[[], Response]) -> Response:
    """Answer every refusal with a page; none repeats what was sent."""
    try:
        return serve()
    except Refused as refused:
        return _said(visit, refused.status, refused.why)
    except HTTPException as error:  # too large, or no form at all
        return _said(visit, HTTPStatus(error.code or 400), marked("The form cannot be read."))
    except Malformed as error:
        return _said(visit, HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
    except Conflict as error:
        return _said(visit, HTTPStatus.CONFLICT, str(error))
    except ContactableError as error:
        return _said(visit, HTTPStatus.SERVICE_UNAVAILABLE, str(error))
    except Exception as error:  # noqa: BLE001 - whoever looks must not read what it stumbled over
        log.error("console_failed", where=trace(error))
        return _said(visit, HTTPStatus.INTERNAL_SERVER_ERROR, marked("This is a fault of ours; it is in the log."))


def _said(visit: Visit, status: HTTPStatus, why: str) -> Response:
    return visit.page("refused", status=status, why=why)
