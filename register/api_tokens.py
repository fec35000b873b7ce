"""Tokens of the HTTP API: what each may do, until when; of the token itself only a digest is kept.

A token is ``ctb_`` and 43 characters of chance (256 bits), so a plain SHA-256 keeps it: there is nothing to guess.
It is shown once, when it is made.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Row, select, update

from contactable.errors import Malformed
from contactable.register.ids import new_id
from contactable.register.schema_work import api_tokens as table
from contactable.register.transaction import Tx

PREFIX = "ctb_"


class ApiScope(StrEnum):
    """What a token may do."""

    VERDICTS = "verdicts:read"
    SCRUB = "scrub:run"
    OPPOSITIONS = "oppositions:write"
    CONSENTS = "consents:write"


@dataclass(frozen=True, slots=True)
class ApiToken:
    """One token as it is known: never the token itself."""

    id: str
    name: str
    scopes: frozenset[str]
    made_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    def is_good(self, now: datetime) -> bool:
        """Whether it still opens something."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


def draw() -> str:
    """A new token; give ``digest_of`` it to ``add``, and show it once."""
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(token: str) -> bytes:
    """Under what a token is kept."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def add(tx: Tx, name: str, scopes: Collection[str], digest: bytes, *, expires_at: datetime | None = None) -> str:
    """Keep a token's digest; return its id. Raises ``Malformed`` for a scope that there is not, or none."""
    if not scopes or not set(scopes) <= set(ApiScope):
        raise Malformed(f"A token has scopes among: {', '.join(ApiScope)}.")
    id = new_id(tx.now)
    values = {"id": id, "name": name, "scopes": " ".join(sorted(scopes)), "sha256": digest}
    tx.connection.execute(table.insert().values(**values, made_at=tx.now, expires_at=expires_at))
    return id


def find(tx: Tx, token: str) -> ApiToken | None:
    """The token that was presented; None when it is unknown, revoked, or has run out."""
    row = tx.connection.execute(select(table).where(table.c.sha256 == digest_of(token))).first()
    found = row and _read(row)
    return found if found and found.is_good(tx.now) else None


def every(tx: Tx) -> list[ApiToken]:
    """All tokens ever made, in order."""
    return [_read(row) for row in tx.connection.execute(select(table).order_by(table.c.id))]


def revoke(tx: Tx, id: str) -> bool:
    """Let a token open nothing from now on; False when there is none of that id that still does."""
    if id not in {each.id for each in every(tx) if each.revoked_at is None}:
        return False
    tx.connection.execute(update(table).where(table.c.id == id).values(revoked_at=tx.now))
    return True


def _read(row: Row[tuple[object, ...]]) -> ApiToken:
    return ApiToken(row.id, row.name, frozenset(row.scopes.split()), row.made_at, row.expires_at, row.revoked_at)
