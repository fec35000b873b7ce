"""HMAC, constant-time comparison, the age of a signature, and Standard Webhooks (specification 1.0.0).

An endpoint has a list of active secrets, the current one and the ones it replaces, so that a rotation loses nothing. A
check answers the id of the secret that fitted: once an old id is no longer seen, the old secret can go.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from contactable.errors import NotAuthentic, SettingsError

WINDOW = timedelta(minutes=5)  # how far a fresh timestamp may lie from our clock, either way

_LATEST = 10**11  # seconds; what is above can only be milliseconds


@dataclass(frozen=True, slots=True)
class Secret:
    """One active secret. ``id`` may be logged, ``value`` never; an empty one is refused (HMAC would accept it)."""

    id: str
    value: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not self.value:
            raise SettingsError(f"The secret {self.id} is empty: put the sender's secret there.")


def sign_hmac(algorithm: str, key: bytes, message: bytes) -> bytes:
    """The HMAC of a message; ``algorithm`` is a name of ``hashlib`` (``sha256``)."""
    # Not `hmac.digest`, which lets other threads go first each time: a server under load waits for its turn again.
    return hmac.new(key, message, algorithm).digest()


def check_hmac(
    algorithm: str,
    secrets: Iterable[Secret],
    message: bytes,
    *,
    hexadecimal: str | None = None,
    base64: str | None = None,
) -> str:
    """Return the id of the secret under which ``message`` has the given HMAC; raise ``NotAuthentic`` where none has."""
    given = _from_hexadecimal(hexadecimal) if hexadecimal is not None else _from_base64(base64 or "")
    # The current secret comes first: during a rotation the older ones cost one HMAC more.
    for secret in secrets:
        if hmac.compare_digest(sign_hmac(algorithm, secret.value, message), given):
            return secret.id
    raise NotAuthentic("The signature fits none of the endpoint's secrets: compare the secret with the sender's.")


def check_equal(secrets: Iterable[Secret], given: str | bytes, what: str) -> str:
    """Return the id of the secret that equals ``given``, in constant time; ``what`` names the place in the error."""
    # compare_digest raises TypeError on a text that is not ASCII, so bytes it is.
    given = given.encode("utf-8", "surrogatepass") if isinstance(given, str) else given
    for secret in secrets:
        if hmac.compare_digest(secret.value, given):
            return secret.id
    raise NotAuthentic(f"The secret in the {what} is missing or not one of the endpoint's.")


def read_timestamp(text: str) -> datetime:
    """The moment that a header's Unix time names, in seconds or milliseconds; raise ``NotAuthentic`` otherwise."""
    if not (text.isascii() and text.isdigit() and len(text) <= 14):
        raise NotAuthentic("The timestamp of the signature is missing or not a Unix time.")
    # 14 digits hold milliseconds until the year 5138, and keep a long text of digits from costing anything.
    seconds = int(text)
    return datetime.fromtimestamp(seconds / 1000 if seconds > _LATEST else seconds, UTC)


def check_age(signed_at: datetime, received_at: datetime, at_most: timedelta = WINDOW) -> None:
    """Raise ``NotAuthentic`` for a signature older than ``at_most``, or more than five minutes ahead of our clock."""
    if not -WINDOW <= received_at - signed_at <= at_most:
        raise NotAuthentic("The signature is too old or from the future: a replay, or a clock that is wrong.")


def sign_standard_webhook(secret: bytes, id: str, sent_at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a signed message; ``secret`` is ``whsec_`` and base64."""
    timestamp = str(int(sent_at.timestamp()))
    mac = sign_hmac("sha256", _standard_key(secret), _standard_message(id, timestamp, body))
    signature = f"v1,{base64.b64encode(mac).decode()}"
    return {"webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature}


def check_standard_webhook(
    secrets: Iterable[Secret], headers: Mapping[str, str], body: bytes, received_at: datetime, prefix: str = "webhook"
) -> str:
    """Return the id of the secret that signed; ``headers`` have lower-case names, ``prefix`` may be ``svix``.

    One header may hold several signatures (a rotation on the sender's side); those of other versions are passed over.
    """
    id, timestamp, signatures = (headers.get(f"{prefix}-{name}", "") for name in ("id", "timestamp", "signature"))
    check_age(read_timestamp(timestamp), received_at)
    message = _standard_message(id, timestamp, body)
    # Decoded outside the loop: a header may list many signatures.
    keys = [Secret(secret.id, _standard_key(secret.value)) for secret in secrets]
    for signature in signatures.split():
        version, _, given = signature.partition(",")
        # v1a is Ed25519: no sender of ours uses it.
        if version != "v1":
            continue
        try:
            return check_hmac("sha256", keys, message, base64=given)
        except NotAuthentic:
            continue
    raise NotAuthentic("No signature of version v1 fits one of the endpoint's secrets.")


def _standard_message(id: str, timestamp: str, body: bytes) -> bytes:
    return f"{id}.{timestamp}.".encode("utf-8", "surrogatepass") + body


def _standard_key(secret: bytes) -> bytes:
    try:
        # A secret that cannot be decoded is our mistake and not the sender's, hence an error of the settings.
        return base64.b64decode(secret.removeprefix(b"whsec_"), validate=True)
    except binascii.Error:
        raise SettingsError("The secret is not one of Standard Webhooks: whsec_ and base64.") from None


def _from_hexadecimal(text: str) -> bytes:
    try:
        return binascii.unhexlify(text)
    except ValueError:
        raise NotAuthentic("The signature is missing or not hexadecimal.") from None


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise NotAuthentic("The signature is missing or not base64.") from None
