"""Others read the same contacts, one after the other, each in an environment of its own, which is kept.

``hubspot-api-client``'s ``get_all``, dlt's ``rest_api`` source, ``tap-hubspot``. They read and keep nothing; beside
them stands our connector, reading alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from contactable.connectors.hubspot import connect
from syncing.portal import Portal, portals

ENVIRONMENTS = Path(os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))) / "contactable-bench"
OTHERS: Final = {"get_all": "hubspot-api-client==12.0.0", "dlt": "dlt", "tap": "tap-hubspot"}
PROPERTIES = "email,phone,mobilephone,zip,country,lifecyclestage,hs_email_optout"
LONGEST = 300.0  # seconds


@contextmanager
def environments() -> Iterator[None]:
    """Make the others' environments, where a run before did not, while the block does what is not timed."""
    with ThreadPoolExecutor() as pool:
        made = [pool.submit(_make, name, package) for name, package in OTHERS.items()]
        yield
        for each in made:
            each.result()


def beside(contacts: int) -> dict[str, float]:
    """Seconds for each to read the same contacts, and how many times as long as we each of the others took.

    Each reads from a sandbox of its own, whose limit nobody has used, and while nobody else reads.
    """
    with portals(1 + len(OTHERS), contacts) as (first, *others):
        took = {"ours": _ours(first, contacts)}
        for name, to in zip(OTHERS, others, strict=True):
            took[name] = _theirs(name, to, contacts)
    seconds = {f"{name}_s": round(each, 1) for name, each in took.items()}
    return seconds | {f"{name}_ratio": round(took[name] / took["ours"], 2) for name in OTHERS}


def _ours(to: Portal, contacts: int) -> float:
    hubspot = connect("bench", {"token": "x", "base_url": to.url, "index_lag": 1.0}, lambda _: to.token.encode())
    began, count = time.perf_counter(), 0
    for page in hubspot.iter_changed(None, PROPERTIES.split(",")):
        count += len(page.records)
        if page.cursor and "since" in page.cursor:
            break  # the first load is over
    took = time.perf_counter() - began
    hubspot.close()
    return _checked("ours", count, contacts, took)


def _theirs(name: str, to: Portal, contacts: int) -> float:
    script = Path(__file__).with_name(f"in_{name}.py")
    command = [str(_python(name)), str(script), to.url, to.token, PROPERTIES]
    run = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=False)
    if run.returncode:
        sys.stderr.write(run.stderr)
        raise SystemExit(f"{OTHERS[name]} did not run.")
    count, seconds = run.stdout.split()[-2:]
    return _checked(name, int(count), contacts, float(seconds))


def _make(name: str, package: str) -> None:
    """Make an environment that holds one package and what it needs."""
    ready = ENVIRONMENTS / name / "ready"
    if not ready.exists():
        venv.create(ready.parent, with_pip=True, clear=True)
        subprocess.run([str(_python(name)), "-m", "pip", "install", "-qq", package], check=True)
        ready.touch()


def _python(name: str) -> Path:
    return ENVIRONMENTS / name / "bin" / "python"


def _checked(name: str, count: int, contacts: int, took: float) -> float:
    if count != contacts:
        raise SystemExit(f"{name} read {count} contacts of {contacts}: the figures would mean nothing.")
    return took
