"""``contactable key``: back up the keys, put them back, rotate them. They never lie beside the register's backup."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contactable.cli import Context, pass_context
from contactable.errors import Malformed, SettingsError

if TYPE_CHECKING:
    from contactable.settings import Settings

LINKS, SEALS, IDENTIFIERS = "links", "seals", "identifiers"
KEY_BYTES = 32


@click.group()
def command() -> None:
    """Look after the keys: without them the register finds nobody, and so opens for nobody."""


@command.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option("--passphrase", envvar="CONTACTABLE_KEY_PASSPHRASE", help="Left out: asked for.")
@pass_context
def backup(context: Context, folder: Path, passphrase: str | None) -> None:
    """Write the keys into FOLDER: a file locked by a passphrase, and a sheet to print and to destroy afterwards."""
    from contactable import register_jobs
    from contactable.register import key_backups, marks

    passphrase = passphrase or click.prompt("Passphrase", hide_input=True, confirmation_prompt=True)
    with context.kit() as kit:
        keys = secrets_of(kit.settings)
        write_new(folder / "contactable-keys.locked", key_backups.lock(keys, passphrase))
        write_new(folder / "contactable-keys.txt", key_backups.sheet(keys).encode())
        ids = " ".join(id for id in keys if id not in (LINKS, SEALS, IDENTIFIERS))
        register_jobs.run(kit, "mark", {"name": marks.KEY_BACKED_UP, "value": ids})
    click.echo("Put the locked file where the register's backups are not. Print the sheet, then delete it.", err=True)


@command.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--passphrase", envvar="CONTACTABLE_KEY_PASSPHRASE", help="Left out: asked for.")
@pass_context
def restore(context: Context, source: Path, passphrase: str | None) -> None:
    """Put the keys of a locked file, or of a sheet, back where the settings name them. Nothing is overwritten."""
    from contactable.register import key_backups

    content = source.read_bytes()
    if content.lstrip().startswith(b"{"):
        passphrase = passphrase or click.prompt("Passphrase", hide_input=True)
        keys = key_backups.unlock(content, passphrase)
    else:
        keys = key_backups.read_sheet(content.decode("utf-8", "replace"))
    for id, reference in references_of(context.settings).items():
        if id not in keys:
            raise Malformed(f"The backup has no key `{id}`; it has: {', '.join(keys)}.")
        _put_back(id, reference, keys[id], context.settings.folder)


@command.command()
@click.option("--id", "new_id", help="The id of the new key; left out: the next one.")
@pass_context
def rotate(context: Context, new_id: str | None) -> None:
    """Make a new key and print the settings that use it. Nothing changes until the settings say so.

    With several processes: first name the new key under `previous` and restart each, then make it current.
    """
    keys = context.settings.keys
    known = [keys.current, *keys.previous]
    id = new_id or f"k{len(known) + 1}"
    if id in {key.id for key in known}:
        raise SettingsError(f"There is a key `{id}` already: name another with --id.")
    folder = Path("contactable-keys")
    fresh = base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n"
    write_new(context.settings.folder / folder / f"{id}.key", fresh)
    former = ", ".join(f'{{ id = "{key.id}", secret = "{key.secret}" }}' for key in known)
    click.echo("[keys]")
    click.echo(f'current = {{ id = "{id}", secret = "file:{folder}/{id}.key" }}')
    click.echo(f"previous = [{former}]")
    click.echo(f'links = "{keys.links}"')
    click.echo(f'seals = "{keys.seals}"')
    if keys.identifiers:
        click.echo(f'identifiers = "{keys.identifiers}"')
    click.echo("Then: contactable key backup, and after a full sync: contactable register rekey", err=True)


def references_of(settings: Settings) -> dict[str, str]:
    """Where each key is, by id; ``links``, ``seals``, ``identifiers`` are those of other uses."""
    keys = settings.keys
    others = {LINKS: keys.links, SEALS: keys.seals, IDENTIFIERS: keys.identifiers}
    named = {id: reference for id, reference in others.items() if reference}
    return {key.id: key.secret for key in (keys.current, *keys.previous)} | named


def secrets_of(settings: Settings) -> Mapping[str, bytes]:
    """Every key, by id."""
    return {id: settings.secret(reference) for id, reference in references_of(settings).items()}


def _put_back(id: str, reference: str, secret: bytes, folder: Path) -> None:
    kind, _, name = reference.partition(":")
    path = folder / name
    if kind != "file":
        click.echo(f"`{id}` is read from {reference}: set it there by hand.", err=True)
    elif path.exists():
        click.echo(f"`{id}` is there already: {path}", err=True)
    else:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_new(path, secret + b"\n")
        click.echo(f"`{id}` is back: {path}", err=True)


def write_new(path: Path, content: bytes) -> None:
    """Write a file that its owner alone may read, and that was not there; raise ``SettingsError`` otherwise."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}.") from None
