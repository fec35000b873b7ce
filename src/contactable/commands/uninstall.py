"""``contactable uninstall``: take everything of ours out of a CRM again, after the register was exported."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contactable.cli import WAITS_FOR_A_PERSON, Context, json_option, pass_context, print_json

if TYPE_CHECKING:
    from contactable.kit import Contactable
    from contactable.leaving import Leaving


@click.command()
@click.argument("connector", required=False)
@click.option("--dry-run", is_flag=True, help="Show what would go; take nothing away.")
@click.option(
    "--export",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the register is exported to before. Default: contactable-DATE.register.db beside the settings.",
)
@click.option("--exported", is_flag=True, help="It was exported otherwise (PostgreSQL: pg_dump).")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@json_option
@pass_context
def command(
    context: Context,
    connector: str | None,
    dry_run: bool,
    target: Path | None,
    exported: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Take lists, properties and the app's webhooks away from CONNECTOR (or every CRM).

    The register is exported first; oppositions, consents and proofs stay in it. Without --yes a person is asked, and
    where nobody can be asked nothing goes (exit code 6).
    """
    from contactable.leaving import look

    with context.kit() as kit:
        names = kit.named(connector)
        found = [look(kit, name) for name in names]
        print_json([asdict(each) for each in found]) if as_json else _show(found)
        if dry_run:
            return
        if not yes and not (sys.stdin.isatty() and click.confirm("Take all this away?", err=True)):
            click.echo("Nothing was taken away. To do it: contactable uninstall --yes", err=True)
            raise click.exceptions.Exit(WAITS_FOR_A_PERSON)
        if not exported:
            _export(kit, target)
        for name in names:
            click.echo(f"{name}: {_leave(kit, name)}", err=True)


def _leave(kit: Contactable, name: str) -> str:
    from contactable.job_kinds import run_here_or_leave

    return run_here_or_leave(kit, "uninstall", {"connector": name})


def _export(kit: Contactable, target: Path | None) -> None:
    from contactable.register.backups import backup

    path = target or kit.settings.folder / f"contactable-{kit.clock():%Y-%m-%d}.register.db"
    size = backup(kit.settings.register_url, path, kit.keyring)
    click.echo(f"The register is exported: {path}, {size / 1e6:.1f} MB. Keep its keys apart.", err=True)


def _show(found: list[Leaving]) -> None:
    from contactable.leaving import told

    for each in found:
        click.echo(f"{each.connector}: {', '.join(each.properties) or 'no property of ours is there'}")
        for line in told(each):
            click.echo(f"  {line}")
