"""``contactable register``: make and upgrade it, correct mistakes in it, let go of what has served, back it up."""

from __future__ import annotations

import click

from contactable.cli import Context, pass_context


@click.group()
def command() -> None:
    """Look after the register: upgrade, annul, purge, erase, rekey, backup, restore."""


@command.command()
@pass_context
def upgrade(context: Context) -> None:
    """Make the register, or bring it up to the version of this kit."""
    from contactable import Contactable
    from contactable.register import upgrade as bring_up

    kit = Contactable(context.settings)
    version = bring_up(kit.settings.register_url, kit.keyring)
    click.echo(f"The register is at version {version}.", err=True)
