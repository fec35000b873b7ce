"""``contactable decisions``: what the company decided, in plain French or English, its effect, and who approved it."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import click

from contactable.cli import Context, json_option, pass_context, print_json
from contactable.errors import SettingsError

if TYPE_CHECKING:
    from contactable.rules.labels import Language


@click.group(invoke_without_command=True)
@click.option("--language", type=click.Choice(["fr", "en"]), help="Default: the language of the settings.")
@json_option
@click.pass_context
def command(ctx: click.Context, language: Language | None, as_json: bool) -> None:
    """Print readings, offers, declarations, wordings and mappings, and who approved each."""
    if ctx.invoked_subcommand is not None:
        return
    from dataclasses import asdict

    from contactable.approvals import approvals_in, decisions_of
    from contactable.effects import effects, told
    from contactable.mapping.decisions import render, unapproved

    with ctx.ensure_object(Context).kit() as kit:
        spoken = language or kit.settings.language
        found, approvals = decisions_of(kit, spoken), approvals_in(kit)
        done = told(effects(kit), spoken)
    if as_json:
        open_ones = {each.name for each in unapproved(found, approvals)}
        print_json(
            [
                {**asdict(each), "effect": done.get(each.name, ""), "approved": each.name not in open_ones}
                for each in found
            ]
        )
    else:
        click.echo(render(found, approvals, done, language=spoken), nl=False)


@command.command()
@click.argument("names", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Approve every decision as it stands.")
@click.option("--by", default=getpass.getuser, show_default="who is logged in", help="Who approves.")
@pass_context
def approve(context: Context, names: tuple[str, ...], everything: bool, by: str) -> None:
    """Approve decisions by NAME, as they stand now; the approval is kept in the register."""
    from contactable.approvals import approve as keep
    from contactable.approvals import decisions_of

    with context.kit() as kit:
        found = {each.name: each for each in decisions_of(kit)}
        if unknown := [name for name in names if name not in found]:
            raise SettingsError(f"There is no decision `{unknown[0]}`; `contactable decisions` lists them.")
        chosen = list(found) if everything else list(names)
        keep(kit, [found[name] for name in chosen], by)
    click.echo(f"{len(chosen)} decisions approved", err=True)
