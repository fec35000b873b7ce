"""How fast a sender is answered with the opposition on disk, and how fast the CRM shows it.

``bench/ack.py [--json] [--server NAME …] [--seconds N] [--no-property]`` prints, for the chosen server: the rate of
signed HubSpot requests, each durably kept, as a share of a bare Flask view that only parses JSON in the same server;
its 99th percentile in multiples of the bare view's; the events a second in batches of 100; and the seconds from an
opposition to its property on a HubSpot whose answers take 150 ms, at 100 oppositions a second. Several servers give a
table.

The load is a closed loop over 64 kept connections (``bench/load``: ``wrk`` where it is installed), every request
different and signed before the clock starts. The server is a process of its own; SQLite, ``synchronous=FULL``, in the
current folder.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask, request
from load import CONNECTIONS, drive, load, name
from load.hubspot import SECRET, of_contact, signed

from contactable import Contactable
from contactable.commands.init import write_keys
from contactable.loading import load as read_all
from contactable.logs import configure
from contactable.register import upgrade
from contactable.sandbox import HubSpotSandbox
from contactable.serving import THREADS, make_app
from contactable.settings import load as load_settings

SERVERS = ("waitress", "gunicorn", "granian")
CHOSEN = "waitress"
ROUNDS = 2  # of bare view and kit in turns: the machine is shared
BATCH = 100
MOST = {1: 10_000, BATCH: 600}  # requests a second that are prepared for wrk, by the events in each
LATENCY, PACE, OPPOSITIONS = 0.15, 100, 1_000  # seconds an answer of the CRM takes; events a second; events
SETTINGS = """
public_url = "https://crm.example.com"
[endpoints.hubspot]
provider = "hubspot"
connector = "hubspot"
secret = "env:HUBSPOT_SECRET"
"""
CRM = """
[connectors.hubspot]
type = "hubspot"
token = "env:HUBSPOT_TOKEN"
base_url = "{url}"
"""


def make() -> Flask:
    """The application that a server process runs: the bare view, or the kit on the settings of the environment."""
    settings = os.environ.get("BENCH_SETTINGS")
    configure()
    if settings:
        return make_app(Contactable(load_settings(settings)))
    app = Flask("bare")

    @app.post("/hooks/hubspot")
    def bare() -> str:
        return str(len(request.get_json()))

    return app


@contextmanager
def serving(server: str, settings: Path | None) -> Iterator[int]:
    """Run a server process; give its port."""
    port = _free_port()
    environment = {**os.environ, "HUBSPOT_SECRET": SECRET}
    if settings:
        environment["BENCH_SETTINGS"] = str(settings)
    process = subprocess.Popen(
        _command(server, port), env=environment, cwd=Path(__file__).parent, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _command(server: str, port: int) -> list[str]:
    if server == "gunicorn":
        where = ["--bind", f"127.0.0.1:{port}", "--threads", str(THREADS), "--log-level", "error"]
        return [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", "1", *where, "ack:make()"]
    if server == "granian":
        where = ["--host", "127.0.0.1", "--port", str(port), "--log-level", "error", "--no-access-log"]
        threads = ["--workers", "1", "--blocking-threads", str(THREADS)]
        return [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", *threads, *where, "ack:make"]
    run = f"import waitress, ack; waitress.serve(ack.make(), host='127.0.0.1', port={port}, threads={THREADS})"
    return [sys.executable, "-c", run]


def measure(server: str, folder: Path, seconds: float) -> dict[str, float]:
    """The three figures of acknowledgement for one server, medians over rounds in turns."""
    settings = _installation(folder.resolve(), SETTINGS)
    shares, times, batched, rates, bare = [], [], [], [], []
    for _ in range(ROUNDS):
        with serving(server, None) as port:
            rate, p99 = _loaded(port, seconds)
        with serving(server, settings) as port:
            own_rate, own_p99 = _loaded(port, seconds)
            batched.append(BATCH * _loaded(port, seconds, BATCH)[0])
        rates.append(own_rate)
        bare.append(rate)
        shares.append(own_rate / rate)
        times.append(own_p99 / p99)
    return {
        "share_of_bare_flask": round(median(shares), 3),
        "p99_times_bare": round(median(times), 2),
        "batched_events_per_s": round(median(batched)),
        "requests_per_s": round(median(rates)),
        "bare_requests_per_s": round(median(bare)),
    }


def _loaded(port: int, seconds: float, events: int = 1) -> tuple[float, float]:
    """Requests a second, and their 99th percentile, after a warm-up that tells our own loop how many to prepare."""
    begun = time.perf_counter()
    warm = drive(port, [signed(events) for _ in range((8 if events == 1 else 2) * CONNECTIONS)])
    pace = len(warm) / (time.perf_counter() - begun)
    pace = MOST[events] if name() == "wrk" else pace
    return load(port, [signed(events) for _ in range(max(int(pace * seconds), CONNECTIONS * 2))], seconds)


def measure_property(server: str, folder: Path) -> dict[str, float]:
    """Seconds from the sending of an opposition until the CRM shows it, at ``PACE`` oppositions a second."""
    people = ({"email": f"person{number}@example.com", "country": "FR"} for number in range(OPPOSITIONS))
    with HubSpotSandbox(people) as crm:
        os.environ |= {"HUBSPOT_TOKEN": crm.token, "HUBSPOT_SECRET": SECRET}
        settings = _installation(folder.resolve(), SETTINGS + CRM.format(url=crm.url))
        kit = Contactable(load_settings(settings))
        read_all(kit, "hubspot")
        kit.close()
        crm.latency = LATENCY
        with serving(server, settings) as port:
            time.sleep(5)  # the first look at the whole portal is not what is measured
            took = sorted(_shown(crm, port))
    return {
        "property_p50_s": round(median(took), 3),
        "property_p99_s": round(took[int(len(took) * 0.99)], 3),
    }


def _shown(crm: HubSpotSandbox, port: int) -> list[float]:
    """Oppose everybody in turn, at the pace, and watch the CRM; seconds of each."""
    begun, waiting, took = time.perf_counter(), list(crm.portal.contacts.by_id), []
    due = {id: begun + number / PACE for number, id in enumerate(waiting)}
    with ThreadPoolExecutor(32) as pool:
        for id in waiting:
            time.sleep(max(due[id] - time.perf_counter(), 0))
            pool.submit(drive, port, [of_contact(id)], 1)
            waiting = [each for each in waiting if not _is_shown(crm, each, due, took)]
        while waiting and time.perf_counter() < begun + 120:
            time.sleep(0.01)
            waiting = [each for each in waiting if not _is_shown(crm, each, due, took)]
    # What never came counts as the time that was waited for it.
    return took + [time.perf_counter() - due[id] for id in waiting]


def _is_shown(crm: HubSpotSandbox, id: int, due: dict[int, float], took: list[float]) -> bool:
    if crm.contact(id).properties.get("contactable_email_reason") != "opposition":
        return False
    took.append(time.perf_counter() - due[id])
    return True


def _installation(folder: Path, text: str) -> Path:
    write_keys(folder / "contactable-keys")
    (folder / "contactable.toml").write_text(text)
    kit = Contactable(load_settings(folder / "contactable.toml"))
    upgrade(kit.settings.register_url, kit.keyring)
    kit.close()
    return folder / "contactable.toml"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the server did not start")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--server", action="append", choices=SERVERS)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--no-property", action="store_true", help="leave out the way to the CRM")
    options = parser.parse_args()
    found: dict[str, Any] = {}
    servers = options.server or [CHOSEN]
    if missing := [server for server in servers if find_spec(server) is None]:
        raise SystemExit(f"not installed here: pip install {' '.join(missing)}")
    for server in servers:
        with tempfile.TemporaryDirectory(prefix="bench-ack-", dir=".") as folder:
            found[server] = measure(server, Path(folder), options.seconds)
        if options.no_property:
            continue
        with tempfile.TemporaryDirectory(prefix="bench-ack-", dir=".") as folder:
            found[server] |= measure_property(server, Path(folder))
    figures = next(iter(found.values())) if len(found) == 1 else found
    figures["load"] = name()
    print(json.dumps(figures, indent=None if options.json else 2))


if __name__ == "__main__":
    main()
