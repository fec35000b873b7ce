"""Requests that are no more than a bell: something happened, and the sender's list says what.

The bell is kept in the register, in the transaction of the delivery: whichever process runs the schedule reads the list
soon, once for all the bells that rang meanwhile.
"""

from __future__ import annotations

from contactable.errors import Malformed
from contactable.register import Tx, cursors
from contactable.webhooks.provider import Provider
from contactable.webhooks.request import Request

RUNG = "bell"
"""The cursor, under an endpoint's name, that keeps whether its bell rang since its lists were read."""


def is_bell(provider: Provider, request: Request) -> bool:
    """Whether a request asks to have its sender's lists read."""
    try:
        return provider.rings is not None and provider.rings(request)
    except Malformed:
        return True  # what cannot be read says that something happened, all the more


def ring(tx: Tx, endpoint: str) -> None:
    """Keep that a bell rang."""
    cursors.set(tx, endpoint, RUNG, {"rung": True})


def has_rung(tx: Tx, endpoint: str) -> bool:
    """Whether a bell rang that nobody has answered."""
    return bool((cursors.get(tx, endpoint, RUNG) or {}).get("rung"))


def answer(tx: Tx, endpoint: str) -> None:
    """Keep that the lists are read now; before they are, so that a bell meanwhile rings again."""
    cursors.set(tx, endpoint, RUNG, {"rung": False})
