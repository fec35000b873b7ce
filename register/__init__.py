"""The durable state: who objected, agreed or was told; what senders delivered; what is mirrored, promised and shown.

``upgrade`` makes a register, ``Register.open`` opens one. ``register.write(work)`` and ``register.read()`` give a
``Tx``, in which the functions of the modules ``subjects``, ``ledger``, ``consents``, ``inbox``, ``mirror``,
``outbox``, ``shown``, ``cursors``, ``jobs``, ``leases`` and ``tokens`` work.
"""

from __future__ import annotations

from contactable.register.entering import NewEntry
from contactable.register.inbox import Delivery
from contactable.register.keyring import Key, Keyring
from contactable.register.ledger import Entry
from contactable.register.mirror import MirrorRow, SeenContact
from contactable.register.outbox import Pending, Promise
from contactable.register.store import Register
from contactable.register.transaction import Tx
from contactable.register.upgrading import upgrade

__all__ = [
    "Delivery",
    "Entry",
    "Key",
    "Keyring",
    "MirrorRow",
    "NewEntry",
    "Pending",
    "Promise",
    "Register",
    "SeenContact",
    "Tx",
    "upgrade",
]
