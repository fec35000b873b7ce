"""``contactable connectors``: the CRMs that are installed, what each can do, and how well it is known."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from contactable.cli import json_option, print_json
from contactable.connectors import find, types


@click.command()
@json_option
def command(as_json: bool) -> None:
    """List the connectors with their status and capabilities."""
    found = {name: asdict(find(name).CAPABILITIES) for name in types()}
    if as_json:
        print_json([{"type": name, **each} for name, each in found.items()])
        return
    table = Table("type", "status", "can")
    for name, each in found.items():
        can = [
            what
            for what in ("consent_feed", "opt_out", "lists", "segments", "forms", "calls", "webhooks")
            if each[what]
        ]
        table.add_row(name, each["status"], ", ".join(can))
    Console().print(table)
