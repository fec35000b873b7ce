"""How much of HubSpot's limit the connector fills: first load and write-back, against the sandbox at 250 ms latency.

``python bench/sync.py [--json] [--quick]``. The sandbox is a process of its own, with the Professional limit (190
requests in ten seconds, five searches a second); its journal says what it was asked and what it refused. The share is
that of pages (or batches) of a hundred in the steady state, which is the middle of each run. Beside it, on 10,000
contacts, HubSpot's own client. Memory is the peak of a process that reads 20,000 contacts, and of one that reads
100,000.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from contactable.connectors.hubspot import HubSpot, connect
from contactable.connectors.protocol import Change
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.hubspot import PROFESSIONAL, UNLIMITED

CEILING = 19.0  # requests a second
WARM, END = 0.3, 0.9  # of a run: what lies between is the steady state
LATENCY = 0.25  # seconds
PROPERTIES = ("email", "phone", "mobilephone", "zip", "country", "lifecyclestage", "hs_email_optout")
WRITTEN = "jobtitle"  # any text of the contact: the connector knows no meaning
SPAWN = get_context("spawn")


class Portal(NamedTuple):
    """A sandbox in a process of its own. ``ask`` sends it a word and gives what it says."""

    url: str
    token: str
    ask: Callable[[str], Any]


@contextmanager
def portal(contacts: int, *, latency: float = LATENCY, limited: bool = True) -> Iterator[Portal]:
    """Run a sandbox with that many invented contacts."""
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=_serve, args=(theirs, contacts, latency, limited), daemon=True)
    process.start()
    url, token = ours.recv()

    def ask(word: str) -> Any:
        ours.send(word)
        return ours.recv()

    try:
        yield Portal(url, token, ask)
    finally:
        ours.send("stop")
        process.join()


def _serve(pipe: Connection, contacts: int, latency: float, limited: bool) -> None:
    with HubSpotSandbox(contacts, latency=latency, limits=PROFESSIONAL if limited else UNLIMITED) as hubspot:
        pipe.send((hubspot.url, hubspot.token))
        while (word := pipe.recv()) != "stop":
            if word == "change ten":
                for id in hubspot.portal.contacts.order[:10]:
                    hubspot.as_person(id, {WRITTEN: "gardener"})
            pipe.send([(each.at, each.route, each.status) for each in hubspot.journal.entries])
            hubspot.journal.clear()


def connector(to: Portal) -> HubSpot:
    """Our connector on a sandbox."""
    settings = {"token": "env:TOKEN", "base_url": to.url, "index_lag": 1.0}
    return connect("bench", settings, lambda reference: to.token.encode())


def steady_share(journal: Sequence[tuple[float, str, int]], route: str) -> float:
    """Requests to a route a second, in the middle of the run, as a share of the limit."""
    times = sorted(at for at, asked, status in journal if asked == route and status < 300)
    begin, length = times[0], times[-1] - times[0]
    low, high = begin + WARM * length, begin + END * length
    return sum(low <= at < high for at in times) / (high - low) / CEILING


def road(contacts: int) -> dict[str, float]:
    """Read all contacts, write one value on each, read what ten changes cost."""
    with portal(contacts) as to:
        hubspot = connector(to)
        began = time.perf_counter()
        first = list(_load(hubspot))
        ids, cursor, read_s = [id for page, _ in first for id in page], first[-1][1], time.perf_counter() - began
        reading = to.ask("journal")
        began = time.perf_counter()
        outcomes = list(hubspot.write([Change(id, {WRITTEN: "baker"}) for id in ids]))
        write_s, writing = time.perf_counter() - began, to.ask("journal")
        if len(set(ids)) != contacts or {each.result for each in outcomes} != {"written"}:
            raise SystemExit("Not every contact was read and written: the figures would mean nothing.")
        time.sleep(2.5)  # beyond the lag, so that the last window holds the ten and not our own writes
        caught_up = [page.cursor for page in hubspot.iter_changed(cursor, PROPERTIES)][-1]
        refused = [*reading, *writing, *to.ask("journal")]
        to.ask("change ten")
        list(hubspot.iter_changed(caught_up, PROPERTIES))
        ten = to.ask("journal")
        hubspot.close()
    return {
        "share_of_ceiling": round(min(steady_share(reading, "list"), steady_share(writing, "batch_update")), 3),
        "share_reading": round(steady_share(reading, "list"), 3),
        "share_writing": round(steady_share(writing, "batch_update"), 3),
        "read_per_s": round(contacts / read_s, 1),
        "written_per_s": round(contacts / write_s, 1),
        "too_many_requests": sum(status == 429 for _, _, status in [*refused, *ten]),
        "requests_for_ten_changes": len(ten),
    }


def _load(hubspot: HubSpot) -> Iterator[tuple[list[str], Any]]:
    """The first load alone: its last cursor begins the windows of changes."""
    for page in hubspot.iter_changed(None, PROPERTIES):
        yield [record.id for record in page.records], page.cursor
        if page.cursor and "since" in page.cursor:
            return


def beside(contacts: int) -> dict[str, float]:
    """HubSpot's own client and our connector read the same contacts, one after the other."""
    from hubspot import Client

    with portal(contacts) as to:
        began = time.perf_counter()
        theirs = len(Client.create(access_token=to.token, host=to.url).crm.contacts.get_all(properties=PROPERTIES))
        theirs_s = time.perf_counter() - began
        time.sleep(10.5)  # its requests leave the window
        began = time.perf_counter()
        ours = sum(len(page) for page, _ in _load(connector(to)))
        ours_s = time.perf_counter() - began
    if theirs != ours:
        raise SystemExit("The two did not read the same contacts.")
    return {"get_all_s": round(theirs_s, 1), "ours_s": round(ours_s, 1), "get_all_ratio": round(theirs_s / ours_s, 2)}


def memory(few: int, many: int) -> dict[str, float]:
    """Peak memory of reading, few contacts and many, each in a new process."""
    peaks = [_peak(contacts) for contacts in (few, many)]
    return {"memory_mb": round(peaks[1], 1), "memory_growth_mb": round(peaks[1] - peaks[0], 1)}


def _peak(contacts: int) -> float:
    with portal(contacts, latency=0.0, limited=False) as to, SPAWN.Pool(1) as pool:
        return pool.apply(_read_and_weigh, (to.url, to.token))


def _read_and_weigh(url: str, token: str) -> float:
    hubspot = connect("bench", {"token": "x", "base_url": url, "requests_per_10_s": 100_000}, lambda _: token.encode())
    for _ in _load(hubspot):
        pass
    # Not `ru_maxrss`: a new process inherits that of the one it was started by.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    """Run it all and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--quick", action="store_true", help="fewer contacts; less than three minutes")
    asked = parser.parse_args()
    contacts = 20_000 if asked.quick else 50_000
    figures: dict[str, Any] = {"contacts": contacts, "latency_s": LATENCY, "cpus": os.cpu_count()}
    figures |= road(contacts)
    figures |= beside(2_000 if asked.quick else 10_000)
    figures |= memory(5_000, 20_000) if asked.quick else memory(20_000, 100_000)
    if asked.json:
        json.dump(figures, sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        sys.stdout.writelines(f"{name:28} {value}\n" for name, value in figures.items())


if __name__ == "__main__":
    main()
