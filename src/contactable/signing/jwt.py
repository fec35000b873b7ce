"""Signed tokens (RFC 7519, compact form) as Ringover and Vonage send them: one algorithm, named by us and not by them.

Only HMAC is known here, so the two classic holes (``none``, and a public key taken for a secret) do not exist.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any

from contactable.errors import NotAuthentic
from contactable.signing.recipes import Secret, check_hmac, sign_hmac

_HASHES = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
_UNREADABLE = "The token is missing or not a signed token of the expected algorithm."


def sign_jwt(secret: bytes, claims: Mapping[str, Any], algorithm: str = "HS256") -> str:
    """A token over ``claims``, signed."""
    signed = f"{_encode({'alg': algorithm, 'typ': 'JWT'})}.{_encode(claims)}"
    return f"{signed}.{_trimmed(sign_hmac(_HASHES[algorithm], secret, signed.encode()))}"


def check_jwt(secrets: Iterable[Secret], token: str, algorithm: str) -> tuple[str, dict[str, Any]]:
    """Return the id of the secret that signed, and the claims. Times in the claims are the caller's to judge."""
    signed, _, signature = token.rpartition(".")
    header, _, claims = signed.partition(".")
    # The header is compared, never obeyed.
    if not token.isascii() or _decode(header).get("alg") != algorithm:
        raise NotAuthentic(_UNREADABLE)
    id = check_hmac(_HASHES[algorithm], secrets, signed.encode(), base64=_padded(signature))
    return id, _decode(claims)


def _encode(value: Mapping[str, Any]) -> str:
    return _trimmed(json.dumps(value, separators=(",", ":")).encode())


def _trimmed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _padded(text: str) -> str:
    # Strict base64 wants the ordinary alphabet and its padding; URL-safe decoding would skip foreign letters.
    return text.translate({ord("-"): "+", ord("_"): "/"}) + "=" * (-len(text) % 4)


def _decode(part: str) -> dict[str, Any]:
    try:
        value = json.loads(base64.b64decode(_padded(part), validate=True))
    except (ValueError, RecursionError):
        raise NotAuthentic(_UNREADABLE) from None
    if not isinstance(value, dict):
        raise NotAuthentic(_UNREADABLE)
    return value
