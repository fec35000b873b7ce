"""How much of HubSpot's limit the whole road fills: ``python bench/sync.py [--json] [--quick]``.

A sandbox in a process of its own, with 250 ms latency and the Professional limit (190 requests in ten seconds, five
searches a second); its journal says what it was asked and what it refused. Contacts go the whole road: understood,
kept in the register (SQLite), decided, written back, kept as shown. Shares are those of pages or batches of a hundred
in the steady state, which is the middle of each run.

``callback_property_s``: from the sending of a form "call me back" to the property, by webhook, and ``polled`` without.
``memory_growth_mb``: the peak of a process that syncs many contacts less that of one that syncs few. The polled one is
nearly all waiting, so it runs beside that; so does the making of the others' environments, the first time. Nothing
that is timed against a limit or against others shares the machine with anything.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import Any, NamedTuple

from syncing.beside import beside, environments
from syncing.callbacks import polling
from syncing.callbacks import seconds as callback_seconds
from syncing.memory import memory
from syncing.portal import LATENCY
from syncing.road import road

from contactable.logs import configure


class Sizes(NamedTuple):
    """How many contacts each part is measured with."""

    contacts: int  # first load, write-back, second run
    contacts_beside: int  # read by others
    contacts_few: int  # synced by the process whose memory is taken from
    contacts_many: int  # that of the other


WHOLE = Sizes(50_000, 10_000, 20_000, 100_000)
QUICK = Sizes(10_000, 2_000, 2_000, 10_000)


def measured(sizes: Sizes) -> dict[str, Any]:
    """All figures, the sizes that they were measured with among them."""
    figures: dict[str, Any] = {**sizes._asdict(), "latency_s": LATENCY, "cpus": os.cpu_count()}
    figures |= road(sizes.contacts)
    with polling() as polled:
        figures["callback_property_s"] = callback_seconds(webhooks=True)
        with environments():
            figures |= memory(sizes.contacts_few, sizes.contacts_many)
        figures["callback_property_polled_s"] = polled()
    return figures | beside(sizes.contacts_beside)


def main() -> None:
    """Run it all and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--quick", action="store_true", help="fewer contacts; less than three minutes")
    asked = parser.parse_args()
    os.environ["CONTACTABLE_LOG"] = "error"
    configure()
    began = time.monotonic()
    figures = measured(QUICK if asked.quick else WHOLE) | {"took_s": round(time.monotonic() - began)}
    if asked.json:
        json.dump(figures, sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        sys.stdout.writelines(f"{name:28} {value}\n" for name, value in figures.items())


if __name__ == "__main__":
    main()
