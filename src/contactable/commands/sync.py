"""``contactable sync``: read what changed in a CRM, decide, write back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from contactable.beginning import Few, ids_of
from contactable.cli import MOMENT, WAITS_FOR_A_PERSON, Context, in_paris, json_option, pass_context, print_json
from contactable.clock import utc_now
from contactable.collecting import collect_rarely
from contactable.job_kinds import KINDS
from contactable.kit import Contactable
from contactable.one_process import run_or_leave
from contactable.previewing import Preview, Sample, preview
from contactable.progress import progress_bar
from contactable.rules import Channel, Reason
from contactable.tasks import has_begun


@click.command()
@click.argument("connector", required=False)
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@click.option("--full", is_flag=True, help="Read every contact, changed or not.")
@click.option(
    "--since", type=MOMENT, metavar="DATE", help="Read again what changed since a day or time of Europe/Paris."
)
@click.option("--list", "list_name", default="", metavar="ID", help="Begin small: this list alone, by id or name.")
@click.option("--limit", type=click.IntRange(min=1), help="Begin small: so many contacts, and no other.")
@click.option("--yes", is_flag=True, help="Go on after the preview of the first sync.")
@click.option("--forget", is_flag=True, help="Forget the contacts that the CRM has no more, however many they are.")
@json_option
@pass_context
def command(
    context: Context,
    connector: str | None,
    dry_run: bool,
    full: bool,
    since: datetime | None,
    list_name: str,
    limit: int | None,
    yes: bool,
    forget: bool,
    as_json: bool,
) -> None:
    """Bring CONNECTOR (or every CRM) up to date.

    The first sync of a CRM shows what it would write and asks for --yes (exit code 6). With --list or --limit it begins
    with some contacts; the others are left as they are until a sync without either. --since reads again what was read
    before, and the next sync goes on where the last one stood.
    """
    if sum(map(bool, (list_name, limit, full, since))) > 1:
        raise click.UsageError("--list, --limit, --full and --since exclude each other.")
    wish = Wish(dry_run, full, _past(since), yes, Few(list_name, limit or 0), as_json)
    with context.kit() as kit:
        names = kit.named(connector)
        if forget:
            for name in names:
                click.echo(f"{name}: {_forget(kit, name)}", err=True)
            return
        waits = [name for name in names if _sync(kit, name, wish)]
    if waits:
        click.echo("Nothing was written. To write it: contactable sync --yes", err=True)
        raise click.exceptions.Exit(WAITS_FOR_A_PERSON)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked for."""

    dry_run: bool
    full: bool
    since: datetime | None
    yes: bool
    few: Few
    as_json: bool


def _past(since: datetime | None) -> datetime | None:
    moment = in_paris(since) if since else None
    if moment and moment > utc_now():
        raise click.UsageError("--since lies in the future.")
    return moment


def _sync(kit: Contactable, name: str, wish: Wish) -> bool:
    """Sync one CRM; True when it waits for a person."""
    first = not has_begun(kit, name)
    if wish.dry_run or (first and not wish.yes):
        with progress_bar(f"{name}: looking") as moved:
            ids = ids_of(kit, name, wish.few) if wish.few else None
            found = preview(kit, name, full=wish.full or first, since=wish.since, ids=ids, progress=moved)
        print_json({"connector": name, **asdict(found)}) if wish.as_json else show(found)
        return first and not wish.dry_run
    if first and _undecided(kit, name):
        return True
    since = {"since": wish.since.isoformat()} if wish.since else {}
    arguments = {"connector": name, "full": wish.full, **since, **wish.few.arguments}
    collect_rarely()
    with progress_bar(f"{name}: syncing") as moved:

        def watch(progress: Mapping[str, Any]) -> None:
            moved(progress.get("done", 0), progress.get("total"))

        url, here = kit.settings.register_url, partial(KINDS["sync"], kit, arguments, moved)
        note = run_or_leave(url, kit.register, "sync", arguments, here, watch)
    print_json({"connector": name, "note": note}) if wish.as_json else click.echo(f"{name}: {note}", err=True)
    return False


def _undecided(kit: Contactable, name: str) -> bool:
    """Name what may hold people who said no and nobody took or declined: nothing is written before."""
    from contactable.looking import undecided_in
    from contactable.mapping.questions import name_of

    found = undecided_in(kit, name)
    for each in found:
        click.echo(
            f"{name_of(each)} may hold people who said no ({each.contacts:,}). Under [connectors.{name}.mapping], "
            f'write {each.toml}, or decline it: declined = ["{name_of(each)}"]',
            err=True,
        )
    return bool(found)


def _forget(kit: Contactable, name: str) -> str:
    return run_or_leave(
        kit.settings.register_url,
        kit.register,
        "forget",
        {"connector": name},
        lambda: f"{kit.reader(name).reconcile(sure=True)} contacts forgotten",
        lambda progress: None,
    )


def _instances(samples: Sequence[Sample]) -> Table:
    table = Table("contact", "who", "open", "closed", title="for instance")
    for each in samples:
        opened = [channel for channel, reason in each.reasons.items() if Reason(reason).opens]
        closed = [f"{channel} {reason}" for channel, reason in each.reasons.items() if channel not in opened]
        table.add_row(escape(each.record), escape(each.who), ", ".join(opened), ", ".join(closed))
    return table


def show(found: Preview) -> None:
    """Print the table of channels: how many are open or closed, by reason; and some of the contacts."""
    table = Table(
        "channel", "", "reason", "contacts", title=f"{found.contacts} contacts, {found.changes} to be written"
    )
    for channel in Channel:
        rows = [(reason, count) for (of, reason), count in found.counted() if of == channel]
        for reason, count in rows:
            table.add_row(channel, "open" if reason.opens else "closed", reason, str(count))
        table.add_section()
    console = Console()
    console.print(table)
    if found.samples:
        console.print(_instances(found.samples))
    if found.warnings:
        click.echo("not understood: " + ", ".join(f"{code} {count}" for code, count in sorted(found.warnings.items())))
    if found.unsubscribes:
        click.echo(f"{found.unsubscribes} contacts to be opted out in the CRM itself")
