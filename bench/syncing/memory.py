"""How much memory a whole first sync takes, of few contacts and of many: each in a process of its own."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from contactable.collecting import collect_rarely
from contactable.loading import load
from syncing.portal import SPAWN, Portal, installation, portal

LOOK = 0.05  # seconds


def memory(few: int, many: int) -> dict[str, float]:
    """Peak memory of a sync of few contacts and of one of many, and the difference."""
    peaks = [_peak(contacts) for contacts in (few, many)]
    return {"memory_mb": round(peaks[1], 1), "memory_growth_mb": round(peaks[1] - peaks[0], 1)}


def _peak(contacts: int) -> float:
    with portal(contacts, latency=0.0, limited=False) as to, SPAWN.Pool(1) as pool:
        return pool.apply(_sync_and_weigh, (to.url, to.token))


def _sync_and_weigh(url: str, token: str) -> float:
    os.environ["CONTACTABLE_LOG"] = "error"
    ended, weights = threading.Event(), [0.0]
    scales = threading.Thread(target=_weigh, args=(ended, weights))
    with installation(Portal(url, token, lambda word: None), limited=False) as kit:
        collect_rarely()  # as `contactable sync` does
        scales.start()
        load(kit, "hubspot")
        ended.set()
    scales.join()
    return max(weights)


def _weigh(ended: threading.Event, weights: list[float]) -> None:
    """Note again and again what the process itself holds: the register's file is mapped, which is no memory of ours."""
    while not ended.wait(LOOK):
        status = Path("/proc/self/status").read_text(encoding="ascii")
        weights.append(int(status.split("RssAnon:")[1].split()[0]) / 1024)
