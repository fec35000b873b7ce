"""HubSpot and Twilio sign the address that they call, so the address must be the one they were given.

``url`` is always the configured public URL with its query, never one rebuilt from ``Host`` or ``X-Forwarded-*``.
HubSpot (guide on request validation, version 3): a few escapes of the URL are undone before signing, the others stay.
Twilio (page on webhook security): values of a repeated name count once, sorted; a port may or may not be in the URL.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from urllib.parse import parse_qs, urlsplit, urlunsplit

from contactable.errors import NotAuthentic
from contactable.signing.recipes import Secret, check_age, check_equal, check_hmac, read_timestamp, sign_hmac

# The first "?" starts the query and was never escaped; "%20", "%26" and "%3D" stay as they are.
_UNDONE = {f"%{ord(c):02X}": c for c in ":/?@!$'()*,;"}
_ESCAPE = re.compile("|".join(_UNDONE), re.IGNORECASE)
_DEFAULT_PORTS = {"https": 443, "http": 80}


def sign_hubspot(secret: bytes, method: str, url: str, body: bytes, timestamp: str) -> str:
    """``X-HubSpot-Signature-v3``; ``timestamp`` is Unix time in milliseconds, as sent beside it."""
    return base64.b64encode(sign_hmac("sha256", secret, _hubspot_message(method, url, body, timestamp))).decode()


def check_hubspot(
    secrets: Iterable[Secret], method: str, url: str, body: bytes, *, signature: str, timestamp: str, at: datetime
) -> str:
    """Return the id of the secret that signed (version 3, within five minutes); raise ``NotAuthentic`` otherwise."""
    check_age(read_timestamp(timestamp), at)
    return check_hmac("sha256", secrets, _hubspot_message(method, url, body, timestamp), base64=signature)


def sign_hubspot_v1(secret: bytes, body: bytes) -> str:
    """``X-HubSpot-Signature``: still sent beside version 3, and never accepted: it has no time and can be replayed."""
    return hashlib.sha256(secret + body).hexdigest()


def _hubspot_message(method: str, url: str, body: bytes, timestamp: str) -> bytes:
    address = _ESCAPE.sub(lambda found: _UNDONE[found[0].upper()], url.partition("#")[0])
    return f"{method}{address}".encode() + body + timestamp.encode()


def sign_twilio(secret: bytes, url: str, form: Iterable[tuple[str, str]] = ()) -> str:
    """``X-Twilio-Signature`` of a form, or of the URL alone where the body is JSON (named by ``bodySHA256``)."""
    return base64.b64encode(sign_hmac("sha1", secret, _twilio_message(url, form))).decode()


def check_twilio(
    secrets: Iterable[Secret], url: str, *, signature: str, form: Iterable[tuple[str, str]] = (), body: bytes = b""
) -> str:
    """Return the id of the auth token that signed; ``body`` counts where ``bodySHA256`` is in the query."""
    # The digest stands in the query, which is signed: a form in place of the body would change nothing it covers.
    digests = parse_qs(urlsplit(url).query).get("bodySHA256")
    if digests:
        check_equal([Secret("bodySHA256", hashlib.sha256(body).hexdigest().encode())], digests[0], "query (bodySHA256)")
    fields, secrets = () if digests else tuple(form), tuple(secrets)
    # Twilio drops the default port on some products and keeps it on others, and says so itself.
    for address in _with_and_without_port(url):
        try:
            return check_hmac("sha1", secrets, _twilio_message(address, fields), base64=signature)
        except NotAuthentic:
            continue
    raise NotAuthentic("The signature fits none of the endpoint's secrets: compare auth token and public URL.")


def _twilio_message(url: str, form: Iterable[tuple[str, str]]) -> bytes:
    return (url + "".join(name + value for name, value in sorted(set(form)))).encode("utf-8", "surrogatepass")


def _with_and_without_port(url: str) -> Iterator[str]:
    yield url
    parts = urlsplit(url)
    host, port = parts.netloc.rpartition("@")[2], _DEFAULT_PORTS.get(parts.scheme)
    if ":" not in host:
        yield urlunsplit(parts._replace(netloc=f"{parts.netloc}:{port}"))
    # An IPv6 address without a port ends in a bracket.
    elif not host.endswith("]"):
        yield urlunsplit(parts._replace(netloc=parts.netloc.rpartition(":")[0]))
