"""``contactable console``: who may log into the console."""

from __future__ import annotations

import sys
from typing import Any

import click

from contactable import register_jobs
from contactable.cli import Context, json_option, pass_context, print_json
from contactable.register import accounts
from contactable.register.accounts import Account, Role

_password = click.option("--password-stdin", "piped", is_flag=True, help="Read the password from standard input.")


@click.group()
def command() -> None:
    """The console, where people look and decide."""


@command.group()
def user() -> None:
    """Who may log in: viewers look; operators record, clean files and review; administrators do everything."""


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice([each.value for each in Role]), default=Role.VIEWER.value, show_default=True)
@click.option("--second-factor", is_flag=True, help="Ask for one-time codes too; prints what sets them up.")
@_password
@pass_context
def add(context: Context, name: str, role: str, second_factor: bool, piped: bool) -> None:
    """Make the account NAME, often an address."""
    from contactable.console.private import passwords

    kept, secret = passwords.hashed(_given(piped)), passwords.new_secret() if second_factor else ""
    with context.kit() as kit:
        sealed = {"password": register_jobs.sealed(kit, kept)}
        sealed["second_factor"] = register_jobs.sealed(kit, secret) if secret else ""
        register_jobs.run(kit, "add account", {"name": name, "role": role, **sealed})
    click.echo(f"{name} may log in, as {role}.", err=True)
    if secret:
        click.echo(passwords.enrolment(secret, name))


@user.command("list")
@json_option
@pass_context
def list_(context: Context, as_json: bool) -> None:
    """List the accounts."""
    with context.kit() as kit, kit.register.read() as tx:
        found = accounts.every(tx)
    if as_json:
        print_json([_row(each) for each in found])
        return
    for each in found:
        click.echo(f"{each.name}\t{each.role}\t{'one-time codes' if each.second_factor else ''}")
    click.echo(f"{len(found)} accounts", err=True)


@user.command()
@click.argument("name")
@pass_context
def remove(context: Context, name: str) -> None:
    """Let NAME log in no more."""
    with context.kit() as kit:
        register_jobs.run(kit, "remove account", {"name": name})
    click.echo(f"{name} may log in no more.", err=True)


@user.command()
@click.argument("name")
@_password
@pass_context
def password(context: Context, name: str, piped: bool) -> None:
    """Give NAME another password; whoever was logged in under it is logged out."""
    from contactable.console.private import passwords

    kept = passwords.hashed(_given(piped))
    with context.kit() as kit:
        register_jobs.run(kit, "set password", {"name": name, "password": register_jobs.sealed(kit, kept)})
    click.echo(f"{name} has another password.", err=True)


@user.command("second-factor")
@click.argument("name")
@click.option("--off", is_flag=True, help="Ask for no codes any more: the device is lost.")
@pass_context
def second_factor(context: Context, name: str, off: bool) -> None:
    """Ask NAME for one-time codes; prints what sets them up. The console's own page shows it as a picture."""
    from contactable.console.private import passwords

    secret = "" if off else passwords.new_secret()
    with context.kit() as kit:
        sealed = register_jobs.sealed(kit, secret) if secret else ""
        register_jobs.run(kit, "set second factor", {"name": name, "second_factor": sealed})
    if secret:
        click.echo(passwords.enrolment(secret, name))
    click.echo(f"{name} is asked for {'no codes any more' if off else 'one-time codes'}.", err=True)


def _given(piped: bool) -> str:
    """Asked for, or piped in; never from the command's own line, which lists of processes show."""
    if piped:
        return sys.stdin.readline().rstrip("\r\n")
    asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return asked


def _row(each: Account) -> dict[str, Any]:
    return {"name": each.name, "role": each.role, "second_factor": bool(each.second_factor), "made_at": each.made_at}
