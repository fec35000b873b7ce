"""The limiter: what a server may count, whatever the network does."""

from __future__ import annotations

import threading
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactable.errors import Unavailable
from contactable.transport import Allowance, Limiter, giving_way, pipelined

requests = st.lists(st.tuples(st.floats(0, 3), st.floats(0, 3), st.floats(0, 1)), min_size=1, max_size=60)


def most_counted(times: list[float], seconds: float) -> int:
    return max(sum(t <= each < t + seconds for each in times) for t in times)


@settings(max_examples=60, deadline=None)
@given(requests=requests, most=st.integers(1, 7))
def test_no_window_of_the_server_ever_holds_too_many(requests: list[tuple[float, float, float]], most: int) -> None:
    """Each request idles a while, takes a while, and is counted by the server at some moment in between."""
    allowance, now, under_way, counted = Allowance(most, 10.0), 0.0, list[float](), list[float]()

    for idle, latency, part in requests:
        now += idle
        while (delay := allowance.delay(now)) > 0:
            now = min(under_way) if delay == inf else now + delay
            for arrival in sorted(each for each in under_way if each <= now):
                allowance.answered(arrival)
                under_way.remove(arrival)
        allowance.take(now)
        counted.append(now + latency * part)
        under_way.append(now + latency)

    assert most_counted(counted, 10.0 - 1e-6) <= most


def test_a_filled_allowance_loses_only_the_latency() -> None:
    allowance, now, answers, served = Allowance(190, 10.0), 0.0, list[float](), 0

    while now < 100.0:
        while answers and answers[0] <= now:
            allowance.answered(answers.pop(0))
        delay = allowance.delay(now)
        if delay > 0:
            now += min(delay, 0.01)
            continue
        allowance.take(now)
        answers.append(now + 0.25)
        served += 1

    assert served / 100.0 >= 0.95 * 19.0


def test_requests_are_spread_so_that_an_urgent_one_soon_finds_a_place() -> None:
    allowance = Allowance(100, 10.0)

    for _ in range(10):
        allowance.take(0.0)

    assert 0 < allowance.delay(0.0) < 1.0


def test_what_others_use_of_the_account_is_left_to_them() -> None:
    allowance = Allowance(100, 10.0)

    allowance.others_took(remaining=0, now=5.0)

    assert allowance.delay(5.0) == pytest.approx(10.0)


def test_a_remaining_figure_that_only_counts_us_changes_nothing() -> None:
    allowance = Allowance(10, 10.0)
    allowance.take(0.0)
    allowance.answered(0.2)

    allowance.others_took(remaining=9, now=0.2)

    assert sum(1 for _ in iter(lambda: take_if_free(allowance, 9.0), False)) == 9


def test_after_a_quiet_window_one_request_asks_for_all() -> None:
    allowance = Allowance(10, 10.0, asks_first=True)

    assert allowance.delay(0.0) == 0
    allowance.take(0.0)
    assert allowance.delay(0.0) == inf
    allowance.answered(0.2)

    assert allowance.delay(0.2) < inf


def take_if_free(allowance: Allowance, now: float) -> bool:
    allowance._next = 0.0  # pacing is another test's
    if allowance.delay(now) > 0:
        return False
    allowance.take(now)
    return True


@pytest.mark.parametrize("seconds", [0.5, 10.0, 3600.0])
def test_nothing_leaves_while_the_server_asks_for_patience(seconds: float) -> None:
    allowance = Allowance(10, 1.0)

    allowance.hold(100.0 + seconds)

    assert allowance.delay(100.0) == seconds
    assert allowance.delay(100.0 + seconds) == 0


def test_a_shutdown_ends_the_wait_for_a_place() -> None:
    stopping = threading.Event()
    limiter = Limiter(1, 3600.0, stopping=stopping)
    with limiter.place():
        pass
    stopping.set()

    with pytest.raises(Unavailable), limiter.place():
        pass


def test_a_limiter_takes_over_the_figure_that_the_server_names() -> None:
    limiter = Limiter(100, 10.0)

    limiter.learn(190, None)

    assert limiter.most == 190


def test_a_request_that_gives_way_leaves_after_one_that_came_later() -> None:
    limiter, left, waiting = Limiter(1, 0.2), list[str](), threading.Barrier(2)

    def ask(name: str) -> None:
        with limiter.place():
            left.append(name)

    def ask_politely() -> None:
        with giving_way():
            waiting.wait()
            list(pipelined(ask, ["polite"], at_once=1))

    threads = [threading.Thread(target=ask_politely), threading.Thread(target=ask, args=["urgent"])]
    with limiter.place():
        threads[0].start()
        waiting.wait()
        threads[1].start()
    for each in threads:
        each.join()

    assert left == ["urgent", "polite"]
