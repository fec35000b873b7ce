"""The errors of the kit, one small tree. Each message is one sentence that says what to do."""

from __future__ import annotations


def part(text: str) -> str:
    """A part of an error's sentence that has a translation of its own."""
    return text


class ContactableError(Exception):
    """Anything the kit refuses or could not do; ``exit_code`` is what the command line ends with."""

    exit_code = 1


class SettingsError(ContactableError):
    """The settings file is missing, unreadable, or says something that it may not."""

    exit_code = 3


class RegisterError(ContactableError):
    """The register cannot be opened, read or written."""

    exit_code = 5


class NoRegister(RegisterError):
    """There is no register yet: the first day."""


class KeyMismatch(RegisterError):
    """The key at hand is not the one the register was written with: it would open everybody."""


class NotAuthentic(ContactableError):
    """A request is not from whom it claims to be: unsigned, forged, stale, or with a wrong secret."""


class NotSigned(NotAuthentic):
    """A request has no signature where one is wanted. Some senders leave it out by mistake, and sign the next try."""


class Malformed(ContactableError):
    """An input cannot be read: a field is missing, or of another kind than documented."""

    exit_code = 2


class Unavailable(ContactableError):
    """A CRM or a sender does not answer; the same call may go through later."""

    exit_code = 4


class Refused(ContactableError):
    """A CRM or a sender answered no: wrong token, missing scope, record or property of another kind."""

    exit_code = 4


class LimitReached(Unavailable):
    """A limit is used up; ``retry_after`` is the number of seconds to wait, or None where unknown."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Conflict(ContactableError):
    """Somebody else holds it: a second ``serve``, a second sync of one portal, a port in use."""
