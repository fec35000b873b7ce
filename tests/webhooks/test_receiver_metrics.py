"""``/metrics``: what came, what was refused, what was known, what waits, what is dead; asked without a proxy only."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from contactable.errors import RegisterError
from contactable.identifiers import IdentifierKind
from contactable.register import Register
from contactable.webhooks.metrics import Gauges, make_metrics
from contactable.webhooks.request import Request
from contactable.webhooks.testing import Street

STOP = b'{"event": "unsub", "email": "lou@example.com", "time": 1795512600}'
LOU = (IdentifierKind.EMAIL, "lou@example.com")


def metrics(street: Street, register: Callable[[], Register] | None = None, **headers: str) -> str:
    """What Prometheus is told; "404" where it is told nothing."""
    app = Flask("metrics")
    opened = register or (lambda: street.bench.register)
    app.register_blueprint(make_metrics(Gauges(street.doors.tally, opened, street.bench.clock)))
    answer = app.test_client().get("/metrics", headers=headers)
    return answer.text if answer.status_code == 200 else str(answer.status_code)


def broken() -> Register:
    """A register that cannot be opened."""
    raise RegisterError("The register cannot be read.")


@pytest.fixture
def busy(street: Street) -> Street:
    """A day's work: two requests that tell one thing, one that nobody signed, one that nobody can read."""
    street.bench.see("1", LOU)
    request = street.signed("mailjet", Request(STOP, street.bench.clock()))
    for body in (STOP, STOP, b"{"):
        street.deliver("mailjet", Request(body, street.bench.clock()))
    street.client.post(request.url.rpartition("/")[0], data=STOP)
    street.bench.clock.move(seconds=30)
    return street


@pytest.mark.parametrize(
    "line",
    [
        'contactable_webhooks_received_total{endpoint="mailjet"} 4.0',
        'contactable_webhooks_refused_total{endpoint="mailjet"} 1.0',
        'contactable_webhooks_duplicates_total{endpoint="mailjet"} 1.0',
        'contactable_pending{connector="crm"} 1.0',
        'contactable_pending_urgent{connector="crm"} 1.0',
        "contactable_dead 1.0",
        'contactable_deliveries{state="done"} 2.0',
        "contactable_register_up 1.0",
    ],
)
def test_what_happened_and_what_waits_is_told_in_numbers(line: str, busy: Street) -> None:
    assert line in metrics(busy).splitlines()


def test_the_lag_is_how_long_the_oldest_promise_has_waited(busy: Street) -> None:
    (line,) = (line for line in metrics(busy).splitlines() if line.startswith("contactable_lag_seconds{"))

    assert 29 < float(line.split()[1]) <= 30


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-Ip"])
def test_a_request_that_a_proxy_passed_on_finds_nothing_here(name: str, street: Street) -> None:
    assert metrics(street, None, **{name: "203.0.113.7"}) == "404"


def test_a_register_that_cannot_be_read_is_told_beside_the_counts(busy: Street) -> None:
    told = metrics(busy, broken)

    assert "contactable_register_up 0.0" in told
    assert 'contactable_webhooks_received_total{endpoint="mailjet"} 4.0' in told
    assert "contactable_pending" not in told
