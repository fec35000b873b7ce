"""The keys of the register: one set digests identifiers, one seals what must be readable again.

Both are derived (HKDF-SHA256) from the secrets of the settings, so there is one thing to back up. A secret has a short
id; the newest digests, older ones still find. Whoever has a secret finds every mobile number in minutes by trying them
all: it never lies beside the database, and no archive holds both.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from contactable.errors import KeyMismatch, SettingsError
from contactable.identifiers import IdentifierKind, digest

Secret = tuple[str, bytes]
"""The id of a key and its bytes, 32 at least."""

_AT_LEAST = 32
_NONCE = 12
_KEPT = b"identifiers kept"


@dataclass(frozen=True, slots=True)
class Key:
    """One secret, spread over its uses. ``check_value`` recognises it and tells nothing about it."""

    id: str
    digesting: bytes = field(repr=False)
    sealing: bytes = field(repr=False)
    check_value: bytes = field(repr=False)

    def digest(self, kind: IdentifierKind, normalised: str) -> bytes:
        """Under what an identifier is kept."""
        return digest(self.digesting, kind, normalised)


@dataclass(frozen=True, slots=True)
class Keyring:
    """The secrets at hand, newest first."""

    keys: tuple[Key, ...]
    keeping: bytes | None = field(default=None, repr=False)

    @classmethod
    def from_secrets(
        cls,
        current: Secret,
        previous: Sequence[Secret] = (),
        sealing: bytes | None = None,
        keeping: bytes | None = None,
    ) -> Keyring:
        """Make a keyring; ``sealing`` replaces what is sealed with, which is otherwise derived from each secret.

        With ``keeping``, a secret of its own, identifiers stay readable beside their digests.

        Raises ``SettingsError`` for a secret under 32 bytes, or an id that is empty, too long or given twice.
        """
        secrets = (current, *previous)
        if len({id for id, _ in secrets}) < len(secrets):
            raise SettingsError("[keys]: two keys have the same id; each id names one key for ever.")
        if keeping is not None and len(keeping) < _AT_LEAST:
            raise SettingsError(f"[keys] identifiers: the key has fewer than {_AT_LEAST} bytes.")
        kept = _derived(keeping, "identifiers kept") if keeping else None
        return cls(tuple(_key(id, secret, sealing) for id, secret in secrets), kept)

    @property
    def keeps(self) -> bool:
        """Whether identifiers are kept readable."""
        return self.keeping is not None

    def seal_identifier(self, text: str) -> bytes:
        """Encrypt an identifier under the key of its own; raises ``KeyMismatch`` where there is none."""
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self._keeping_key()).encrypt(nonce, text.encode(), _KEPT)

    def unseal_identifier(self, sealed: bytes) -> str:
        """Decrypt an identifier; raises ``KeyMismatch`` when the key is another."""
        try:
            return AESGCM(self._keeping_key()).decrypt(sealed[:_NONCE], sealed[_NONCE:], _KEPT).decode()
        except InvalidTag:
            raise KeyMismatch("[keys] identifiers is not the key that identifiers were kept with.") from None

    def _keeping_key(self) -> bytes:
        if self.keeping is None:
            raise KeyMismatch("No key is named under [keys] identifiers.")
        return self.keeping

    @property
    def current(self) -> Key:
        """The key that the settings call current."""
        return self.keys[0]

    def key(self, id: str) -> Key:
        """The key of that id; raise ``KeyMismatch`` when it is not at hand."""
        for key in self.keys:
            if key.id == id:
                return key
        raise KeyMismatch(f"The register needs the key `{id}`, which the settings do not name: add it to [keys].")

    def seal(self, purpose: str, content: bytes) -> bytes:
        """Encrypt (AES-256-GCM) under the current key; ``purpose`` must be the same at opening."""
        return self.seal_all([(purpose, content)])[0]

    def seal_all(self, told: Sequence[tuple[str, bytes]]) -> list[bytes]:
        """Do so for many at once, each with its purpose; asking for chance each time would let other threads in."""
        key = self.current
        head, cipher = bytes([len(key.id.encode())]) + key.id.encode(), AESGCM(key.sealing)
        drawn = os.urandom(_NONCE * len(told))
        nonces = [drawn[place : place + _NONCE] for place in range(0, len(drawn), _NONCE)]
        return [
            head + nonce + cipher.encrypt(nonce, content, purpose.encode())
            for nonce, (purpose, content) in zip(nonces, told, strict=True)
        ]

    def unseal(self, purpose: str, sealed: bytes) -> bytes:
        """Decrypt what ``seal`` gave; raise ``KeyMismatch`` when no key at hand opens it."""
        end = 1 + sealed[0]
        key = self.key(sealed[1:end].decode())
        nonce, content = sealed[end : end + _NONCE], sealed[end + _NONCE :]
        try:
            return AESGCM(key.sealing).decrypt(nonce, content, purpose.encode())
        except InvalidTag:
            raise KeyMismatch(f"The key `{key.id}` does not open what was sealed with it: it is another key.") from None


def _key(id: str, secret: bytes, sealing: bytes | None) -> Key:
    if not 0 < len(id.encode()) <= 40:
        raise SettingsError("[keys]: the id of a key has 1 to 40 characters.")
    if len(secret) < _AT_LEAST or (sealing is not None and len(sealing) < _AT_LEAST):
        raise SettingsError(f"[keys]: the key `{id}` has fewer than {_AT_LEAST} bytes.")
    digesting = _derived(secret, "identifiers")
    return Key(
        id,
        digesting,
        _derived(sealing or secret, "seals"),
        hmac.digest(digesting, b"contactable: check value", "sha256")[:16],
    )


def _derived(secret: bytes, use: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=f"contactable/{use}/1".encode()).derive(secret)
