"""From a webhook to the last of three blocklists: ``python bench/outward.py [--json] [--seconds 30]``.

One installation on SQLite in this process: oppositions come over the blueprint at 5 a second (at random, as people do),
and go to Brevo (10 requests a second), SendGrid and Postmark, stand-ins on loopback that answer after 150 ms. Measured
is the time from the request's leaving to the moment at which the last of the three lists holds the address. Then 50 a
second come for five seconds: more than Brevo takes, so a queue forms. Nothing may be lost, the queue is a row a person
and sender, and nobody is further out of order than there are requests in flight beside theirs.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from flask import Flask

from contactable import Contactable
from contactable.commands.init import write_keys
from contactable.logs import configure
from contactable.outward import AT_ONCE
from contactable.register import blocks, upgrade
from contactable.sandbox.blocklists import Blocklist, BlocklistSandbox, serve
from contactable.settings import parse

LATENCY = 0.15  # seconds
USUAL, STORM, STORM_SECONDS = 5.0, 50.0, 5.0  # events a second; how long the storm lasts
PATIENCE = 300.0  # seconds for the queue to run empty
BUDGET = 2.0  # seconds at p99
SECRET = "a-secret-of-nobody-0123456789abcdef"
SETTINGS = """
public_url = "https://crm.example.com"
[endpoints.mailtrap]
provider = "mailtrap"
path_secret = "env:BENCH_SECRET"
"""


def main(arguments: Sequence[str]) -> int:
    """Run and print; exit code 1 when something was lost or too slow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=30.0)
    chosen = parser.parse_args(arguments)
    configure()  # talk goes to stderr
    found = measure(chosen.seconds)
    print(json.dumps(found) if chosen.json else "\n".join(f"{name}: {value}" for name, value in found.items()))
    kept = found["lost"] == 0 and found["most_out_of_order"] < AT_ONCE
    return 0 if kept and found["blocked_p99_s"] <= BUDGET else 1


def measure(seconds: float) -> dict[str, Any]:
    """Both loads on one installation."""
    lists = {name: Blocklist(most=10, latency=LATENCY, knows_everybody=True) for name in ("brevo", "sendgrid")}
    sandbox = BlocklistSandbox({**lists, "postmark": Blocklist(most=10, latency=LATENCY)})
    with serve(sandbox), tempfile.TemporaryDirectory() as folder:
        kit = installation(Path(folder), sandbox)
        try:
            client = Flask("bench")
            client.register_blueprint(kit.blueprint)
            usual = load(client, "usual", USUAL, seconds)
            settle(sandbox, usual)
            storm = load(client, "storm", STORM, STORM_SECONDS)
            queue = waiting(kit)
            drained = settle(sandbox, storm)
        finally:
            kit.close()
    delays = sorted(delay for who, sent in usual.items() for delay in [arrived(sandbox, who) - sent])
    everybody = {**usual, **storm}
    return {
        "blocked_p50_s": round(delays[len(delays) // 2], 3),
        "blocked_p99_s": round(delays[int(len(delays) * 0.99)], 3),
        "events": len(usual),
        "storm_events": len(storm),
        "queue_rows": queue,
        "storm_drained_s": round(drained, 1),
        "lost": sum(who not in each.blocked for who in everybody for each in sandbox.lists.values()),
        "sent_twice": sum(len(times) - 1 for each in sandbox.lists.values() for times in each.blocked.values()),
        "beyond_the_limit": sum(each.refused for each in sandbox.lists.values()),
        "in_flight": AT_ONCE,
        "most_out_of_order": max(map(most_displaced, orders(sandbox, list(storm)))),
    }


def installation(folder: Path, sandbox: BlocklistSandbox) -> Contactable:
    """A kit with three senders connected, on a register of its own."""
    os.environ["BENCH_SECRET"] = SECRET
    write_keys(folder / "contactable-keys")
    kit = Contactable(parse(SETTINGS + sandbox.settings("env:BENCH_SECRET"), folder / "contactable.toml"))
    upgrade(kit.settings.register_url, kit.keyring)
    return kit


def load(app: Flask, name: str, rate: float, seconds: float) -> dict[str, float]:
    """Send unsubscriptions at random moments; return when each left."""
    left: dict[str, float] = {}
    chance, client = random.Random(7), app.test_client()
    begin = due = time.monotonic()
    while due < begin + seconds:
        time.sleep(max(0.0, due - time.monotonic()))
        who = f"{name}{len(left)}@example.com"
        event = {"event": "unsubscribe", "email": who, "event_id": who, "timestamp": int(time.time())}
        left[who] = time.monotonic()
        answer = client.post(f"/hooks/mailtrap/{SECRET}", json={"events": [event]})
        if answer.status_code != 200:
            raise SystemExit(f"The door answered {answer.status_code}.")
        due += chance.expovariate(rate)
    return left


def waiting(kit: Contactable) -> int:
    """The blocks that the senders are owed now."""
    with kit.register.read() as tx:
        return sum(each.blocks for each in blocks.waiting(tx).values())


def settle(sandbox: BlocklistSandbox, sent: dict[str, float]) -> float:
    """Wait until every list holds everybody, or patience ends; return the seconds."""
    begin = time.monotonic()
    while time.monotonic() < begin + PATIENCE:
        if all(who in each.blocked for each in sandbox.lists.values() for who in sent):
            break
        time.sleep(0.05)
    return time.monotonic() - begin


def arrived(sandbox: BlocklistSandbox, who: str) -> float:
    """When the last of the lists held somebody; never, where one does not."""
    return max(each.blocked.get(who, [float("inf")])[0] for each in sandbox.lists.values())


def orders(sandbox: BlocklistSandbox, sent: list[str]) -> Iterator[list[int]]:
    """For each list, the places in the order of sending, in the order of arrival."""
    place = {who: n for n, who in enumerate(sent)}
    for each in sandbox.lists.values():
        yield [place[who] for who in each.blocked if who in place]


def most_displaced(order: list[int]) -> int:
    """By how many places the one furthest out of order is displaced."""
    return max(abs(place - n) for n, place in enumerate(order))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
