"""Refusals at the door are counted within the hour, cheaply, and never cost an answer."""

from __future__ import annotations

from contactable.errors import RegisterError
from contactable.register import Register
from contactable.register.testing import Workbench
from contactable.webhooks.knocks import Knocks, refused_lately


def test_a_burst_is_one_row_and_the_rest_is_kept_with_the_next_minute(bench: Workbench) -> None:
    knocks = Knocks(lambda: bench.register, bench.clock)

    for _ in range(100):
        knocks.refused("brevo")
    at_once = bench.read(refused_lately, "brevo")
    bench.clock.move(minutes=1)
    knocks.refused("brevo")

    assert (at_once, bench.read(refused_lately, "brevo")) == (1, 101)


def test_what_was_refused_an_hour_ago_counts_no_more(bench: Workbench) -> None:
    Knocks(lambda: bench.register, bench.clock).refused("brevo")

    bench.clock.move(hours=1)

    assert bench.read(refused_lately, "brevo") == 0


def test_each_endpoint_is_counted_for_itself(bench: Workbench) -> None:
    knocks = Knocks(lambda: bench.register, bench.clock)

    knocks.refused("brevo")

    assert bench.read(refused_lately, "twilio") == 0


def test_a_register_that_is_down_costs_the_count_and_not_the_answer(bench: Workbench) -> None:
    def down() -> Register:
        raise RegisterError("The disk is full.")

    knocks = Knocks(down, bench.clock)

    assert knocks.refused("brevo") is None  # type: ignore[func-returns-value]
