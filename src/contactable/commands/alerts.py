"""``contactable alerts``: what is wrong now, and whether people would hear of it."""

from __future__ import annotations

from dataclasses import asdict

import click

from contactable import alerts, incidents
from contactable.cli import Context, json_option, pass_context, print_json


@click.group()
def command() -> None:
    """Say what is wrong now, try the channels of [alerts], print the weekly digest."""


@command.command()
@json_option
@pass_context
def show(context: Context, as_json: bool) -> None:
    """Say what is wrong now and what to do; exit code 1 when something is."""
    with context.kit() as kit:
        found = incidents.troubles(kit)
    if as_json:
        print_json([asdict(each) for each in found])
    for each in () if as_json else found:
        click.echo(f"{each.what} {each.to_do}")
    if found:
        raise click.exceptions.Exit(1)


@command.command()
@pass_context
def test(context: Context) -> None:
    """Send a test to everybody in [alerts] to."""
    with context.kit() as kit:
        alerts.teller(kit)("contactable: a test", "This shows that alerts arrive.\n")
        click.echo(f"sent to {len(kit.settings.alerts.to)}", err=True)


@command.command()
@pass_context
def digest(context: Context) -> None:
    """Print the digest of the week."""
    with context.kit() as kit:
        click.echo(alerts.digest(kit), nl=False)
