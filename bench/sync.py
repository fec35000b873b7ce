"""How much of HubSpot's limit the whole road fills: ``python bench/sync.py [--json] [--quick]``.

A sandbox in a process of its own, with 250 ms latency and the Professional limit (190 requests in ten seconds, five
searches a second); its journal says what it was asked and what it refused. Contacts go the whole road: understood,
kept in the register (SQLite), decided, written back, kept as shown. Shares are those of pages or batches of a hundred
in the steady state, which is the middle of each run.

``callback_property_s``: from the sending of a form "call me back" to the property, by webhook, and ``polled`` without.
``memory_growth_mb``: the peak of a process that syncs many contacts less that of one that syncs few.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

from syncing.beside import beside
from syncing.callbacks import callbacks
from syncing.memory import memory
from syncing.portal import LATENCY
from syncing.road import road

from contactable.logs import configure


def main() -> None:
    """Run it all and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--quick", action="store_true", help="fewer contacts; less than three minutes")
    asked = parser.parse_args()
    os.environ["CONTACTABLE_LOG"] = "error"
    configure()
    contacts = 10_000 if asked.quick else 50_000
    figures: dict[str, Any] = {"contacts": contacts, "latency_s": LATENCY, "cpus": os.cpu_count()}
    figures |= road(contacts)
    figures |= callbacks()
    figures |= beside(2_000 if asked.quick else 10_000)
    figures |= memory(2_000, 10_000) if asked.quick else memory(20_000, 100_000)
    if asked.json:
        json.dump(figures, sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        sys.stdout.writelines(f"{name:28} {value}\n" for name, value in figures.items())


if __name__ == "__main__":
    main()
