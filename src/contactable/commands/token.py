"""``contactable token``: who may use the HTTP API, for what, until when."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import click

from contactable import register_jobs
from contactable.cli import Context, json_option, pass_context, print_json
from contactable.register import accesses, api_tokens
from contactable.register.api_tokens import ApiScope, ApiToken


@click.group()
def command() -> None:
    """Let applications use the HTTP API: each with a token of its own, and no more scopes than it needs."""


@command.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([each.value for each in ApiScope]),
    multiple=True,
    required=True,
    help="May be given several times.",
)
@click.option("--days", type=click.IntRange(1, 3650), help="How long it is good; left out: until it is revoked.")
@json_option
@pass_context
def add(context: Context, name: str, scopes: tuple[str, ...], days: int | None, as_json: bool) -> None:
    """Make a token for the application NAME and print it, once: only a digest of it is kept."""
    token = api_tokens.draw()
    with context.kit() as kit:
        ends = (kit.clock() + timedelta(days=days)).isoformat() if days else ""
        said = {"name": name, "scopes": sorted(scopes), "sha256": api_tokens.digest_of(token).hex()}
        id = register_jobs.run(kit, "add token", {**said, "expires_at": ends})
    if as_json:
        print_json({"id": id, "name": name, "scopes": sorted(scopes), "token": token})
        return
    click.echo(f"Token {id} for {name}. Keep it where secrets are kept: it is shown this once.", err=True)
    click.echo(token)


@command.command("list")
@json_option
@pass_context
def list_(context: Context, as_json: bool) -> None:
    """List the tokens, with their scopes, and when each last read somebody."""
    with context.kit() as kit, kit.register.read() as tx:
        last, now, known = accesses.last_of_tokens(tx), tx.now, api_tokens.every(tx)
    if as_json:
        print_json([_row(each, now, last.get(each.id)) for each in known])
        return
    for each in known:
        state = "good" if each.is_good(now) else "revoked" if each.revoked_at else "run out"
        click.echo(f"{each.id}\t{each.name}\t{state}\t{' '.join(sorted(each.scopes))}\t{last.get(each.id, '')}")
    click.echo(f"{len(known)} tokens", err=True)


@command.command()
@click.argument("id")
@pass_context
def revoke(context: Context, id: str) -> None:
    """Let the token ID open nothing from now on; its name and its traces stay."""
    with context.kit() as kit:
        register_jobs.run(kit, "revoke token", {"id": id})
    click.echo(f"{id} opens nothing any more.", err=True)


def _row(token: ApiToken, now: datetime, last_read_at: datetime | None) -> dict[str, Any]:
    good = {"good": token.is_good(now), "last_read_at": last_read_at}
    return asdict(token) | {"scopes": sorted(token.scopes)} | good
