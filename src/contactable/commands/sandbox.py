"""``contactable sandbox``: CRMs and people that run on this machine, for trying things out.

``sandbox hubspot`` and ``sandbox crm NAME`` listen on loopback until they are stopped; ``sandbox records`` writes
invented people to a file; ``sandbox routes`` lists what HubSpot's answers.
"""

from __future__ import annotations

import re
import signal
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from contactable.cli import json_option, print_json
from contactable.sandbox import SMALL

_PLANS = ("professional", "free", "oauth", "unlimited")
_PROFILES = ("demo", "untouched")


def _seconds(context: click.Context, parameter: click.Parameter, written: str) -> float:
    """Read ``250ms``, ``1.5s`` or ``2``."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s)?", written)
    if found is None:
        raise click.BadParameter(f"{written!r} is no duration: write 250ms or 1.5s.")
    return float(found[1]) / (1000 if found[2] == "ms" else 1)


@click.group("sandbox")
def command() -> None:
    """Run CRMs that hold invented people, on loopback."""


@command.command()
@click.option("--contacts", type=click.IntRange(0), default=500, show_default=True, help="How many to invent.")
@click.option("--profile", type=click.Choice(_PROFILES), default="demo", show_default=True, help="Who is invented.")
@click.option("--seed", type=int, default=1, show_default=True, help="Equal seeds give equal people and lags.")
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Default: any free one.")
@click.option("--latency", callback=_seconds, default="0", help="How much longer each answer takes: 250ms.")
@click.option("--index-lag", callback=_seconds, default="0", help="At most, until search knows of a change.")
@click.option("--plan", type=click.Choice(_PLANS), default="professional", show_default=True, help="The limits.")
@click.option("--fault", "faults", multiple=True, metavar="ROUTE:NUMBER:EFFECT", help="As batch_update:3:429:wait=10.")
@click.option("--webhooks-to", metavar="URL", help="Where to post what happens, signed.")
@json_option
def hubspot(plan: str, index_lag: float, webhooks_to: str | None, as_json: bool, **options: Any) -> None:
    """Run a HubSpot account until it is stopped (Ctrl-C)."""
    from contactable.sandbox import HubSpotSandbox, Quirks
    from contactable.sandbox.hubspot import PLANS

    try:
        sandbox = HubSpotSandbox(limits=PLANS[plan], quirks=Quirks(index_lag=index_lag), **options)
    except ValueError as error:  # of what is given, only a fault can be wrong here
        raise click.BadParameter(str(error), param_hint="--fault") from None
    with sandbox:
        if webhooks_to:
            sandbox.send_webhooks_to(webhooks_to)
        _print_access(sandbox.access, as_json)
        _wait()


@command.command("crm")
@click.argument("name", type=click.Choice(SMALL))
@click.option("--contacts", type=click.IntRange(0), default=0, help="How many to invent, with an address each.")
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Default: any free one.")
@click.option("--latency", callback=_seconds, default="0", help="How much longer each answer takes: 250ms.")
@click.option("--fault", "faults", multiple=True, metavar="ROUTE:NUMBER:EFFECT", help="As read:3:429:wait=10.")
@json_option
def small_crm(name: str, contacts: int, as_json: bool, **options: Any) -> None:
    """Run one of the small CRMs until it is stopped (Ctrl-C)."""
    from contactable.sandbox import small
    from contactable.sandbox.front import SmallCrm

    manner = small(name)
    try:
        crm = SmallCrm(manner, (manner.person(number) for number in range(contacts)), **options)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--fault") from None
    with crm:
        _print_access(crm.access, as_json)
        _wait()


def _print_access(access: Mapping[str, object], as_json: bool) -> None:
    """What an app needs to begin. These secrets open nothing but this sandbox and end with it."""
    if as_json:
        print_json(access)
    else:
        for name, value in access.items():
            click.echo(f"{name}={value}")
    click.echo("Runs until it is stopped (Ctrl-C).", err=True)


def _wait() -> None:
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()


@command.command()
@click.option("--contacts", type=click.IntRange(1), default=80_000, show_default=True, help="How many to invent.")
@click.option(
    "--profile", type=click.Choice(_PROFILES), default="untouched", show_default=True, help="Who is invented."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Equal seeds give equal people.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write.")
def records(contacts: int, profile: str, seed: int, out: Path) -> None:
    """Write invented people to a records file: contacts, lists, forms and submissions as JSON lines."""
    from contactable.sandbox.people import invent
    from contactable.sandbox.records import write_records

    lines = write_records(out, invent(profile, contacts, seed, now=int(time.time() * 1000)))
    click.echo(f"{out}: {lines} lines.", err=True)


@command.command()
def routes() -> None:
    """Print what the sandbox's HubSpot answers, as a table."""
    from contactable.sandbox.hubspot.routes import table

    click.echo(table(), nl=False)
