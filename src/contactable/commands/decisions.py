"""``contactable decisions``: what the company decided, in plain French or English, and who approved it.

An approval is kept in the register with the fingerprint of what was approved.
"""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import click

from contactable.cli import Context, json_option, pass_context, print_json
from contactable.errors import SettingsError

if TYPE_CHECKING:
    from contactable.kit import Contactable
    from contactable.mapping.decisions import Approval, Decision
    from contactable.rules.labels import Language

BATCH = "decisions"  # the approvals of decisions, among the entries of the register


@click.group(invoke_without_command=True)
@click.option("--language", type=click.Choice(["fr", "en"]), help="Default: the language of the settings.")
@json_option
@click.pass_context
def command(ctx: click.Context, language: Language | None, as_json: bool) -> None:
    """Print readings, offers, declarations, wordings and mappings, and who approved each."""
    if ctx.invoked_subcommand is not None:
        return
    from dataclasses import asdict

    from contactable.mapping.decisions import render, unapproved

    with ctx.ensure_object(Context).kit() as kit:
        found = found_in(kit, language or kit.settings.language)
        approvals = approvals_in(kit)
    if as_json:
        open_ones = {each.name for each in unapproved(found, approvals)}
        print_json([{**asdict(each), "approved": each.name not in open_ones} for each in found])
    else:
        click.echo(render(found, approvals, language=language or kit.settings.language), nl=False)


@command.command()
@click.argument("names", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Approve every decision as it stands.")
@click.option("--by", default=getpass.getuser, show_default="who is logged in", help="Who approves.")
@pass_context
def approve(context: Context, names: tuple[str, ...], everything: bool, by: str) -> None:
    """Approve decisions by NAME, as they stand now; the approval is kept in the register."""
    with context.kit() as kit:
        found = {each.name: each for each in found_in(kit, kit.settings.language)}
        if unknown := [name for name in names if name not in found]:
            raise SettingsError(f"There is no decision `{unknown[0]}`; `contactable decisions` lists them.")
        chosen = list(found) if everything else list(names)
        _record(kit, [found[name] for name in chosen], by)
    click.echo(f"{len(chosen)} decisions approved", err=True)


def found_in(kit: Contactable, language: Language) -> tuple[Decision, ...]:
    """Every decision of the settings."""
    from contactable.mapping.decisions import decisions
    from contactable.rules.wordings import read_wording

    return decisions(
        kit.judge.readings,
        kit.offers.values(),
        kit.declarations,
        [read_wording(each) for each in kit.settings.wording],
        {name: kit.mapping(name) for name in kit.settings.connectors},
        language=language,
    )


def approvals_in(kit: Contactable) -> list[Approval]:
    """The approvals that the register keeps."""
    from contactable.mapping.decisions import Approval
    from contactable.register import ledger

    with kit.register.read() as tx:
        entries = ledger.of_batch(tx, BATCH)
    kept = ((each.details, each.recorded_at.isoformat()) for each in entries)
    return [Approval(said["decision"], said["fingerprint"], said["by"], at) for said, at in kept]


def _record(kit: Contactable, chosen: list[Decision], by: str) -> None:
    from contactable.register import NewEntry, ledger

    entries = [
        NewEntry(
            kind="approval",
            origin="operator",
            batch=BATCH,
            details={"what": "decision", "decision": each.name, "fingerprint": each.fingerprint, "by": by},
        )
        for each in chosen
    ]
    kit.register.write(lambda tx: ledger.record(tx, entries))
