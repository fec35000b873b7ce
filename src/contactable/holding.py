"""Holding a name in the register, over all processes: one sync of a CRM at a time, one renewal of a token at a time.

A lease is renewed as long as its holder lives; a killed one lets go of it a minute later.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from contactable.errors import Conflict, RegisterError
from contactable.register import Register, leases

LEASE = 60.0  # seconds
LOOK = 0.2  # seconds between two looks at a name that somebody else holds


@contextmanager
def holding(register: Register, name: str, *, patience: float = 0.0) -> Iterator[None]:
    """Be the only one who holds a name; raise ``Conflict`` where another still does after ``patience`` seconds."""
    holder, ended = secrets.token_hex(8), threading.Event()
    _take(register, name, holder, time.monotonic() + patience)
    keeper = threading.Thread(target=_keep, args=(register, name, holder, ended), name=f"holds-{name}", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()
        register.write(lambda tx: leases.release(tx, name, holder))


def _take(register: Register, name: str, holder: str, until: float) -> None:
    while not register.write(lambda tx: leases.take(tx, name, holder, LEASE)):
        if time.monotonic() >= until:
            raise Conflict(f"`{name}` is under way already, in this process or in another: wait until it has ended.")
        time.sleep(LOOK)


def _keep(register: Register, name: str, holder: str, ended: threading.Event) -> None:
    while not ended.wait(LEASE / 3):
        with suppress(RegisterError):  # a database that restarts: the lease still runs, and the next renewal comes
            register.write(lambda tx: leases.renew(tx, name, holder, LEASE))
