"""``contactable import``: legacy lists of oppositions and consents, looked at first."""

from __future__ import annotations

import getpass
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contactable.cli import WAITS_FOR_A_PERSON, Context, json_option, pass_context, print_json
from contactable.errors import Malformed, SettingsError
from contactable.rules import Channel, ConsentAct, ConsentRecipient
from contactable.rules.wordings import gaps_of, read_wording

if TYPE_CHECKING:
    from contactable.kit import Contactable
    from contactable.lists.importing import Preview

CHANNELS = click.Choice([*(each.value for each in Channel), "all"])
_SHOWN = 20


@click.group()
def command() -> None:
    """Enter lists that were kept elsewhere; exports of Brevo, Mailchimp, HubSpot and Odoo are recognised."""


@command.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--channel", type=CHANNELS, help="What the list closes, where it does not tell.")
@click.option("--yes", is_flag=True, help="Enter it after the look.")
@click.option("--large", is_flag=True, help="With --yes: also where it concerns more than 5% of the contacts.")
@json_option
@pass_context
def oppositions(context: Context, file: Path, channel: str | None, yes: bool, large: bool, as_json: bool) -> None:
    """Look at a list of people who objected; --yes enters it. Again enters nothing; it never lifts an opposition.

    Without --yes, or beyond 5% of the mirrored contacts without --large, it waits for a person (exit code 6).
    """
    with context.kit() as kit:
        preview = _look(kit, file, "opposition", channel)
        _show(preview, as_json)
        if not yes or (preview.asks and not large):
            if yes:
                click.echo("More than 5% of the contacts would close. If that is right: --yes --large", err=True)
            raise click.exceptions.Exit(WAITS_FOR_A_PERSON)
        _enter(kit, file, preview, "opposition", channel, {})


@command.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--channel", type=click.Choice([each.value for each in Channel if each != "post"]), help="For what they agreed."
)
@click.option(
    "--act", type=click.Choice([each.value for each in ConsentAct]), help="How they agreed; left out: unknown."
)
@click.option(
    "--to",
    "recipient",
    type=click.Choice([each.value for each in ConsentRecipient]),
    help="To whom; left out: unknown.",
)
@click.option("--wording", default="", help="The version of the text that they agreed to.")
@click.option("--form", default="", help="Where they agreed.")
@click.option("--proof", default="", help="Where the proofs are kept; left out: nowhere.")
@click.option("--yes", is_flag=True, help="Enter it after the look.")
@json_option
@pass_context
def consents(context: Context, /, file: Path, channel: str | None, yes: bool, as_json: bool, **said: Any) -> None:
    """Look at a list of people who agreed; --yes enters it. What an operator enters lifts no opposition."""
    details = {"act": said["act"], "to": said["recipient"], "wording": said["wording"], "form": said["form"]}
    kept = {name: value for name, value in details.items() if value} | {"proof": bool(said["proof"])}
    if said["proof"]:
        kept["kept_at"] = said["proof"]
    with context.kit() as kit:
        if said["wording"] and channel == "phone":
            kept["complete"] = _is_complete(kit, said["wording"])
        preview = _look(kit, file, "consent", channel)
        _show(preview, as_json)
        if not yes:
            raise click.exceptions.Exit(WAITS_FOR_A_PERSON)
        _enter(kit, file, preview, "consent", channel, kept)


def _look(kit: Contactable, file: Path, kind: str, channel: str | None) -> Preview:
    from contactable.lists.importing import count_contacts, look_at
    from contactable.lists.layouts import recognise

    preview = look_at(file, partial(recognise, consents=kind == "consent"), kind, channel)
    if not preview.lines:
        raise Malformed(f"{file.name}: no line of it can be taken ({len(preview.refused)} refused).")
    with kit.register.read() as tx:
        count_contacts(tx, preview)
    return preview


def _show(preview: Preview, as_json: bool) -> None:
    if as_json:
        print_json(asdict(replace(preview, lines=[])) | {"lines": len(preview.lines), "asks": preview.asks})
        return
    click.echo(
        f"{preview.batch} ({preview.layout}): {len(preview.lines)} lines, of {preview.contacts} contacts", err=True
    )
    if preview.undated:
        click.echo(f"{preview.undated} without a date that can be read: oppositions of unknown time", err=True)
    for refused in preview.refused[:_SHOWN]:
        click.echo(f"line {refused.place} refused: {refused.why}", err=True)
    if len(preview.refused) > _SHOWN:
        click.echo(f"… and {len(preview.refused) - _SHOWN} more lines refused", err=True)


def _enter(
    kit: Contactable, file: Path, preview: Preview, kind: str, channel: str | None, details: dict[str, Any]
) -> None:
    from contactable import register_jobs

    by = register_jobs.sealed(kit, getpass.getuser())
    arguments = {"path": str(file.resolve()), "kind": kind, "channel": channel, "batch": preview.batch, "by": by}
    click.echo(register_jobs.run(kit, "import", {**arguments, "details": details}), err=True)
    if preview.refused:
        raise click.exceptions.Exit(1)


def _is_complete(kit: Contactable, version: str) -> bool:
    """Whether a wording of the settings makes all the statements that its kind owes."""
    for table in kit.settings.wording:
        if table.get("version") == version:
            return not gaps_of(read_wording(table))
    raise SettingsError(f"[[wording]] has no version `{version}`: write it there first.")
