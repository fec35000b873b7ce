"""``contactable brake``: the openings that wait for a person."""

from __future__ import annotations

import getpass

import click

from contactable import brake
from contactable.cli import Context, json_option, pass_context, print_json


@click.group()
def command() -> None:
    """Openings beyond the limit of [brake] wait here; closings never do."""


@command.command()
@json_option
@pass_context
def show(context: Context, as_json: bool) -> None:
    """Say how many contacts wait for each CRM."""
    with context.kit() as kit, kit.register.read() as tx:
        found = {name: len(brake.waiting(tx, name)) for name in kit.connectors}
    if as_json:
        print_json(found)
    else:
        for name, count in found.items():
            click.echo(f"{name}: {count} contacts wait to be opened")


@command.command()
@click.argument("connector")
@click.option("--by", default=getpass.getuser, show_default="who is logged in", help="Who decides.")
@pass_context
def approve(context: Context, connector: str, by: str) -> None:
    """Open what waits for CONNECTOR now; the decision is kept in the register."""
    with context.kit() as kit:
        count = kit.register.write(lambda tx: brake.approve(tx, connector, by))
    click.echo(f"{count} contacts will be opened", err=True)
