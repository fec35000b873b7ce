"""One's own account: setting up one-time codes, with the picture that an authenticator takes up.

The fresh secret goes to the browser sealed, and counts once a code of it has come back: nobody locks themselves out
with a picture that no device took. Who has lost the device asks an administrator
(``contactable console user second-factor NAME --off``).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from flask import Response, request

from contactable.console.private import passwords
from contactable.console.private.entering import A_MINUTE, TOO_OFTEN
from contactable.console.private.extra import library
from contactable.console.private.visits import Page, Refused, Visit
from contactable.console.rates import Rates
from contactable.console.site.languages import marked
from contactable.errors import ContactableError
from contactable.register import Tx, accounts
from contactable.register.accounts import Account, Role

_SEALED: Final = "console.enrolment"
ROLES: Final = {
    Role.VIEWER: marked("viewer: looks"),
    Role.OPERATOR: marked("operator: records oppositions, answers people"),
    Role.ADMINISTRATOR: marked("administrator: decides, annuls"),
}
_UNFIT: Final = marked("The code does not fit: look at the authenticator again.")


class Desk:
    """The page of one process, with its memory of attempts."""

    def __init__(self) -> None:
        self._rates = Rates(A_MINUTE)

    def show(self, visit: Visit) -> Response:
        """How the account stands; for one without codes, a fresh secret to take up."""
        return _page(visit, passwords.new_secret())

    def enrol(self, visit: Visit) -> Response:
        """Ask for one-time codes from now on, once a first code of the secret shown has come back."""
        account, secret = self._own(visit), _unsealed(visit, request.form.get("enrolment", ""))
        if account.second_factor:
            raise Refused(HTTPStatus.CONFLICT, marked("The account asks for codes already."))
        step = passwords.step_of(secret, request.form.get("code", ""))
        if step is None:
            return _page(visit, secret, problem=_UNFIT, status=HTTPStatus.UNPROCESSABLE_ENTITY)

        def keep(tx: Tx) -> None:
            accounts.set_second_factor(tx, account.name, secret)
            accounts.use_code(tx, account.id, step)

        visit.doors.register().write(keep)
        return visit.go("own_account")

    def end(self, visit: Visit) -> Response:
        """Ask for no codes any more; one of them must be given a last time."""
        account = self._own(visit)
        step = passwords.step_of(account.second_factor, request.form.get("code", "")) if account.second_factor else None
        if step is None or not visit.doors.register().write(lambda tx: accounts.use_code(tx, account.id, step)):
            return _page(visit, passwords.new_secret(), problem=_UNFIT, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        visit.doors.register().write(lambda tx: accounts.set_second_factor(tx, account.name, ""))
        return visit.go("own_account")

    def _own(self, visit: Visit) -> Account:
        """The account, of somebody who has attempts left and comes in by a password of ours."""
        account = visit.account
        assert account is not None
        if not account.password:
            raise Refused(HTTPStatus.CONFLICT, marked("Your company's login asks for the second factor."))
        if self._rates.wait(account.id):
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, TOO_OFTEN)
        return account


def _page(visit: Visit, secret: str, *, problem: str = "", status: int = HTTPStatus.OK) -> Response:
    assert visit.account is not None
    address = passwords.enrolment(secret, visit.account.name)
    sealed = visit.doors.register().keyring.seal(_SEALED, f"{visit.account.id}:{secret}".encode()).hex()
    picture = library("segno").make(address, micro=False).svg_data_uri(scale=4, dark="#000", light="#fff")
    role = ROLES[visit.account.role]
    return visit.page(
        "own_account", secret=secret, enrolment=sealed, picture=picture, problem=problem, role=role, status=status
    )


def _unsealed(visit: Visit, sealed: str) -> str:
    """The secret that this account was shown."""
    try:
        text = visit.doors.register().keyring.unseal(_SEALED, bytes.fromhex(sealed)).decode()
    except (ValueError, IndexError, ContactableError):
        text = ""
    id, _, secret = text.partition(":")
    if not secret or visit.account is None or id != visit.account.id:
        raise Refused(HTTPStatus.FORBIDDEN, marked("The form is no longer good: load the page again."))
    return secret


def _pages() -> tuple[Page, ...]:
    desk = Desk()
    return (
        Page("own_account", "/account", Role.VIEWER, "", desk.show),
        Page("enrol", "/account/enrol", Role.VIEWER, "", desk.enrol, posts=True),
        Page("end_codes", "/account/end", Role.VIEWER, "", desk.end, posts=True),
    )


PAGES = _pages()
