"""Seeded plans of faults: a CRM that fails, and syncs that are killed, end as if nothing had happened.

``make faults PLANS=n``. Each plan lives the same life twice, once without a fault. At the end every contact's
properties, every opposition and every unsubscribe are the same: nothing was missed, and no opposition was made up.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.faults.life import Company, people
from tests.installing import install

from contactable import Contactable
from contactable.errors import ContactableError
from contactable.one_process import run_or_leave
from contactable.register import ledger, mirror, outbox
from contactable.sandbox import Fault, HubSpotSandbox
from contactable.sandbox.hubspot import UNLIMITED, seeded_faults

PLANS = int(os.environ.get("FAULT_PLANS", "2"))
PEOPLE, ROUNDS, FAULTS = 230, 3, 14
ROUTES = ("list", "batch_read", "batch_update", "search", "properties", "timeline", "leave_all_batch", "lists")
OF_ITS_OWN = ("contactable_changed_at", "contactable_link")  # moments and random links: never equal twice
SETTINGS = """
public_url = "https://crm.example.com/kit"
[brake]
contacts = 10000
[connectors.hubspot]
type = "hubspot"
token = "env:HUBSPOT_TOKEN"
base_url = "{url}"
index_lag = 0
requests_per_10_s = 100000
searches_per_s = 1000
patience = 20
"""
State = Mapping[str, Any]


@contextmanager
def company(folder: Path, seed: int, faults: tuple[Fault, ...]) -> Iterator[tuple[Company, Path]]:
    """A portal on which nothing was written yet, and a register for it."""
    folder.mkdir()
    with HubSpotSandbox(people(seed, PEOPLE), limits=UNLIMITED, seed=seed, faults=faults) as crm:
        os.environ["HUBSPOT_TOKEN"] = crm.token
        kit = install(folder, SETTINGS.format(url=crm.url))
        yield Company(crm, kit, seed), folder / "contactable.toml"
        kit.close()


def sync(here: Company) -> None:
    """Sync until it succeeds, as a schedule does."""
    end = time.monotonic() + 120
    while True:
        try:
            run_or_leave(here.kit.settings.register_url, here.kit.register, "sync", {}, here.sync, lambda told: None)
            if not waits(here.kit):
                return
        except ContactableError:
            time.sleep(0.2)
        assert time.monotonic() < end, "no sync succeeded"


def waits(kit: Contactable) -> bool:
    with kit.register.read() as tx:
        return bool(outbox.pending(tx))


def killed_sync(here: Company, settings: Path, after: int) -> None:
    """Run ``contactable sync`` as a process of its own, and kill it (SIGKILL) once it made so many requests."""
    before = len(here.crm.journal.entries)
    command = [sys.executable, "-m", "contactable", "--settings", str(settings), "sync", "--yes"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ.copy())
    while process.poll() is None and len(here.crm.journal.entries) - before < after:
        time.sleep(0.002)
    process.kill()
    process.wait()


def state_of(here: Company) -> State:
    """Everything that must be equal at the end, by contact."""
    here.crm.plan.replace([])
    sync(here)
    here.kit.reader("hubspot").reconcile(sure=True)
    sync(here)
    contacts = [each for each in here.crm.portal.contacts.by_id.values() if each.living]
    with here.kit.register.read() as tx:
        entries = ledger.entries_of_contacts(tx, "hubspot", [str(each.id) for each in contacts])
        mirrored = mirror.contact_ids(tx, "hubspot")
    return {
        "mirrored": mirrored,
        "written": {each.id: _written(each.properties) for each in contacts},
        "oppositions": {id: sorted(_said(each) for each in found) for id, found in entries.items()},
        "unsubscribed": {
            email: sorted(str(scope) for scope, said in by_scope.items() if not said.subscribed)
            for email, by_scope in sorted(here.crm.portal.preferences.by_email.items())
        },
    }


def _written(properties: Mapping[str, str]) -> dict[str, str]:
    ours = {name: value for name, value in properties.items() if name.startswith("contactable_") and value}
    return {name: value for name, value in ours.items() if name not in OF_ITS_OWN}


def _said(entry: ledger.Entry) -> tuple[str, ...]:
    return entry.kind, entry.on, entry.scope_kind, entry.scope_id, entry.origin


def lived(folder: Path, seed: int, faults: tuple[Fault, ...], interrupt: Callable[[Company, Path], None]) -> State:
    with company(folder, seed, faults) as (here, settings):
        for _ in range(ROUNDS):
            interrupt(here, settings)
            sync(here)
            here.live()
        return state_of(here)


def plan(seed: int) -> tuple[Fault, ...]:
    """Faults of every kind; a 429 that names no delay would wait ten seconds, so those name none at all."""
    made = seeded_faults(seed, FAULTS, routes=ROUTES, within=12)
    return tuple(replace(each, wait=each.wait or 0) if each.effect == "429" else each for each in made)


@pytest.mark.parametrize("seed", range(PLANS))
def test_a_life_with_faults_and_kills_ends_as_one_without(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    kills = [dice.randint(1, 40) for _ in range(ROUNDS)]

    calm = lived(tmp_path / "calm", seed, (), lambda here, settings: None)
    rough = lived(
        tmp_path / "rough", seed, plan(seed), lambda here, settings: killed_sync(here, settings, kills.pop(0))
    )

    for what in calm:
        assert rough[what] == calm[what], f"seed {seed}: {what}"
