"""``/metrics`` for Prometheus: what came, what was refused, what waits. A blueprint apart from the public one.

Counts are of this process since it started; what waits is read from the register when somebody asks. Nothing here names
a person: endpoints, connectors, states, and for incidents the sender and campaign that were reported.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from contactable.clock import Clock
from contactable.errors import ContactableError
from contactable.register import Register, Tx, inbox, outbox
from contactable.rules.calendar import paris_day
from contactable.webhooks.bells import waiting
from contactable.webhooks.incidents import heard_on

if TYPE_CHECKING:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip")
"""A request that a proxy passed on comes from outside, and outside has no business here."""
HELP = {
    "received": "Requests of a sender, whatever became of them.",
    "refused": "Requests that were not authentic, or too large.",
    "duplicates": "Requests that told nothing but what was known.",
    "store_down": "Requests that could not be kept: their senders were asked to come again.",
}


class Outcome(StrEnum):
    """What became of one request of a sender."""

    ENTERED = "entered"
    DUPLICATE = "duplicate"
    KEPT = "kept"  # ignored, unreadable, or naming nobody whom we can tell
    REFUSED = "refused"
    STORE_DOWN = "store_down"


@dataclass
class Tally:
    """How many requests came to each endpoint, by outcome."""

    counts: Counter[tuple[str, Outcome]] = field(default_factory=Counter)
    secrets: dict[tuple[str, str], datetime] = field(default_factory=dict)  # when each fitted last
    _door: threading.Lock = field(default_factory=threading.Lock)

    def count(self, endpoint: str, outcome: Outcome, secret: str = "", at: datetime | None = None) -> None:
        """Count one request, and keep when the secret of that id fitted: one that is not seen any more can go."""
        with self._door:
            self.counts[endpoint, outcome] += 1
            if secret and at:
                self.secrets[endpoint, secret] = at

    def used(self) -> dict[tuple[str, str], datetime]:
        """When each endpoint's secrets fitted last, by endpoint and the secret's id."""
        with self._door:
            return self.secrets.copy()

    def taken(self) -> Counter[tuple[str, Outcome]]:
        """The counts as they stand."""
        with self._door:
            return self.counts.copy()


@dataclass(frozen=True, eq=False)
class Gauges:
    """What is asked for metrics; a collector of the Prometheus client. ``bells`` are the senders that may ring."""

    tally: Tally
    register: Callable[[], Register]
    clock: Clock
    bells: Callable[[], Collection[str]] = tuple

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        """Yield every metric; those of the register are left out while it cannot be read."""
        yield from _requests(self.tally.taken())
        used = [(place, at.timestamp()) for place, at in self.tally.used().items()]
        yield _gauge("secret_last_used_timestamp_seconds", "When a secret fitted last.", ["endpoint", "secret"], used)
        try:
            with self.register().read() as tx:
                yield from [*_waiting(tx, self.clock()), *_kept(tx), self._bells(tx), _incidents(tx, self.clock())]
        except ContactableError:
            yield _gauge("register_up", "Whether the register can be read.", [], [((), 0)])
        else:
            yield _gauge("register_up", "Whether the register can be read.", [], [((), 1)])

    def _bells(self, tx: Tx) -> GaugeMetricFamily:
        rung = [((name,), float(waiting(tx, name) is not None)) for name in self.bells()]
        return _gauge("bells", "Whether a sender rang whose lists are still to be read.", ["endpoint"], rung)


def make_metrics(gauges: Gauges) -> Blueprint:
    """The blueprint ``contactable_metrics``, which answers ``/metrics`` to those who ask without a proxy."""
    blueprint = Blueprint("contactable_metrics", __name__)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

        if any(name in request.headers for name in FORWARDED):
            return Response("not found\n", 404)
        registry = CollectorRegistry(auto_describe=False)
        registry.register(gauges)
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return blueprint


def _requests(counts: Counter[tuple[str, Outcome]]) -> Iterator[CounterMetricFamily]:
    from prometheus_client.core import CounterMetricFamily

    counted = {
        "received": frozenset(Outcome),
        "refused": {Outcome.REFUSED},
        "duplicates": {Outcome.DUPLICATE},
        "store_down": {Outcome.STORE_DOWN},
    }
    for name, outcomes in counted.items():
        family = CounterMetricFamily(f"contactable_webhooks_{name}", HELP[name], labels=["endpoint"])
        for endpoint in sorted({endpoint for endpoint, _ in counts}):
            family.add_metric([endpoint], sum(counts[endpoint, outcome] for outcome in outcomes))
        yield family


def _waiting(tx: Tx, now: datetime) -> Iterator[GaugeMetricFamily]:
    pending = outbox.pending(tx)
    urgent = [((name,), each.urgent) for name, each in pending.items()]
    lag = [((name,), (now - each.oldest).total_seconds()) for name, each in pending.items()]
    contacts = [((name,), each.contacts) for name, each in pending.items()]
    yield _gauge("pending", "Contacts that wait to be written to their CRM.", ["connector"], contacts)
    yield _gauge("pending_urgent", "Those of them that an act made stale.", ["connector"], urgent)
    yield _gauge("lag_seconds", "How long the oldest of them has waited.", ["connector"], lag)


def _kept(tx: Tx) -> Iterator[GaugeMetricFamily]:
    counts = inbox.counts(tx)
    dead = sum(counts.get(state, 0) for state in inbox.FOR_PEOPLE)
    heard = [((name,), at.timestamp()) for name, at in inbox.last_received(tx).items()]
    yield _gauge("dead", "Deliveries that wait for a person: unreadable, or naming nobody.", [], [((), dead)])
    yield _gauge("deliveries", "Deliveries that are kept.", ["state"], [((state,), n) for state, n in counts.items()])
    yield _gauge("last_received_timestamp_seconds", "When a sender was last heard.", ["endpoint"], heard)


def _incidents(tx: Tx, now: datetime) -> GaugeMetricFamily:
    today = [((each.sender, each.campaign), each.count) for each in heard_on(tx, paris_day(now))]
    return _gauge("incidents_today", "Reports to 33700 without a number, heard today.", ["sender", "campaign"], today)


def _gauge(
    name: str, text: str, labels: Sequence[str], values: Sequence[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(f"contactable_{name}", text, labels=labels)
    for of, value in values:
        family.add_metric(of, value)
    return family
