"""Ids in order of arrival."""

from __future__ import annotations

import os
import random
from datetime import datetime
from typing import Final

from contactable.register.columns import microseconds

# No secret, so not the system's chance: asking for that lets other threads in, a hundred times a transaction.
_CHANCE: Final = random.Random()  # noqa: S311
os.register_at_fork(after_in_child=_CHANCE.seed)
_LOW: Final = (1 << 62) - 1


def new_id(now: datetime) -> str:
    """A UUIDv7: the millisecond of arrival, then chance."""
    return new_ids(now, 1)[0].hex()


def new_ids(now: datetime, count: int) -> list[bytes]:
    """UUIDv7s as they are kept: the millisecond of arrival, then chance, each one more than the last."""
    arrival = (microseconds(now) // 1000) << 80 | 0x7 << 76 | 0x2 << 62
    first = _CHANCE.getrandbits(73)
    # Around the two bits between them that name the variant.
    return [(arrival | n >> 62 << 64 | n & _LOW).to_bytes(16) for n in range(first, first + count)]


def first_id(when: datetime) -> str:
    """The least id of what arrived at a moment or later: the primary key finds a span without another index."""
    return f"{microseconds(when) // 1000:012x}{'0' * 20}"
