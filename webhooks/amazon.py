"""Amazon's certificates for messages of SNS: which addresses are Amazon's, and what a certificate must be.

Amazon's own pattern for the host lets ``sns.s3-us-west-2.amazonaws.com`` pass, which is anybody's bucket called "sns".
Ours names the regions' form and the file's. The European Sovereign Cloud (partition ``aws-eusc``) has hosts under
``amazonaws.eu``: they count for its topics and for no others. The fetch is the only input and output of any provider:
without redirects, five seconds, 16 KB, each address once. Vendor's page: docs.aws.amazon.com, "Verifying the signatures
of Amazon SNS messages", read on 2026-11-23.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.x509 import Certificate, load_pem_x509_certificate

from contactable.errors import NotAuthentic

PATIENCE = 5  # seconds
LARGEST = 16_384  # bytes of a certificate

_HOST = re.compile(r"sns\.[a-z]{2}(-gov|-iso[a-z]?)?-[a-z]+-\d\.amazonaws\.com(\.cn)?")
_SOVEREIGN, _SOVEREIGN_HOST = "arn:aws-eusc:", re.compile(r"sns\.eusc-[a-z]{2}-[a-z]+-\d\.amazonaws\.eu")
_PATH = re.compile(r"/SimpleNotificationService-[0-9a-f]{32}\.pem")
_HASHES: dict[str, HashAlgorithm] = {"sha1": SHA1(), "sha256": SHA256()}  # noqa: S303 - version 1 of SNS is SHA-1


def is_amazon_url(url: str, topic: str = "") -> bool:
    """Whether an address is one of SNS itself: https, no port and no user, a host of the regions of ``topic``."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    host = _SOVEREIGN_HOST if topic.startswith(_SOVEREIGN) else _HOST
    return parts.scheme == "https" and host.fullmatch(parts.netloc) is not None


def is_certificate_url(url: str, topic: str = "") -> bool:
    """Whether an address is that of a certificate of SNS; an end of line or a query is none of it."""
    if not is_amazon_url(url, topic) or url != url.strip():
        return False
    parts = urlsplit(url)
    return url == f"https://{parts.netloc}{parts.path}" and _PATH.fullmatch(parts.path) is not None


def check_signature(
    message: bytes,
    signature: bytes,
    algorithm: str | None,
    url: str,
    fetch: Callable[[str], bytes],
    at: datetime,
    topic: str = "",
) -> None:
    """Raise ``NotAuthentic`` unless the certificate at ``url``, valid ``at`` that moment, signed ``message``."""
    if algorithm not in _HASHES or not is_certificate_url(url, topic):
        raise NotAuthentic("The message is not signed, or its certificate is not at an address of Amazon SNS.")
    found = _read(fetch(url))
    key = found.public_key()
    if not isinstance(key, RSAPublicKey) or not found.not_valid_before_utc <= at <= found.not_valid_after_utc:
        raise NotAuthentic("The certificate is out of date, or not one of Amazon SNS.")
    try:
        key.verify(signature, message, PKCS1v15(), _HASHES[algorithm])
    except InvalidSignature:
        raise NotAuthentic("The signature does not fit the message.") from None


def _read(pem: bytes) -> Certificate:
    try:
        return load_pem_x509_certificate(pem)
    except ValueError:
        raise NotAuthentic("The certificate cannot be read.") from None


@lru_cache(maxsize=32)
def certificate(url: str) -> bytes:
    """Fetch the certificate at an address that was checked; raise ``NotAuthentic`` where it does not come."""
    import requests

    try:
        with requests.get(url, timeout=PATIENCE, allow_redirects=False, stream=True) as answer:
            found = answer.raw.read(LARGEST + 1, decode_content=True) if answer.status_code == 200 else b""
    except (requests.RequestException, OSError):
        found = b""
    if not 0 < len(found) <= LARGEST:
        raise NotAuthentic("The certificate of the message could not be fetched from Amazon.")
    return bytes(found)
