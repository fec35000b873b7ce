"""Logging in and out. Whether a name, a password or a code was wrong is not told, and each name has few attempts."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Final

import structlog
from flask import Response, request

from contactable.console.private import passwords
from contactable.console.private.visits import LOGIN, Visit, put
from contactable.console.rates import Rates
from contactable.console.site.languages import marked
from contactable.register import accounts
from contactable.register.accounts import LASTS, Account

log = structlog.get_logger()

A_MINUTE: Final = 10
"""Attempts for one name."""
ALL_A_MINUTE: Final = 120
"""Attempts for all names together: hashing takes a tenth of a second of the machine, on purpose."""
WRONG: Final = marked("Name, password or code do not fit.")
TOO_OFTEN: Final = marked("Too many attempts. Wait a minute, then try again.")


class Door:
    """The login of one process, with its memory of attempts."""

    def __init__(self) -> None:
        self._of_name, self._of_all = Rates(A_MINUTE), Rates(ALL_A_MINUTE)

    def login(self, visit: Visit) -> Response:
        """Show the form, or let somebody in."""
        if visit.account:
            return visit.go("overview")
        if request.method != "POST":
            return visit.page("login", problem="")
        name = request.form.get("name", "")
        digest = hashlib.sha256(name.strip().encode("utf-8", "replace")).hexdigest()
        if self._of_all.wait("") or self._of_name.wait(digest):
            return visit.page("login", problem=TOO_OFTEN, status=HTTPStatus.TOO_MANY_REQUESTS)
        account = _known(visit, name, request.form.get("password", ""), request.form.get("code", ""))
        log.info("console_login", ok=account is not None)
        if account is None:
            return visit.page("login", problem=WRONG, status=HTTPStatus.FORBIDDEN)
        return let_in(visit, account)


def logout(visit: Visit) -> Response:
    """End the login, here and in the register."""
    visit.doors.register().write(lambda tx: accounts.log_out(tx, visit.login))
    response = visit.go("login")
    put(visit.doors, response, LOGIN, "", lasts=0)
    return response


def _known(visit: Visit, name: str, password: str, code: str) -> Account | None:
    with visit.doors.register().read() as tx:
        account = accounts.named(tx, name)
    if not passwords.fits(password, account.password if account else "") or account is None:
        return None
    if account.second_factor:
        step = passwords.step_of(account.second_factor, code)
        if step is None or not visit.doors.register().write(lambda tx: accounts.use_code(tx, account.id, step)):
            return None
    return account


def let_in(visit: Visit, account: Account) -> Response:
    """Begin a login, and show the overview."""
    token = visit.doors.register().write(lambda tx: accounts.log_in(tx, account.id))
    response = visit.go("overview")
    put(visit.doors, response, LOGIN, token, lasts=int(LASTS.total_seconds()))
    return response
