"""A user's assertion (JWT bearer): signed by the key of the connected app's certificate, for login or for sandboxes."""

from __future__ import annotations

import base64
import json
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")
LIFE = 300  # seconds after which an assertion may end at the latest (assumed: those of simple-salesforce end after 180)


def signed(key: bytes, assertion: str) -> bool:
    """Whether this key signed it, and it is for us and for now."""
    said, _, signature = assertion.rpartition(".")
    public = load_pem_public_key(key) if key else None
    if not isinstance(public, RSAPublicKey):
        return False
    try:
        public.verify(_decoded(signature), said.encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    claims = json.loads(_decoded(said.partition(".")[2]))
    return bool(claims["aud"] in AUDIENCES and 0 < int(claims["exp"]) - time.time() <= LIFE and claims["sub"])


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
