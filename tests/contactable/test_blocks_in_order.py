"""Fifty oppositions a second, far more than the senders take: a queue in the register, in order, and nothing lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from flask import Flask

from contactable import Contactable
from contactable.outward import AT_ONCE, BATCH
from contactable.register import blocks
from contactable.register.schema_work import blocks as owed
from contactable.sandbox.blocklists import Blocklist, BlocklistSandbox, serve

Make = Callable[..., Contactable]
RATE, EVENTS = 50.0, 100  # a second; how many in all
SECRET = "a-secret-of-nobody-0123456789abcdef"
SETTINGS = """
[endpoints.mailtrap]
provider = "mailtrap"
path_secret = "env:KEY"
"""


@pytest.fixture
def senders() -> Iterator[BlocklistSandbox]:
    """Three senders of ten requests a second each, at different distances; one of them breaks now and then."""
    lists = {
        "brevo": Blocklist(latency=0.05, knows_everybody=True),
        "sendgrid": Blocklist(latency=0.1),
        "postmark": Blocklist(latency=0.15),
    }
    lists["postmark"].script.extend([503, None, None, 503, None, None, None, None, 500])
    with serve(BlocklistSandbox(lists)) as served:
        yield served


@pytest.fixture
def kit(make_kit: Make, senders: BlocklistSandbox, monkeypatch: pytest.MonkeyPatch) -> Contactable:
    """An installation; its senders' threads begin with the blueprint."""
    monkeypatch.setenv("KEY", SECRET)
    return make_kit(SETTINGS + senders.settings("env:KEY"))


def test_fifty_a_second_arrive_in_order_and_none_is_lost(kit: Contactable, senders: BlocklistSandbox) -> None:
    people = [f"p{n}@example.com" for n in range(EVENTS)]
    most_claimed = unsubscribe(kit, people)
    wait_for_all(kit)

    for each in senders.lists.values():
        assert sorted(each.blocked) == sorted(people)
        assert most_displaced(people, list(each.blocked)) < AT_ONCE
        assert each.refused == 0
    assert 0 < most_claimed <= BATCH


def test_one_person_who_says_it_fifty_times_is_one_place_in_the_queue(
    kit: Contactable, senders: BlocklistSandbox
) -> None:
    unsubscribe(kit, ["first@example.com", *["lou@example.com"] * 50, "last@example.com"])
    wait_for_all(kit)

    for each in senders.lists.values():
        said = each.blocked["lou@example.com"]
        assert set(each.blocked) == {"first@example.com", "lou@example.com", "last@example.com"}
        assert len(said) < 50
        assert all(one + each.latency <= other for one, other in pairwise(said))  # never two at a time


def unsubscribe(kit: Contactable, people: list[str]) -> int:
    """Have a sender tell of them, fifty a second, one after the other; return the most that a sender had in hand."""
    app, most = Flask("senders"), 0
    app.register_blueprint(kit.blueprint)
    client, begin = app.test_client(), time.monotonic()
    for n, who in enumerate(people):
        time.sleep(max(0.0, begin + n / RATE - time.monotonic()))
        event = {"event": "unsubscribe", "email": who, "event_id": f"{n}", "timestamp": int(time.time())}
        assert client.post(f"/hooks/mailtrap/{SECRET}", json={"events": [event]}).status_code == 200
        most = max(most, claimed(kit))
    return most


def claimed(kit: Contactable) -> int:
    """The most blocks that one sender has in memory now."""
    with kit.register.read() as tx:
        rows = tx.connection.execute(owed.select().where(owed.c.leased_until.isnot(None))).all()
    names = [row.endpoint for row in rows]
    return max(map(names.count, names), default=0)


def wait_for_all(kit: Contactable) -> None:
    """Wait until nothing is owed any more, as long as it becomes less within half a minute."""
    left, since = -1, time.monotonic()
    while left and time.monotonic() < since + 30:
        with kit.register.read() as tx:
            now = sum(each.blocks for each in blocks.waiting(tx).values())
        if now != left:
            left, since = now, time.monotonic()
        time.sleep(0.05)
    assert left == 0


def most_displaced(wanted: list[str], got: list[str]) -> int:
    """By how many places the one furthest out of order is displaced."""
    return max(abs(wanted.index(who) - n) for n, who in enumerate(got))
