"""What each connector makes of its CRM's limit, against its sandbox at 250 ms latency and the documented limit.

``python bench/connectors.py [--json] [--quick] [NAME …]``. The sandbox is a process of its own; its journal says what
it was asked and refused. For each type: contacts read and written a second, the requests a second in the middle of each
run as a share of the documented limit (none where there is no limit), the requests for the first load, and those for a
thousand changed contacts, read and then written. Salesforce is tried by jobs and by queries. HubSpot has a script of
its own beside (``sync.py``), with its whole limit.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from contactable.connectors import connect, find, types
from contactable.connectors.protocol import Change, Connector, Result
from contactable.sandbox import SMALL, HubSpotSandbox, small
from contactable.sandbox.front import SmallCrm
from contactable.sandbox.hubspot import PROFESSIONAL

LATENCY = 0.25  # seconds
CHANGED = 1_000
WARM, END = 0.3, 0.9  # of a run: what lies between is the steady state
SPAWN = get_context("spawn")


class Trial(NamedTuple):
    """How a connector is tried: further settings, a property of text, how many contacts are read, and written.

    ``type``: that of the connector, where the trial bears another name.
    """

    text: str
    settings: Mapping[str, Any] = {}
    read: int = 20_000
    write: int = 300
    type: str = ""


TRIALS = {
    "brevo": Trial("NOTE", {"overlap": 1}),
    "dolibarr": Trial("note_private", {"overlap": 1, "time_zone": "Europe/Paris"}),
    "dynamics": Trial("description", {"overlap": 1}, write=20_000),
    "espocrm": Trial("description", {"overlap": 1}),
    "hubspot": Trial("jobtitle", {"index_lag": 1.0}, write=20_000),
    "odoo": Trial("function", {"overlap": 1}, write=20_000),
    "pipedrive": Trial("a" * 40, {"overlap": 1}),
    "salesforce": Trial("Title", {"overlap": 1, "bulk_from": 0}, write=20_000),
    "salesforce-queries": Trial("Title", {"overlap": 1, "bulk_from": 1_000_000}, write=20_000, type="salesforce"),
    "sellsy": Trial("note", {"overlap": 1}, read=2_000, write=100),
    "zoho": Trial("Description", {"overlap": 1}, write=20_000),
}
"""By name, which is the type or begins with it; a type without a line here has no figures, and the script says so."""


class Served(NamedTuple):
    """A sandbox in a process of its own: what a connector needs, and how it is asked for its journal."""

    settings: Mapping[str, Any]
    ask: Callable[[str], Any]


@contextmanager
def served(type: str, contacts: int, text: str) -> Iterator[Served]:
    """Run the sandbox of one type with that many contacts."""
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=_serve, args=(theirs, type, contacts, text), daemon=True)
    process.start()
    settings = ours.recv()

    def ask(word: str) -> Any:
        ours.send(word)
        return ours.recv()

    try:
        yield Served(settings, ask)
    finally:
        ours.send("stop")
        process.join()


def _serve(pipe: Connection, type: str, contacts: int, text: str) -> None:
    with _sandbox(type, contacts) as crm:
        hubspot = isinstance(crm, HubSpotSandbox)
        pipe.send({"base_url": crm.url, "token": crm.token} if hubspot else crm.access)
        while (word := pipe.recv()) != "stop":
            if word == "change":
                _change(crm, text)
            pipe.send([(each.at, each.route, each.status) for each in crm.journal.entries])
            crm.journal.clear()


def _sandbox(type: str, contacts: int) -> Any:
    if type == "hubspot":
        return HubSpotSandbox(contacts, latency=LATENCY, limits=PROFESSIONAL)
    manner = small(type)
    return SmallCrm(manner, (manner.person(number) for number in range(contacts)), latency=LATENCY)


def _change(crm: Any, text: str) -> None:
    if isinstance(crm, HubSpotSandbox):
        for id in crm.portal.contacts.order[:CHANGED]:
            crm.as_person(id, {text: "gardener"})
        return
    for contact in list(crm.contacts.living())[:CHANGED]:
        crm.contacts.change(contact.id, {text: "gardener"})


def trial(name: str, how: Trial, *, quick: bool) -> dict[str, Any]:
    """The figures of one connector."""
    type = how.type or name
    contacts = how.read // 4 if quick else how.read
    with served(type, contacts, how.text) as crm:
        connector = connect("bench", type, {**crm.settings, **how.settings}, lambda reference: reference.encode())
        began = time.perf_counter()
        ids, cursor = _read(connector, None, how.text)
        read_s, reading = time.perf_counter() - began, crm.ask("journal")
        began = time.perf_counter()
        written = _write(connector, ids[: how.write // 4 if quick else how.write], how.text, "baker")
        write_s, writing = time.perf_counter() - began, crm.ask("journal")
        time.sleep(3.0)  # beyond every overlap, so that the next window holds the changed ones alone
        _, cursor = _read(connector, cursor, how.text)
        time.sleep(3.0)
        before = crm.ask("change")
        changed, _ = _read(connector, cursor, how.text)
        again = crm.ask("journal")
    if len(set(ids)) != contacts or len(set(changed)) < min(CHANGED, contacts):
        raise SystemExit(f"{type}: not every contact was read: the figures would mean nothing.")
    limit = find(type).CAPABILITIES.requests_per_10_s
    return {
        "read_per_s": round(contacts / read_s, 1),
        "written_per_s": round(written / write_s, 1),
        "share_reading": _share(reading, limit),
        "share_writing": _share(writing, limit),
        "requests_to_load": len(reading),
        "requests_to_read_1000_changes": len(again),
        "requests_to_write_1000": round(len(writing) * 1_000 / written, 1),
        "too_many_requests": sum(status == 429 for _, _, status in [*reading, *writing, *before, *again]),
    }


def _read(connector: Connector, cursor: Any, text: str) -> tuple[list[str], Any]:
    ids: list[str] = []
    for page in connector.iter_changed(cursor, ["email", text]):
        ids += [record.id for record in page.records]
        cursor = page.cursor or cursor
    return ids, cursor


def _write(connector: Connector, ids: Sequence[str], text: str, value: str) -> int:
    outcomes = [each.result for each in connector.write([Change(id, {text: value}) for id in ids])]
    if set(outcomes) != {Result.WRITTEN}:
        raise SystemExit("Not every contact was written: the figures would mean nothing.")
    return len(outcomes)


def _share(journal: Sequence[tuple[float, str, int]], limit: float | None) -> float | None:
    """Requests a second in the middle of a run as a share of the limit; None without a limit or for too few."""
    times = sorted(at for at, _, status in journal if status < 300)
    length = times[-1] - times[0] if times else 0.0
    if limit is None or length < 1.0:
        return None
    low, high = times[0] + WARM * length, times[0] + END * length
    return round(sum(low <= at < high for at in times) / (high - low) / (limit / 10), 3)


def main() -> None:
    """Try the types that are named, or all that have a sandbox, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("types", nargs="*", help="types of CRM; default: all")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--quick", action="store_true", help="a quarter of the contacts")
    asked = parser.parse_args()
    there = [each for each in types() if each in ("hubspot", *SMALL)]
    wanted = asked.types or [*there, *(each for each in TRIALS if TRIALS[each].type)]
    figures = {type: trial(type, TRIALS[type], quick=asked.quick) for type in wanted if type in TRIALS}
    figures |= {type: {"missing": "a line in TRIALS"} for type in wanted if type not in TRIALS}
    if asked.json:
        json.dump({"latency_s": LATENCY, **figures}, sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        for type, found in figures.items():
            sys.stdout.writelines(f"{type:12} {name:32} {value}\n" for name, value in found.items())


if __name__ == "__main__":
    main()
