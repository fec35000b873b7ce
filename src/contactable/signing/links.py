"""Tokens of our own links: they name a subject by an opaque id, never by an address, because URLs end up in logs.

Two lengths of life. A link in a message must still close a channel years later, so it has no date; keys are rotated
under it (old ones stay readable). A link that opens or shows something is fresh: it carries its minute and dies soon.
``mailto:`` addresses are lower-cased and cut at 64 characters on their way, so they carry base32 over a short id.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from contactable.errors import NotAuthentic

_MAC = 10  # bytes: 80 bits keep a mailto token short and still beyond guessing


class LinkPurpose(StrEnum):
    """What a link is for. A token of one purpose is worth nothing for another."""

    UNSUBSCRIBE = "unsubscribe.v1"  # one-click and mailto: closes, shows open or closed
    PAGE = "page.v1"  # the preference page: closes, shows open or closed
    CONFIRM = "confirm.v1"  # consenting, releasing, seeing proofs: fresh, used once
    UNDO = "undo.v1"  # takes an act back in the same browser: fresh
    SESSION = "session.v1"  # what a fresh link opened, while its page is used: fresh


def sign_link(keys: Sequence[bytes], purpose: LinkPurpose, payload: Sequence[str]) -> str:
    """A URL-safe token; ``keys`` newest first, ``payload`` opaque ids, a channel, a scope, a campaign: no address."""
    return str(_serializer(keys, purpose).dumps(list(payload)))


def read_link(keys: Sequence[bytes], purpose: LinkPurpose, token: str) -> list[str]:
    """The payload of a token of ours; raise ``NotAuthentic`` for anything else, whatever its bytes."""
    payload = _load(keys, purpose, token)
    if not isinstance(payload, list) or not all(isinstance(part, str) for part in payload):
        raise NotAuthentic("The link is not one of ours.")
    return payload


def sign_fresh_link(keys: Sequence[bytes], purpose: LinkPurpose, payload: Sequence[str], now: datetime) -> str:
    """A token that ``read_fresh_link`` accepts for a while after ``now``."""
    return sign_link(keys, purpose, [str(int(now.timestamp())), *payload])


def read_fresh_link(
    keys: Sequence[bytes], purpose: LinkPurpose, token: str, now: datetime, at_most: timedelta = timedelta(minutes=15)
) -> list[str]:
    """The payload of a fresh token; raise ``NotAuthentic`` when it is too old, from the future, or not ours."""
    issued, *payload = read_link(keys, purpose, token) or [""]
    # A minute ahead is allowed: two of our processes may disagree on the time.
    age = int(now.timestamp()) - (int(issued) if issued.isdecimal() else 0)
    if not -60 <= age <= at_most.total_seconds():
        raise NotAuthentic("The link has expired: ask for a new one.")
    return payload


def sign_mail_link(keys: Sequence[bytes], purpose: LinkPurpose, id: bytes) -> str:
    """A token for the local part of a ``mailto:`` address: lower-case base32; 16 bytes of ``id`` make 42 characters."""
    return base64.b32encode(_mac(keys[0], purpose, id) + id).decode().rstrip("=").lower()


def read_mail_link(keys: Sequence[bytes], purpose: LinkPurpose, token: str) -> bytes:
    """The id in a mail token, in whatever case it came back; raise ``NotAuthentic`` for anything else."""
    try:
        # Letters come back in any case; the padding was left out because "=" ends some addresses.
        raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    except (binascii.Error, ValueError):
        raise NotAuthentic("The link is not one of ours.") from None
    mac, id = raw[:_MAC], raw[_MAC:]
    if not id or not any(hmac.compare_digest(_mac(key, purpose, id), mac) for key in keys):
        raise NotAuthentic("The link is not one of ours.")
    return id


def _mac(key: bytes, purpose: LinkPurpose, id: bytes) -> bytes:
    # The prefix keeps these MACs apart from every other use of the same key.
    # Not `hmac.digest`, which lets other threads go first each time: a worker makes thousands of these.
    return hmac.new(key, f"mail:{purpose}:".encode() + id, "sha256").digest()[:_MAC]


def _serializer(keys: Sequence[bytes], purpose: LinkPurpose) -> URLSafeSerializer:
    # itsdangerous wants the oldest first, signs with the last, and would otherwise use SHA-1.
    return URLSafeSerializer(
        list(reversed(keys)), salt=purpose, signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    )


def _load(keys: Sequence[bytes], purpose: LinkPurpose, token: str) -> Any:
    try:
        return _serializer(keys, purpose).loads(token)
    except (BadData, ValueError, RecursionError):
        raise NotAuthentic("The link is not one of ours.") from None
