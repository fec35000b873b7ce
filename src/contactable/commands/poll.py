"""``contactable poll``: read the lists of senders that push nothing."""

from __future__ import annotations

import click

from contactable.cli import Context, pass_context
from contactable.errors import SettingsError
from contactable.polling import poll, pollable


@click.command()
@click.argument("endpoint", required=False)
@pass_context
def command(context: Context, endpoint: str | None) -> None:
    """Read the list of ENDPOINT, or of every endpoint that has one. `contactable serve` does so by itself."""
    with context.kit() as kit:
        names = [endpoint] if endpoint else pollable(kit)
        if endpoint and endpoint not in kit.endpoints:
            raise SettingsError(f"[endpoints.{endpoint}] is not in {context.path}.")
        for name in names:
            click.echo(f"{name}: {poll(kit, name)}", err=True)
