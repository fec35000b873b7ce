"""How often Python looks for garbage in a process of our own: seldom, for contacts come and go without cycles."""

from __future__ import annotations

import gc


def collect_rarely() -> None:
    """Take what was loaded out of collections, and collect less often: both took a tenth of the time.

    For processes of our own, never for an application that the kit is part of.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
