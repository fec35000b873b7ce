"""The whole road: every contact read, understood, kept in the register, decided, written back and kept as shown."""

from __future__ import annotations

import time

from contactable.collecting import collect_rarely
from contactable.loading import drain, load
from contactable.mapping import schema
from syncing.portal import Journal, installation, portal

CEILING = 19.0  # requests a second: the Professional limit of 190 in ten seconds
WARM, END = 0.3, 0.9  # of a run: what lies between is the steady state
SETTLED = 2.5  # seconds after which search knows what was written


def road(contacts: int) -> dict[str, float]:
    """First load and write-back; a second run of everything; what ten changed contacts cost."""
    with portal(contacts) as to, installation(to) as kit:
        list(kit.connectors["hubspot"].ensure_properties(schema(kit.offers, language="fr")))
        collect_rarely()  # as `contactable sync` does
        to.ask("journal")
        began = time.perf_counter()
        summary = kit.reader("hubspot").sync()
        read_s, reading = time.perf_counter() - began, to.ask("journal")
        began = time.perf_counter()
        drain(kit, "hubspot")
        write_s, writing = time.perf_counter() - began, to.ask("journal")
        if summary.changed != contacts or to.ask("written") != contacts:
            raise SystemExit("Not every contact was read and written: the figures would mean nothing.")
        load(kit, "hubspot", full=True)
        again = to.ask("journal")
        time.sleep(SETTLED)
        load(kit, "hubspot")
        caught_up = to.ask("journal")
        to.ask("change ten")
        time.sleep(SETTLED)
        kit.reader("hubspot").sync()
        ten = to.ask("journal")
    return {
        "share_of_ceiling": round(min(_share(reading, "list"), _share(writing, "batch_update")), 3),
        "share_reading": round(_share(reading, "list"), 3),
        "share_writing": round(_share(writing, "batch_update"), 3),
        "read_per_s": round(contacts / read_s, 1),
        "written_per_s": round(contacts / write_s, 1),
        "too_many_requests": sum(s == 429 for each in (reading, writing, again, caught_up, ten) for _, _, s in each),
        "writes_on_unchanged_run": sum(route == "batch_update" for _, route, _ in again),
        "requests_for_ten_changes": len(ten),
    }


def _share(journal: Journal, route: str) -> float:
    """Requests to a route a second, in the middle of the run, as a share of the limit."""
    times = sorted(at for at, asked, status in journal if asked == route and status < 300)
    begin, length = times[0], times[-1] - times[0]
    low, high = begin + WARM * length, begin + END * length
    return sum(low <= at < high for at in times) / (high - low) / CEILING
