"""Faults by a script: "the third batch write answers 429, wait 10". No dice: the same plan fails the same way twice.

Written as ``batch_update:3:429:wait=10`` (route, which one of its requests, what happens, how long). ``*`` is any
route; ``2-5`` is from the second to the fifth. Besides a status there are ``drop`` (the connection dies and nothing
was done), ``lose`` (it was done and the answer is lost), ``cut`` (half the answer) and ``slow``.
"""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

DROP, LOSE, CUT, SLOW = "drop", "lose", "cut", "slow"
_WRITTEN = re.compile(r"(?P<route>[\w*]+):(?P<first>\d+)(-(?P<last>\d+))?:(?P<effect>\w+)(:(?P<options>[\w=.,]+))?")


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the ``first`` to ``last`` request of a route. ``effect`` is a status, or drop, lose, cut, slow.

    ``wait``: seconds; ``Retry-After`` of a status (left out when None), or the delay of ``slow``. ``policy``: of a 429.
    """

    route: str
    first: int
    effect: str
    wait: float | None = None
    policy: str = "TEN_SECONDLY_ROLLING"
    last: int | None = None

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Read one as it is written above; raise ``ValueError`` naming the form otherwise."""
        found = _WRITTEN.fullmatch(text.strip())
        if not found or not (found["effect"].isdigit() or found["effect"] in (DROP, LOSE, CUT, SLOW)):
            raise ValueError("A fault is written ROUTE:NUMBER:EFFECT[:wait=SECONDS], as in batch_update:3:429:wait=10.")
        options = dict(pair.split("=", 1) for pair in (found["options"] or "").split(",") if "=" in pair)
        return cls(
            found["route"],
            int(found["first"]),
            found["effect"],
            float(options["wait"]) if "wait" in options else None,
            options.get("policy", "TEN_SECONDLY_ROLLING"),
            int(found["last"]) if found["last"] else None,
        )

    def hits(self, number: int) -> bool:
        """Whether it happens to the request of that number, from 1."""
        return self.first <= number <= (self.last or self.first)


@dataclass(slots=True)
class Plan:
    """Faults and how many requests of each route there were. Replacing the faults begins the count anew."""

    faults: tuple[Fault, ...] = ()
    _seen: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def replace(self, faults: Iterable[Fault]) -> None:
        """Take other faults; those not named are gone."""
        with self._lock:
            self.faults, self._seen = tuple(faults), Counter()

    def next(self, *names: str) -> Fault | None:
        """Count a request under its names (a route, a kind of route) and give the fault that hits it."""
        known = {*names, "*"} - {""}
        with self._lock:
            self._seen.update(known)
            return next((f for f in self.faults if f.route in known and f.hits(self._seen[f.route])), None)


def seeded_faults(
    seed: int, count: int, *, routes: Sequence[str] = ("list", "batch_read", "batch_update", "search"), within: int = 40
) -> tuple[Fault, ...]:
    """A plan of ``count`` faults among the first ``within`` requests of these routes; equal seeds, equal plans."""
    dice = random.Random(seed)  # noqa: S311 - a plan to repeat, no secret
    effects = ("429", "429", "423", "500", "502", "503", "504", "524", DROP, LOSE, CUT)
    return tuple(
        Fault(
            dice.choice(routes),
            dice.randint(1, within),
            effect := dice.choice(effects),
            wait=dice.choice((None, 0, 1)) if effect in ("429", "503") else None,
            policy=dice.choice(("TEN_SECONDLY_ROLLING", "SECONDLY")),
        )
        for _ in range(count)
    )
