"""``contactable init``: write a commented settings file and the keys; ask only what must be known."""

from __future__ import annotations

import base64
import os
import secrets
from importlib import resources
from pathlib import Path

import click

from contactable.cli import Context, pass_context
from contactable.errors import SettingsError

KEY_BYTES = 32


@click.command()
@click.option("--public-url", help="Where senders reach this installation (https://…).")
@click.option("--token", help="Where the CRM's token is: env:NAME or file:PATH.")
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@pass_context
def command(context: Context, public_url: str | None, token: str | None, language: str) -> None:
    """Write contactable.toml and its keys; never overwrite either."""
    if context.path.exists():
        raise SettingsError(f"{context.path} exists already: edit it, or name another with --settings.")
    public_url = public_url or click.prompt(
        "Public address of this installation", default="https://example.com/contactable"
    )
    token = token or click.prompt("Where is HubSpot's token (env:NAME or file:PATH)", default="env:HUBSPOT_TOKEN")
    template = resources.files("contactable").joinpath("templates/contactable.toml").read_text(encoding="utf-8")
    write_keys(context.path.resolve().parent / "contactable-keys")
    context.path.write_text(
        template.format(public_url=public_url.rstrip("/"), token=token, language=language), encoding="utf-8"
    )
    click.echo(f"{context.path} and its keys are written. Next:", err=True)
    click.echo("  contactable register upgrade   # makes the register", err=True)
    click.echo("  contactable key backup         # nobody can restore a lost key", err=True)
    click.echo("  contactable doctor             # says what is missing", err=True)


def write_keys(folder: Path) -> None:
    """Make the keys that are not there yet, readable by their owner alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("k1.key", "links.key"):
        path = folder / name
        if not path.exists():
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
