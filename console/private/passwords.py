"""Passwords and one-time codes of the console's accounts: argon2 and RFC 6238, by the extra ``console``."""

from __future__ import annotations

import hmac
import secrets
import time
from functools import cache
from typing import Any, Final

from contactable.console.private.extra import library
from contactable.errors import Malformed

SHORTEST: Final = 12
"""Characters of a password, as the CNIL asks where there is no other secret."""
LONGEST: Final = 200
_STEP: Final = 30  # seconds of one code
_ISSUER: Final = "contactable"


def hashed(password: str) -> str:
    """The hash to keep; raises ``Malformed`` for a password that is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Malformed(f"A password has {SHORTEST} to {LONGEST} characters.")
    return str(_hasher().hash(password))


def fits(password: str, kept: str) -> bool:
    """Whether a password is the one of a hash. With no hash it takes as long, and is not."""
    argon2 = library("argon2")
    try:
        return bool(_hasher().verify(kept or _nobodys(), password[: LONGEST + 1])) and bool(kept)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def new_secret() -> str:
    """A fresh secret of one-time codes."""
    return str(library("pyotp").random_base32())


def enrolment(secret: str, name: str) -> str:
    """The address that an authenticator takes up, as text or as a picture made of it."""
    return str(library("pyotp").TOTP(secret).provisioning_uri(name=name, issuer_name=_ISSUER))


def step_of(secret: str, code: str, at: float | None = None) -> int | None:
    """The step of thirty seconds that a code belongs to, now or one before or after; None where it fits none."""
    codes, now = library("pyotp").TOTP(secret), int((at or time.time()) // _STEP)
    given = code.replace(" ", "").encode()
    near = (now, now - 1, now + 1)
    return next((step for step in near if hmac.compare_digest(codes.at(step * _STEP).encode(), given)), None)


@cache
def _hasher() -> Any:
    return library("argon2").PasswordHasher()


@cache
def _nobodys() -> str:
    return str(_hasher().hash(secrets.token_hex()))
