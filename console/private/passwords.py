"""Passwords and one-time codes of the console's accounts: argon2 and RFC 6238, by the extra ``console``."""

from __future__ import annotations

import hmac
import secrets
import time
from functools import cache
from importlib import import_module
from typing import Any, Final

from contactable.errors import Malformed, SettingsError

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
    argon2 = _library("argon2")
    try:
        return bool(_hasher().verify(kept or _nobodys(), password[: LONGEST + 1])) and bool(kept)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def new_secret() -> str:
    """A fresh secret of one-time codes."""
    return str(_library("pyotp").random_base32())


def enrolment(secret: str, name: str) -> str:
    """The address that an authenticator takes up, as text or as a picture made of it."""
    return str(_library("pyotp").TOTP(secret).provisioning_uri(name=name, issuer_name=_ISSUER))


def step_of(secret: str, code: str, at: float | None = None) -> int | None:
    """The step of thirty seconds that a code belongs to, now or one before or after; None where it fits none."""
    codes, now = _library("pyotp").TOTP(secret), int((at or time.time()) // _STEP)
    given = code.replace(" ", "").encode()
    near = (now, now - 1, now + 1)
    return next((step for step in near if hmac.compare_digest(codes.at(step * _STEP).encode(), given)), None)


@cache
def _hasher() -> Any:
    return _library("argon2").PasswordHasher()


@cache
def _nobodys() -> str:
    return str(_hasher().hash(secrets.token_hex()))


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise SettingsError("The console needs: pip install 'contactable[console]'") from None
