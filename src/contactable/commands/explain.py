"""``contactable explain``: why a person may, or may not, be approached, channel by channel."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import date
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from contactable.cli import Context, json_option, pass_context, print_json
from contactable.explaining import explain
from contactable.rules.labels import column_label, label, source_label


@click.command()
@click.option("--email", help="An address; - reads it from standard input.")
@click.option("--phone", help="A number; - reads it from standard input.")
@click.option("--id", "record", help="A record: <connector name>:<id>.")
@click.option("--offer", default="main", show_default=True)
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Another day than today.")
@json_option
@pass_context
def command(
    context: Context,
    email: str | None,
    phone: str | None,
    record: str | None,
    offer: str,
    day: Any,
    as_json: bool,
) -> None:
    """Say for each channel: verdict, legal source, conditions, until when, what would open it; and the history."""
    email, phone = _given(email), _given(phone)
    with context.kit() as kit:
        on: date | None = day.date() if day else None
        found = explain(kit, email=email, phone=phone, record=record, offer=offer, on=on)
        language = kit.settings.language
    if as_json:
        print_json(asdict(found))
        return
    console = Console()
    table = Table("channel", "verdict", "why", "until", "what would open it", title=", ".join(found.contacts) or None)
    for channel, verdict in found.verdicts.items():
        state = "[green]open[/]" if verdict.allowed else "[red]closed[/]"
        opens = " + ".join(column_label(column, language) for column in verdict.advice)
        table.add_row(channel, state, label(verdict.reason, language), str(verdict.until or ""), opens)
    console.print(table)
    for channel, verdict in found.verdicts.items():
        for id in verdict.sources:
            console.print(f"{channel}: {source_label(id, language)}", highlight=False)
        for condition in verdict.conditions:
            console.print(f"{channel}: {label(condition, language)}", highlight=False)
        for reading in verdict.readings:
            console.print(f"{channel}: depends on the reading {reading}", highlight=False)
    for line in found.history:
        console.print(
            f"{line['at']}  {line['kind']} {line['channel']} ({line['origin']}, {line['reason']})", highlight=False
        )


def _given(option: str | None) -> str | None:
    """An option's value, or the first line of standard input, which no process list shows."""
    return sys.stdin.readline().strip() if option == "-" else option
