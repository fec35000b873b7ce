"""``contactable export``: what a person, a complaint, a regulator or a new sender is given. Each export is audited."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contactable.cli import Context, pass_context, print_json
from contactable.errors import SettingsError

if TYPE_CHECKING:
    from contactable.rules.labels import Language

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def command() -> None:
    """Hand out what the register holds: JSON on stdout, or a page that prints well (--html)."""


def _person(function: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page to print instead."),
        click.option("--id", "record", help="A record: <connector name>:<id>."),
        click.option("--phone", help="A number; - reads it from standard input."),
        click.option("--email", help="An address; - reads it from standard input."),
    ):
        function = option(function)
    return function


@command.command()
@_person
@pass_context
def person(context: Context, /, html: Path | None, **given: str | None) -> None:
    """Everything held on a person: the answer to an access request (RGPD 15)."""
    from contactable.exports.person import export_person, page

    with context.kit() as kit:
        said = export_person(kit, **_read(given))
        _give(said, html, page, kit.settings.language)


@command.command()
@_person
@click.option("--received", type=_DAY, help="The day on which the complaint came; left out: today.")
@pass_context
def complaint(context: Context, /, html: Path | None, received: Any, **given: str | None) -> None:
    """The dossier of a complaint: time line, proofs, delays, and a draft of the reply in French."""
    from contactable.exports.complaint import export_complaint, page

    with context.kit() as kit:
        said = export_complaint(kit, received=received.date() if received else None, **_read(given))
        _give(said, html, page, kit.settings.language)


@command.command()
@click.option("--id", "entry_id", required=True, help="The id of an entry, as `contactable explain` shows it.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page to print instead.")
@pass_context
def proof(context: Context, entry_id: str, html: Path | None) -> None:
    """The proof of one entry, which docs/verify_proof.py checks with nothing but Python and the published roots."""
    from contactable.exports.proof import export_proof, page

    with context.kit() as kit:
        said = export_proof(kit, entry_id)
        _give(said, html, page, kit.settings.language)


@command.command()
@click.option("--from", "start", type=_DAY, required=True, help="The first day.")
@click.option("--to", "end", type=_DAY, required=True, help="The last day.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page to print instead.")
@pass_context
def control(context: Context, start: Any, end: Any, html: Path | None) -> None:
    """The state of a period for a regulator: counts and delays, and nobody named."""
    from contactable.exports.control import export_control, page

    with context.kit() as kit:
        said = export_control(kit, start.date(), end.date())
        _give(said, html, page, kit.settings.language)


@command.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--for", "layout", type=click.Choice(["brevo", "csv"]), required=True, help="Who is to read it.")
@click.option("--channel", type=click.Choice(["email", "sms", "phone"]), default="email", show_default=True)
@pass_context
def oppositions(context: Context, target: Path, layout: str, channel: str) -> None:
    """Write those who objected into TARGET, for a new sender; needs [keys] identifiers, which is off by default."""
    from contactable.exports.oppositions import export_oppositions

    with context.kit() as kit:
        count = export_oppositions(kit, layout, channel, target)
    click.echo(f"{count} in {target}. Delete it once the sender has it.", err=True)


def _read(given: dict[str, str | None]) -> dict[str, str | None]:
    return {name: sys.stdin.readline().strip() if text == "-" else text for name, text in given.items()}


def _give(said: dict[str, Any], html: Path | None, page: Callable[..., str], language: Language) -> None:
    if html is None:
        print_json(said)
        return
    try:  # what it tells of a person is for its owner's eyes
        with os.fdopen(os.open(html, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(page(said, language))
    except OSError as error:
        raise SettingsError(f"{html} cannot be written: {error.strerror}.") from None
    click.echo(f"{html}", err=True)
