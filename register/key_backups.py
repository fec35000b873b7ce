"""Backing up the keys: a file that opens with a passphrase (scrypt, AES-256-GCM), and a sheet to print.

Without its keys a register finds nobody: it would open everybody, so it opens for nobody. Without the register the keys
tell nothing. Hence two places, and never one archive for both.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from contactable.errors import KeyMismatch, Malformed

FORMAT: Final = "contactable keys 1"
SHORTEST_PASSPHRASE: Final = 12
_GROUP, _GROUPS_IN_LINE = 4, 8
_COST: Final = 2**17  # scrypt: 128 MiB and a good part of a second, once a year


def lock(secrets: Mapping[str, bytes], passphrase: str) -> bytes:
    """The content of a backup file. Raises ``Malformed`` for a passphrase under twelve characters."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise Malformed(f"The passphrase has at least {SHORTEST_PASSPHRASE} characters.")
    salt, nonce = os.urandom(16), os.urandom(12)
    content = json.dumps({id: base64.b64encode(secret).decode() for id, secret in secrets.items()}).encode()
    sealed = AESGCM(_key(passphrase, salt)).encrypt(nonce, content, FORMAT.encode())
    parts = {"salt": salt, "nonce": nonce, "content": sealed}
    written = {name: base64.b64encode(part).decode() for name, part in parts.items()}
    return json.dumps({"format": FORMAT, "cost": _COST, **written}, indent=1).encode() + b"\n"


def unlock(file: bytes, passphrase: str) -> dict[str, bytes]:
    """The secrets of a backup file, by id. Raises ``KeyMismatch`` for another passphrase, ``Malformed`` otherwise."""
    try:
        parts = json.loads(file)
        salt, nonce, sealed = (base64.b64decode(parts[name]) for name in ("salt", "nonce", "content"))
        if parts["format"] != FORMAT or parts["cost"] != _COST:
            raise ValueError
    except (ValueError, TypeError, KeyError):
        raise Malformed("The file is no backup of keys that this kit wrote.") from None
    try:
        content = AESGCM(_key(passphrase, salt)).decrypt(nonce, sealed, FORMAT.encode())
    except InvalidTag:
        raise KeyMismatch("The passphrase is not the one that the keys were locked with.") from None
    return {id: base64.b64decode(secret) for id, secret in json.loads(content).items()}


def sheet(secrets: Mapping[str, bytes]) -> str:
    """A sheet to print and put into a safe: each secret in lines that somebody can type, each line with its check."""
    lines = [f"{FORMAT}: for the safe, never beside the register.", ""]
    for id, secret in secrets.items():
        text = base64.b32encode(secret).decode().rstrip("=")
        groups = [text[start : start + _GROUP] for start in range(0, len(text), _GROUP)]
        lines.append(f"key {id}")
        for start in range(0, len(groups), _GROUPS_IN_LINE):
            line = " ".join(groups[start : start + _GROUPS_IN_LINE])
            lines.append(f"  {line}  /{_check(line)}")
        lines.append("")
    return "\n".join(lines)


def read_sheet(text: str) -> dict[str, bytes]:
    """The secrets typed from a sheet. Raises ``Malformed`` naming the line that was mistyped."""
    typed: dict[str, str] = {}
    id = ""
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if words[:1] == ["key"] and len(words) == 2:
            id = words[1]
        elif id and words and words[-1].startswith("/"):
            if _check(" ".join(words[:-1]).upper()) != words[-1][1:].upper():
                raise Malformed(f"Line {number} was mistyped: its check does not fit.")
            typed[id] = typed.get(id, "") + "".join(words[:-1]).upper()
    return {id: base64.b32decode(text + "=" * (-len(text) % 8)) for id, text in typed.items()}


def _check(line: str) -> str:
    return base64.b32encode(sha256(line.encode()).digest())[:3].decode()


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=_COST, r=8, p=1).derive(passphrase.encode())
