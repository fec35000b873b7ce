"""``contactable tags``: the two tags by which agents note a refusal, made in the phone systems."""

from __future__ import annotations

import click

from contactable.agent_cards import phones
from contactable.cli import Context, json_option, pass_context, print_json
from contactable.errors import SettingsError
from contactable.phone_tags import make_tags, tags_missing


@click.command()
@click.argument("names", nargs=-1, metavar="[ENDPOINT]...")
@click.option("--dry-run", is_flag=True, help="Only say which tags are missing.")
@json_option
@pass_context
def command(context: Context, names: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Make the tags “Ne plus appeler” and “Ne plus contacter” where they are missing; all phone systems by default.

    The first closes calls by persons and machines, the second every channel. `doctor` checks that they are there.
    """
    with context.kit() as kit:
        chosen = names or tuple(phones(kit))
        if not chosen:
            raise SettingsError("No phone system is connected: give its endpoint the keys of its API under `api`.")
        found = {name: (tags_missing if dry_run else make_tags)(kit, name) for name in chosen}
    if as_json:
        print_json(found)
        return
    for name, tags in found.items():
        verb = "missing" if dry_run else "made"
        click.echo(f"{name}: {verb} {', '.join(tags)}" if tags else f"{name}: both tags are there")
