"""OAuth's tokens in the register, encrypted: they outlive a restart, and processes share them.

Renewing goes one at a time over all processes, since of two at once one may be left with a token that is void.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import msgspec

from contactable.connectors.hubspot.oauth import Tokens
from contactable.holding import holding
from contactable.register import Register, credentials

PATIENCE = 60.0  # seconds that one process waits for another that renews


class RegisterTokens:
    """The tokens of one CRM. ``register`` opens it, and is not called before a token is asked for."""

    def __init__(self, register: Callable[[], Register], name: str) -> None:
        self._register = register
        self._name = name

    def load(self) -> Tokens | None:
        """The tokens kept last, or None."""
        with self._register().read() as tx:
            kept = credentials.get(tx, self._name)
        return None if kept is None else msgspec.json.decode(kept, type=Tokens)

    def save(self, tokens: Tokens) -> None:
        """Keep these instead; they are on disk when this returns."""
        self._register().write(lambda tx: credentials.put(tx, self._name, msgspec.json.encode(tokens)))

    def lock(self) -> AbstractContextManager[Any]:
        """Held by whoever renews, over all processes."""
        return holding(self._register(), f"tokens of {self._name}", patience=PATIENCE)
