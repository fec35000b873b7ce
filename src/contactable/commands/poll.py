"""``contactable poll``: read the lists of senders that push nothing."""

from __future__ import annotations

import click

from contactable.cli import Context, pass_context
from contactable.errors import ContactableError, SettingsError
from contactable.polling import poll, pollable


@click.command()
@click.argument("endpoint", required=False)
@pass_context
def command(context: Context, endpoint: str | None) -> None:
    """Read the list of ENDPOINT, or of every endpoint that has one. `contactable serve` does so by itself.

    A sender that does not answer keeps nobody from reading the others.
    """
    with context.kit() as kit:
        if endpoint and endpoint not in kit.endpoints:
            raise SettingsError(f"[endpoints.{endpoint}] is not in {context.path}.")
        readable = pollable(kit)
        if not readable and not endpoint:
            click.echo("no endpoint has a list to read", err=True)
        code = 0
        for name in [endpoint] if endpoint else readable:
            try:
                note = poll(kit, name)
            except ContactableError as error:
                note, code = str(error), error.exit_code
            click.echo(f"{name}: {note}", err=True)
    if endpoint and endpoint not in readable:
        code = code or SettingsError.exit_code
    if code:
        raise click.exceptions.Exit(code)
