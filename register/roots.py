"""The signed line of a seal, as it stands in the file of roots outside the database, and the key that signs it.

A line names the seal before by its digest, so the lines are a chain; it is signed with Ed25519. Whoever has the lines
and the public key can tell whether a register still holds what was sealed. The claim is only that nobody without the
key can change it unseen.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contactable.errors import Malformed, NotAuthentic, SettingsError
from contactable.register.columns import dump

BEGINNING: Final = "0" * 64
"""What stands for the line before the first one."""


@dataclass(frozen=True, slots=True)
class SealKey:
    """The key of the seals: signs lines, and tags leaves so that a changed one can be named."""

    private: Ed25519PrivateKey = field(repr=False)
    tagging: bytes = field(repr=False)

    @classmethod
    def from_secret(cls, secret: bytes) -> Self:
        """Make the key from the 32 bytes of the settings; raises ``SettingsError`` for fewer."""
        if len(secret) < 32:
            raise SettingsError("[keys] seals: the key has fewer than 32 bytes.")
        seed = sha256(b"contactable/seals/1" + secret).digest()
        return cls(Ed25519PrivateKey.from_private_bytes(seed), sha256(b"contactable/tags/1" + secret).digest())

    @property
    def public(self) -> str:
        """The public key, in base64: what is published once."""
        return base64.b64encode(self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()

    def tag(self, position: int, leaf: bytes) -> bytes:
        """What nobody without the key can put beside a leaf at a position."""
        return hmac.digest(self.tagging, position.to_bytes(8) + leaf, "sha256")[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """What a line says: the entries from position ``first`` on have this root."""

    number: int
    first: int
    count: int
    root: str
    previous: str
    sealed_at: str
    key: str

    @property
    def end(self) -> int:
        """The position after the last entry."""
        return self.first + self.count


def write_line(
    key: SealKey, *, number: int, first: int, count: int, root: bytes, previous: str | None, at: datetime
) -> str:
    """The signed line of a seal; ``previous`` is the line before, None for the first."""
    said = {
        "number": number,
        "first": first,
        "count": count,
        "root": root.hex(),
        "previous": digest_of(previous),
        "sealed_at": at.isoformat(),
        "key": key.public,
    }
    signature = key.private.sign(dump(said).encode())
    return dump(said | {"signature": base64.b64encode(signature).decode()})


def read_line(line: str, public: str) -> Root:
    """What a line says; raise ``NotAuthentic`` unless ``public`` signed it, ``Malformed`` for anything else."""
    try:
        said: Mapping[str, Any] = json.loads(line)
        signature = base64.b64decode(said["signature"])
        root = Root(**{name: value for name, value in said.items() if name != "signature"})
    except (ValueError, TypeError, KeyError):
        raise Malformed("A line of the roots cannot be read.") from None
    signed = dump({name: value for name, value in said.items() if name != "signature"}).encode()
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public)).verify(signature, signed)
    except (InvalidSignature, ValueError):
        raise NotAuthentic(f"The key of the seals did not sign seal {root.number}.") from None
    return root


def digest_of(line: str | None) -> str:
    """By what the next line names this one."""
    return BEGINNING if line is None else sha256(line.encode()).hexdigest()
