"""Whose turn it is: what only one process of an installation may do at a time, on however many machines it runs.

The schedule, the writes to one CRM and the blocks of one sender each are one turn: their limits of speed belong to the
account, not to a process. A turn is a lease in the register; a process that was killed loses it by itself.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from contactable.clock import Clock
from contactable.register import Register, Tx, leases

LASTS: Final = 20.0  # seconds; after a kill somebody else goes on when they are over
RENEWED_AFTER: Final = timedelta(seconds=LASTS / 3)
HOLDER: Final = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


class Turn:
    """One turn, as this process sees it. ``taken`` runs in the transaction in which it was taken from another."""

    def __init__(
        self, register: Register, name: str, clock: Clock, taken: Callable[[Tx], object] = lambda tx: None
    ) -> None:
        self._register = register
        self._name = name
        self._clock = clock
        self._taken = taken
        self._holder = f"{HOLDER}:{secrets.token_hex(4)}"
        self._asked_at = clock()
        self.held = False

    def is_mine(self) -> bool:
        """Take the turn if it is free, keep it if it is ours; the register is asked now and then only."""
        since = self._clock() - self._asked_at
        if not (self.held and timedelta() <= since < RENEWED_AFTER):
            self.held = self._register.write(self._ask)
            self._asked_at = self._clock()
        return self.held

    def give_back(self) -> None:
        """Let another have it at once."""
        if self.held:
            self._register.write(lambda tx: leases.release(tx, self._name, self._holder))
        self.held = False

    def _ask(self, tx: Tx) -> bool:
        if leases.renew(tx, self._name, self._holder, LASTS):
            return True
        if not leases.take(tx, self._name, self._holder, LASTS):
            return False
        self._taken(tx)  # whoever had it is gone, and what they had claimed is free
        return True
