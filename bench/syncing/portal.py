"""A sandbox in a process of its own, so that what it costs is not counted as ours, and an installation on it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from contactable import Contactable
from contactable.commands.init import write_keys
from contactable.register import upgrade
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.hubspot import PROFESSIONAL, UNLIMITED
from contactable.settings import parse

LATENCY = 0.25  # seconds
SPAWN = get_context("spawn")
Journal = Sequence[tuple[float, str, int]]
"""When, which route, which status."""
SETTINGS = """
public_url = "https://crm.example.com/contactable"
[offers.main]
purpose = "commercial"
{offer}
[connectors.hubspot]
type = "hubspot"
token = "env:HUBSPOT_TOKEN"
base_url = "{url}"
index_lag = 1
"""
UNHURRIED = "requests_per_10_s = 100000\nsearches_per_s = 1000\n"


class Portal(NamedTuple):
    """A sandbox that runs elsewhere. ``ask`` sends it a word and gives what it says."""

    url: str
    token: str
    ask: Callable[[str], Any]


@contextmanager
def portal(contacts: int, *, latency: float = LATENCY, limited: bool = True) -> Iterator[Portal]:
    """Run a sandbox with that many invented contacts."""
    with portals(1, contacts, latency=latency, limited=limited) as (only,):
        yield only


@contextmanager
def portals(count: int, contacts: int, *, latency: float = LATENCY, limited: bool = True) -> Iterator[list[Portal]]:
    """Run several of them, which start side by side."""
    pipes = [SPAWN.Pipe() for _ in range(count)]
    processes = [
        SPAWN.Process(target=_serve, args=(each, contacts, latency, limited), daemon=True) for _, each in pipes
    ]
    for process in processes:
        process.start()
    try:
        yield [Portal(*ours.recv(), partial(_ask, ours)) for ours, _ in pipes]
    finally:
        for ours, _ in pipes:
            ours.send("stop")
        for process in processes:
            process.join()


@contextmanager
def installation(to: Portal, *, limited: bool = True, more: str = "", offer: str = "") -> Iterator[Contactable]:
    """An installation whose CRM is that sandbox, on a register of its own (SQLite), with further settings."""
    os.environ["HUBSPOT_TOKEN"] = to.token
    with tempfile.TemporaryDirectory(prefix="contactable-bench-") as folder:
        write_keys(Path(folder) / "contactable-keys")
        text = SETTINGS.format(url=to.url, offer=offer) + ("" if limited else UNHURRIED) + more
        kit = Contactable(parse(text, Path(folder) / "contactable.toml"))
        upgrade(kit.settings.register_url, kit.keyring)
        try:
            yield kit
        finally:
            kit.close()


def _ask(pipe: Connection, word: str) -> Any:
    pipe.send(word)
    return pipe.recv()


def _serve(pipe: Connection, contacts: int, latency: float, limited: bool) -> None:
    with HubSpotSandbox(contacts, latency=latency, limits=PROFESSIONAL if limited else UNLIMITED) as hubspot:
        pipe.send((hubspot.url, hubspot.token))
        while (word := pipe.recv()) != "stop":
            pipe.send(_answer(hubspot, word))


def _answer(hubspot: HubSpotSandbox, word: str) -> Any:
    contacts = hubspot.portal.contacts
    if word == "written":
        return sum("contactable_email_reason" in each.properties for each in contacts.by_id.values())
    if word == "change ten":
        for id in contacts.order[:10]:
            hubspot.as_person(id, {"country": "Belgique"})
        return 10
    entries = [(each.at, each.route, each.status) for each in hubspot.journal.entries]
    hubspot.journal.clear()
    return entries
