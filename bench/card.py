"""From ``call.created`` to the agent's card: ``python bench/card.py [--json] [--calls 40]``.

One installation on SQLite in this process, on a register of 10,000 people who objected; calls begin at random over the
blueprint, three in two seconds, and the stand-in for Aircall answers after 150 ms. Measured is the time from the
request's leaving to the card's arrival; what the phone does with it afterwards is Aircall's.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import Flask

from contactable import Contactable
from contactable.commands.init import write_keys
from contactable.identifiers import IdentifierKind
from contactable.logs import configure
from contactable.register import NewEntry, Tx, ledger, subjects, upgrade
from contactable.sandbox.phones import AircallSandbox, serve_aircall
from contactable.settings import parse

LATENCY, EVERY = 0.15, 0.67  # seconds; Aircall takes 60 requests a minute, hence at most one a second for long
PEOPLE, BUDGET = 10_000, 1.0  # budget: seconds at p99
SECRET = "a-secret-of-nobody-0123456789abcdef"
SETTINGS = """
public_url = "https://crm.example.com"
[endpoints.aircall]
provider = "aircall"
secret = "env:BENCH_SECRET"
api_url = "URL"
api = { id = "env:BENCH_SECRET", token = "env:BENCH_SECRET" }
"""


def main(arguments: Sequence[str]) -> int:
    """Run and print; exit code 1 when a card was missing or too slow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--calls", type=int, default=40)
    chosen = parser.parse_args(arguments)
    configure()
    with serve_aircall(AircallSandbox(latency=LATENCY)) as aircall, tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), aircall, chosen.calls)
    print(json.dumps(found) if chosen.json else "\n".join(f"{name}: {value}" for name, value in found.items()))
    return 0 if found["missing"] == 0 and found["card_p99_s"] <= BUDGET else 1


def measure(folder: Path, aircall: AircallSandbox, calls: int) -> dict[str, Any]:
    """Let calls begin and wait for their cards."""
    os.environ["BENCH_SECRET"] = SECRET
    write_keys(folder / "contactable-keys")
    kit = Contactable(parse(SETTINGS.replace("URL", aircall.url), folder / "contactable.toml"))
    upgrade(kit.settings.register_url, kit.keyring)
    kit.register.write(fill)
    try:
        begun = ring(kit, calls)
        time.sleep(3)
    finally:
        kit.close()
    shown = [(aircall.cards[call][0][0] - at) for call, at in begun.items() if call in aircall.cards]
    delays = sorted(shown) or [float("inf")]
    return {
        "card_p50_s": round(delays[len(delays) // 2], 3),
        "card_p99_s": round(delays[int(len(delays) * 0.99)], 3),
        "calls": len(begun),
        "missing": len(begun) - len(shown),
    }


def fill(tx: Tx) -> None:
    """Let many people object to calls."""
    who = subjects.subjects_for(tx, [(IdentifierKind.PHONE, number(n)) for n in range(PEOPLE)])
    ledger.record(tx, [NewEntry(kind="opposition", subject_id=each, on="phone") for each in who.values()])


def number(n: int) -> str:
    """One of ten thousand invented numbers."""
    return f"+3363998{n:04}"


def ring(kit: Contactable, calls: int) -> dict[str, float]:
    """Let calls begin at random moments; return when each did."""
    web, chance, begun = Flask("bench"), random.Random(7), {}
    web.register_blueprint(kit.blueprint)
    client = web.test_client()
    for n in range(calls):
        time.sleep(chance.expovariate(1 / EVERY))
        call = {"id": n, "raw_digits": number(chance.randrange(PEOPLE)), "direction": "outbound"}
        body = {"event": "call.created", "timestamp": int(time.time()), "token": SECRET, "data": call}
        begun[str(n)] = time.monotonic()
        if client.post("/hooks/aircall", json=body).status_code != 200:
            raise SystemExit("The door refused a call.")
    return begun


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
