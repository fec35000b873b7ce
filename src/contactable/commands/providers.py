"""``contactable providers``: which senders the kit understands, and what must be known of one."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from contactable.cli import json_option, print_json
from contactable.webhooks.catalogue import Row, as_markdown, rows
from contactable.webhooks.registry import find_provider


@click.command()
@click.argument("provider", required=False)
@click.option("--markdown", is_flag=True, help="Print the table of docs/providers/README.md.")
@json_option
def command(provider: str | None, markdown: bool, as_json: bool) -> None:
    """List the senders whose webhooks are understood, or say what must be known of one PROVIDER."""
    if provider:
        _print_one(provider, as_json)
    elif markdown:
        click.echo(as_markdown(rows()), nl=False)
    elif as_json:
        print_json([asdict(row) for row in rows()])
    else:
        Console().print(_table(rows()))


def _print_one(id: str, as_json: bool) -> None:
    found = find_provider(id)
    (row,) = (row for row in rows() if row.id == id)
    if as_json:
        print_json({**asdict(row), "methods": found.methods, "answer": found.answers.stored, "page": found.page})
    else:
        click.echo(f"{found.page}\n\nStands on {row.status}; proved by {row.proof}.")
        click.echo(f'In the settings: [endpoints.NAME] provider = "{id}". Paste: <public_url>/hooks/NAME/<path secret>')


def _table(listed: list[Row]) -> Table:
    table = Table("provider", "tells", "stands on", "proved by")
    for row in listed:
        table.add_row(row.id, row.tells, row.status, row.proof)
    return table
