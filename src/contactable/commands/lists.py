"""``contactable lists``: lists that the CRM keeps by itself over our properties: whom to reach, whom to leave out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from contactable.cli import Context, json_option, pass_context, print_json

if TYPE_CHECKING:
    from contactable.kit import Contactable
    from contactable.segments import Planned


@click.group()
def command() -> None:
    """Make lists in the CRM: reachable and to be excluded by channel, consents that end, and others."""


@command.command()
@click.argument("connector", required=False)
@click.option("--only", multiple=True, metavar="KEY", help="This list alone, as `lists show` names it; again for more.")
@click.option("--dry-run", is_flag=True, help="Show what would be made; make nothing.")
@json_option
@pass_context
def create(context: Context, connector: str | None, only: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Make the lists in CONNECTOR (or every CRM); a list of ours that exists gets the conditions of this version.

    A list of the same name that we did not make is left alone, and named (exit code 1).
    """
    from contactable import segments

    taken = False
    with context.kit() as kit:
        for name in kit.named(connector):
            planned = segments.plan(kit, name, only)
            taken = taken or any(each.todo == segments.TAKEN for each in planned)
            _show(name, planned, as_json)
            if not dry_run:
                click.echo(f"{name}: {_run(kit, 'make_lists', {'connector': name, 'only': list(only)})}", err=True)
    if taken:
        raise click.exceptions.Exit(1)


@command.command()
@click.argument("connector", required=False)
@json_option
@pass_context
def show(context: Context, connector: str | None, as_json: bool) -> None:
    """Show the lists of ours in CONNECTOR (or every CRM), with their sizes, and those that could be made."""
    from contactable import segments

    with context.kit() as kit:
        for name in kit.named(connector):
            _show(name, segments.plan(kit, name), as_json)


@command.command()
@click.argument("connector", required=False)
@click.option("--dry-run", is_flag=True, help="Only say how many.")
@pass_context
def delete(context: Context, connector: str | None, dry_run: bool) -> None:
    """Take our lists away from CONNECTOR (or every CRM); nobody else's, and no contact."""
    from contactable import segments

    with context.kit() as kit:
        for name in kit.named(connector):
            if dry_run:
                click.echo(f"{name}: {sum(1 for _ in segments.kept_ids(kit, name))} lists would go", err=True)
            else:
                click.echo(f"{name}: {_run(kit, 'remove_lists', {'connector': name})}", err=True)


def _run(kit: Contactable, job: str, arguments: Mapping[str, Any]) -> str:
    from contactable.job_kinds import run_here_or_leave

    return run_here_or_leave(kit, job, arguments)


def _show(name: str, planned: list[Planned], as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {"connector": name, "key": p.segment.key, "name": p.segment.name, "todo": p.todo, "contacts": p.size}
                for p in planned
            ]
        )
        return
    table = Table("key", "name", "", "contacts", title=name)
    for each in planned:
        table.add_row(each.segment.key, each.segment.name, each.todo, "" if each.size is None else str(each.size))
    Console().print(table)
