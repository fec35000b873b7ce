"""``contactable hubspot-app``: the files of a HubSpot project app, which has webhooks (a service key has none)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from contactable.cli import Context, pass_context
from contactable.errors import SettingsError

if TYPE_CHECKING:
    from contactable.settings import Settings


@click.group()
def command() -> None:
    """Write the project files of a HubSpot app of your own."""


@command.command()
@click.option("--url", help="Public address of this installation (https://…). Default: `public_url` of the settings.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default="hubspot-app",
    show_default=True,
    help="The folder to write into.",
)
@click.option("--redirect-url", default="", help="The app is installed by OAuth and comes back here. Default: a token.")
@click.option("--dry-run", is_flag=True, help="Print the files; write none.")
@click.option("--force", is_flag=True, help="Overwrite files that are there with another content.")
@pass_context
def render(context: Context, url: str | None, out: Path, redirect_url: str, dry_run: bool, force: bool) -> None:
    """Write the files that `hs project upload` takes: app, scopes, webhooks.

    Changes of every property that your own mapping names are told at once. Run it again when that changes.
    """
    from contactable.hubspot_project import project_files, write_files

    settings = context.settings if context.path.exists() else None
    url = url or (settings.public_url if settings else "")
    if not url:
        raise SettingsError("Say where HubSpot reaches this installation: --url https://…")
    endpoint, properties = _endpoint(settings), _own_properties(settings)
    files = project_files(
        url, endpoint=endpoint, properties=properties, scopes=_scopes(settings), redirect_url=redirect_url
    )
    if dry_run:
        for path, text in files.items():
            click.echo(f"// {path}\n{text}")
        return
    write_files(out, files, force=force)
    _say_what_is_next(out, endpoint, settings)


def _endpoint(settings: Settings | None) -> str:
    named = [name for name, each in (settings.endpoints.items() if settings else ()) if each.provider == "hubspot"]
    return (named or ["hubspot"])[0]


def _own_properties(settings: Settings | None) -> list[str]:
    """The properties of contacts that the own mapping reads; no webhook tells a status, or what a company has."""
    from contactable.connectors.hubspot.companies import is_company
    from contactable.connectors.hubspot.statuses import is_status
    from contactable.mapping.definition import properties_named

    crms = [each for each in (settings.connectors.values() if settings else ()) if each.type == "hubspot"]
    named = [name for each in crms for name in properties_named(each.mapping)]
    return [name for name in named if not (is_status(name) or is_company(name))]


def _scopes(settings: Settings | None) -> tuple[str, ...]:
    """What the own mapping needs beside the scopes of every installation."""
    from contactable.connectors.hubspot.companies import scopes_for
    from contactable.mapping import Mapping

    crms = [each for each in (settings.connectors.values() if settings else ()) if each.type == "hubspot"]
    return scopes_for(name for each in crms for name in Mapping.from_settings(each.mapping).properties)


def _say_what_is_next(out: Path, endpoint: str, settings: Settings | None) -> None:
    click.echo(f"{out} is written. Next:", err=True)
    click.echo("  npm install -g @hubspot/cli && hs account auth", err=True)
    click.echo(
        "  contactable sync --yes            # the first sync makes contactable_oppose, which is subscribed", err=True
    )
    click.echo(f"  cd {out} && hs project upload", err=True)
    click.echo("  then install the app in HubSpot (Development > Projects), and put into the settings:", err=True)
    click.echo('    its access token under [connectors.NAME] token = "env:HUBSPOT_TOKEN"', err=True)
    if settings is None or endpoint not in settings.endpoints:
        click.echo(f'    [endpoints.{endpoint}] provider = "hubspot", connector = "NAME",', err=True)
    click.echo('    its client secret as secret = "env:HUBSPOT_CLIENT_SECRET"', err=True)
