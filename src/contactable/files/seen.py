"""Which ids were used: exact while they are few, by 64-bit hashes in sorted runs once they are millions.

Ten million ids take 80 MB so. That two of them share a hash, and one is refused for nothing, has a chance of three in a
million for the whole file; that a row which is there twice passes has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_RUN = 1_000_000


class SeenIds:
    """The ids of the rows so far. Without NumPy they are all kept as they are."""

    def __init__(self, run: int = _RUN) -> None:
        self._recent: set[str] = set()
        self._runs: list[Any] = []
        self._run = run

    def refused(self, ids: Sequence[str]) -> list[int]:
        """Remember some ids; the rows among them that are empty, or used before."""
        before = self._in_runs(ids)
        refused = []
        for row, id_ in enumerate(ids):
            if not id_ or id_ in self._recent or row in before:
                refused.append(row)
            self._recent.add(id_)
        if len(self._recent) >= self._run:
            self._close_run()
        return refused

    def _in_runs(self, ids: Sequence[str]) -> set[int]:
        if not self._runs or not ids:
            return set()
        import numpy as np

        hashes = np.fromiter(map(hash, ids), np.int64, len(ids))
        found = np.zeros(len(ids), bool)
        for run in self._runs:
            at = np.searchsorted(run, hashes)
            found |= run[np.minimum(at, len(run) - 1)] == hashes
        return set(np.flatnonzero(found).tolist())

    def _close_run(self) -> None:
        try:
            import numpy as np
        except ImportError:
            return
        self._runs.append(np.sort(np.fromiter(map(hash, self._recent), np.int64, len(self._recent))))
        self._recent = set()
