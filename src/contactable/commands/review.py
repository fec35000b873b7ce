"""``contactable review``: what waits for a person to look at it."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from datetime import timedelta

import click

from contactable import register_jobs, reviewing
from contactable.cli import Context, json_option, pass_context, print_json

by_option = click.option("--by", default=getpass.getuser, show_default="who is logged in", help="Who decides.")


@click.group()
def command() -> None:
    """Look at doubtful STOPs, what could not be read, and storms. What is doubtful is closed until somebody decides."""


@command.command("list")
@json_option
@pass_context
def list_(context: Context, as_json: bool) -> None:
    """List what waits, the oldest first, with its age."""
    with context.kit() as kit, kit.register.read() as tx:
        found = [(each, each.age(tx.now)) for each in reviewing.questions(tx)]
    if as_json:
        print_json([{**asdict(each), "age_s": int(age.total_seconds())} for each, age in found])
        return
    for each, age in found:
        click.echo(f"{each.id}\t{each.kind}\t{in_words(age)}\t{each.what}")
    click.echo(f"{len(found)} wait for a person", err=True)


@command.command()
@click.argument("id")
@by_option
@pass_context
def confirm(context: Context, id: str, by: str) -> None:
    """Leave ID as it is: what it closed stays closed. A mail whose author nothing proved counts from now on.

    Of a block elsewhere whose opposition ended it says that you lifted it there.
    """
    _decide(context, id, by, None)


@command.command()
@click.argument("id")
@click.option("--reason", required=True, help="Why it was a mistake; kept sealed.")
@click.option("--person", default="", metavar="CRM:ID", help="Who refused on a shared line: only they stay closed.")
@by_option
@pass_context
def annul(context: Context, id: str, reason: str, person: str, by: str) -> None:
    """End what ID closed: one entry, all of a storm, or a shared line for all but --person. Persons' own acts stay.

    Of a block elsewhere whose opposition ended it says that it stays, and why.
    """
    _decide(context, id, by, reason, person)


def _decide(context: Context, id: str, by: str, reason: str | None, person: str = "") -> None:
    """Decide here, or have the running server do it."""
    with context.kit() as kit:
        why = None if reason is None else reviewing.sealed(kit, reason)
        asked = {"id": id, "by": reviewing.sealed(kit, by), "reason": why, "person": person}
        note = register_jobs.run(kit, "review", asked)
    click.echo(note, err=True)


def in_words(age: timedelta) -> str:
    """An age as people say it: minutes, hours, or days."""
    minutes = int(age.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"
