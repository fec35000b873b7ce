"""Who visits, in which language; and that a form was sent from our own page, by whoever was shown it."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, redirect, request, url_for

from contactable.console.private.doors import ConsoleDoors
from contactable.console.site.languages import LANGUAGES, language_of, marked
from contactable.console.site.rendering import page
from contactable.register import accounts
from contactable.register.accounts import Account, Role
from contactable.rules.labels import Language

LOGIN: Final = "contactable_login"
FORM: Final = "contactable_form"
LANGUAGE: Final = "contactable_language"
LARGEST: Final = 64 * 1024  # bytes of a form
OWN: Final = ("same-origin", "none")  # ``none``: the person typed the address, or reloads

Menu = Mapping[str, str]
"""The pages that a menu shows: name of the route, text in English."""


class Refused(Exception):
    """A visit that is not served: a status, and why."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody. ``account`` is None before the login; ``form`` is what the browser's cookie holds."""

    doors: ConsoleDoors
    account: Account | None
    language: Language
    login: str
    form: str
    menu: Menu

    @property
    def name(self) -> str:
        """Who it is, for traces."""
        return self.account.name if self.account else ""

    def may(self, role: Role) -> bool:
        """Whether the account's role is enough."""
        return self.account is not None and self.account.role.may(role)

    @property
    def administrator(self) -> bool:
        """Whether the account decides."""
        return self.may(Role.ADMINISTRATOR)

    @property
    def csrf(self) -> str:
        """What every form of a page sends back."""
        return hashlib.sha256(f"{self.form}:{self.login}".encode()).hexdigest()

    def page(self, template: str, *, status: int = HTTPStatus.OK, **values: Any) -> Response:
        """A page of the console."""
        other: Language = "en" if self.language == "fr" else "fr"
        around: dict[str, Any] = {
            "static": url_for(".static", filename="").rstrip("/"),
            "other_language": _in(other) if request.method == "GET" else "",
            "visit": self,
            "url": lambda name, **more: url_for(f".{name}", **more),
            "here": (request.endpoint or "").rpartition(".")[2],
        }
        return page(f"private/{template}.html", self.language, status=status, **around, **values)

    def go(self, name: str, **more: Any) -> Response:
        """Send the browser to another page of the console: by GET, and never elsewhere."""
        return redirect(url_for(f".{name}", **more), HTTPStatus.SEE_OTHER)  # type: ignore[return-value]


def begin(doors: ConsoleDoors, menu: Menu) -> Visit:
    """Who is there, by the cookies."""
    login = request.cookies.get(LOGIN, "")
    account = None
    if login:
        with doors.register().read() as tx:
            account = accounts.logged_in(tx, login)
    chosen = request.cookies.get(LANGUAGE, "")
    kept = next((each for each in LANGUAGES if each == chosen and "lang" not in request.args), None)
    form = request.cookies.get(FORM, "") or secrets.token_urlsafe(24)
    return Visit(doors, account, kept or language_of(request, doors.language), login if account else "", form, menu)


def check_form(visit: Visit) -> None:
    """Refuse a form that did not come from a page of ours, shown to the same browser and login."""
    site, origin = request.headers.get("Sec-Fetch-Site", ""), request.headers.get("Origin", "")
    if (site and site not in OWN) or (not site and origin not in ("", visit.doors.origin)):
        raise Refused(HTTPStatus.FORBIDDEN, marked("The form was sent from another site."))
    known = request.cookies.get(FORM, "")
    if not known or not hmac.compare_digest(visit.csrf.encode(), request.form.get("csrf", "").encode()):
        raise Refused(HTTPStatus.FORBIDDEN, marked("The form is no longer good: load the page again."))


def end(visit: Visit, response: Response) -> Response:
    """Give the browser what the next request needs."""
    if request.cookies.get(FORM, "") != visit.form:
        put(visit.doors, response, FORM, visit.form)
    if "lang" in request.args:
        put(visit.doors, response, LANGUAGE, visit.language)
    return response


def put(doors: ConsoleDoors, response: Response, name: str, value: str, *, lasts: int | None = None) -> None:
    """Set a cookie for the console alone, which no script reads."""
    path = url_for(".overview")
    response.set_cookie(name, value, max_age=lasts, path=path, secure=doors.secure, httponly=True, samesite="Lax")


def _in(language: Language) -> str:
    """This page in another language; of what was asked, the job that it shows."""
    job = request.args.get("id", "")
    kept = {"id": job} if re.fullmatch("[0-9a-f]{32}", job) else {}
    return f"{request.path}?{urlencode({**kept, 'lang': language})}"


Serve = Callable[[Visit], Response]
"""What answers one request."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its route, who may see it, its text in the menu (empty: not there), what answers.

    ``largest`` is the number of bytes that a form of it may have; an ``entrance`` is answered before the login.
    """

    name: str
    path: str
    role: Role
    menu: str
    serve: Serve
    posts: bool = False
    largest: int = LARGEST
    entrance: bool = False

    @property
    def acts(self) -> bool:
        """Whether it does something and shows nothing of its own: then it is done by POST alone."""
        return self.posts and not self.menu and not self.entrance
