"""``contactable doctor``: what is wrong, and how to mend it."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.console import Console
from rich.markup import escape

from contactable.cli import Context, json_option, pass_context, print_json
from contactable.connectors.protocol import Level
from contactable.health import examine

SIGNS = {Level.OK: "[green]ok[/]     ", Level.WARNING: "[yellow]warning[/]", Level.ERROR: "[red]error[/]  "}


@click.command()
@click.option("--mail-to", default="", help="Send a test mail to this address.")
@json_option
@pass_context
def command(context: Context, mail_to: str, as_json: bool) -> None:
    """Check settings, keys, register, mail, CRMs and senders; say how to mend each. Exit code 1 on an error."""
    with context.kit() as kit:
        findings = list(examine(kit, mail_to=mail_to))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        console = Console()
        for finding in findings:
            console.print(f"{SIGNS[finding.level]} {escape(finding.what)}", highlight=False, soft_wrap=True)
            if finding.mend:
                console.print(f"        {escape(finding.mend)}", highlight=False, soft_wrap=True)
    if any(finding.level is Level.ERROR for finding in findings):
        raise click.exceptions.Exit(1)
