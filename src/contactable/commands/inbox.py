"""``contactable inbox``: what senders sent. ``parse`` and ``read-reply`` need no server, no settings and no register.

``parse`` reads a captured body as the provider's endpoint would, but for the signature, and prints one line an event in
the payload's order. Addresses are masked; ``--json`` prints one object a line. ``list``, ``show`` and ``replay`` are
about what the register keeps; ``import33700`` enters an aggregator's spreadsheet.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contactable.cli import WAITS_FOR_A_PERSON, Context, json_option, pass_context, print_json
from contactable.describing import described
from contactable.errors import ContactableError, Malformed

if TYPE_CHECKING:
    from contactable.register.inbox import Delivery
    from contactable.webhooks.events import Event, Problem

_SHOWN = 6  # columns of the table without --json
_LINES = 20  # refused lines that are shown
NO_SUCH_DELIVERY = "There is no such delivery: `contactable inbox list` names them."


@click.group()
def command() -> None:
    """What senders sent: list it, look at it, have it read again; read a captured body, or a reply."""


@command.command()
@click.argument("provider")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
def parse(provider: str, file: Path, as_json: bool) -> None:
    """Read FILE, a body that PROVIDER sent (.json, .form.txt, .query.txt, .txt, .xml, .eml, .csv, .xlsx).

    Prints one line an event: kind, channel, masked identifier, time, scope, why. An item that cannot be read prints the
    kind "problem". The signature is not checked.
    """
    for item in _items(provider, file):
        _print(described(item), as_json)


@command.command("read-reply")
@click.option("--offered", multiple=True, metavar="WORD", help="A word that the last message offered as the way out.")
@json_option
def read_reply(offered: tuple[str, ...], as_json: bool) -> None:
    """Read replies from standard input, one a line: certain, probable, release or not, and by which pattern."""
    from contactable.webhooks.replies import read_reply as read

    line = None
    for line in sys.stdin.buffer:
        reading = read(_decoded(line), offered=offered)
        answer = {"reading": reading.kind, "pattern": reading.pattern}
        click.echo(json.dumps(answer) if as_json else f"{reading.kind}\t{reading.pattern}")
    if line is None:
        raise Malformed("Nothing came on standard input: replies are read there, one a line.")


@command.command("list")
@click.option("--state", type=click.Choice(["new", "done", "ignored", "unreadable", "unresolved"]))
@click.option("--endpoint", help="Only what came to this endpoint.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@json_option
@pass_context
def list_(context: Context, state: str | None, endpoint: str | None, limit: int, as_json: bool) -> None:
    """List the newest deliveries: id, time, endpoint, state, and what could not be read."""
    from contactable.register import inbox

    with context.open_register() as register, register.read() as tx:
        found = [_listed(each) for each in inbox.deliveries(tx, state, endpoint=endpoint, limit=limit)]
    if as_json:
        print_json(found)
        return
    for line in found:
        click.echo("\t".join(str(value) for value in line.values()))


@command.command()
@click.argument("id")
@click.option("--raw", is_flag=True, help="Print the body as it came, addresses in clear.")
@json_option
@pass_context
def show(context: Context, id: str, raw: bool, as_json: bool) -> None:
    """Show one delivery, and how its body reads today; persons are masked unless --raw."""
    from contactable.register import inbox
    from contactable.replaying import read_again

    with context.kit() as kit:
        with kit.register.read() as tx:
            delivery = inbox.read_delivery(tx, id)
        if delivery is None:
            raise Malformed(NO_SUCH_DELIVERY)
        if raw:
            click.echo(delivery.raw or b"", nl=False)
            return
        events = [described(item) for item in read_again(kit, delivery)] if delivery.raw is not None else []
    if as_json:
        print_json({**_listed(delivery), "events": events})
        return
    for name, value in _listed(delivery).items():
        click.echo(f"{name}: {value}")
    for event in events:
        _print(event, as_json)


@command.command()
@click.argument("id")
@pass_context
def confirm(context: Context, id: str) -> None:
    """Open the address by which a sender asks to be confirmed (Amazon SNS), after you have recognised the topic."""
    from contactable import register_jobs

    with context.kit() as kit:
        note = register_jobs.run(kit, "confirm", {"id": id})
    click.echo(note, err=True)


@command.command()
@click.argument("ids", nargs=-1)
@click.option("--state", type=click.Choice(["unreadable", "unresolved"]), help="All deliveries in this state.")
@click.option("--endpoint", help="With --state: only what came to this endpoint.")
@pass_context
def replay(context: Context, ids: tuple[str, ...], state: str | None, endpoint: str | None) -> None:
    """Read deliveries again, after an adapter or a field map was mended. What was entered before has no effect.

    Exit code 1 says that one of them still cannot be read.
    """
    from contactable import register_jobs
    from contactable.register import inbox

    if bool(ids) == bool(state) or (endpoint and not state):
        raise click.UsageError("Name deliveries, or a --state.")
    with context.kit() as kit:
        with kit.register.read() as tx:
            if state:
                ids = tuple(each.id for each in inbox.deliveries(tx, state, endpoint=endpoint, limit=10_000))
            elif not all(inbox.read_delivery(tx, id) for id in ids):
                raise Malformed(NO_SUCH_DELIVERY)
        note = register_jobs.run(kit, "replay", {"ids": list(ids)})
        with kit.register.read() as tx:
            after = [inbox.read_delivery(tx, id) for id in ids]
    click.echo(note, err=True)
    if any(each is not None and each.state == inbox.UNREADABLE for each in after):
        raise click.exceptions.Exit(ContactableError.exit_code)


@command.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Only look: nothing waits, whatever was found.")
@click.option("--yes", is_flag=True, help="Enter it after the look.")
@json_option
@pass_context
def import33700(context: Context, file: Path, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Look at an aggregator's spreadsheet of reports to 33700 (.csv, .xlsx); --yes enters it, all or nothing.

    Lines that cannot be read are named, and the others go on. The same file again enters nothing. Without --yes nothing
    is entered (exit code 6).
    """
    from contactable.replaying import reports_in

    if dry_run and yes:
        raise click.UsageError("--dry-run looks, --yes enters: one of them.")
    items = reports_in(file)
    batch = f"33700-{hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"
    counts = {**_counted(items), **_looked_at(context, items)}
    if as_json:
        print_json({"batch": batch, **counts})
    else:
        numbers = f"{counts['oppositions']} oppositions, {counts['incidents']} incidents without a number"
        click.echo(f"{batch}: {numbers}, {len(counts['refused'])} lines refused", err=True)
        if "known" in counts:
            told = f"{counts['known']} are known already, {counts['unmatched']} carried by no contact of a CRM"
            click.echo(f"of the oppositions {told}", err=True)
        for why in counts["refused"][:_LINES]:
            click.echo(f"refused: {why}", err=True)
    if not (yes or dry_run):
        raise click.exceptions.Exit(WAITS_FOR_A_PERSON)
    if yes:
        click.echo(_enter_reports(context, file, batch), err=True)
    if counts["refused"]:
        raise click.exceptions.Exit(ContactableError.exit_code)


def _enter_reports(context: Context, file: Path, batch: str) -> str:
    from contactable import register_jobs

    with context.kit() as kit:
        return register_jobs.run(kit, "reports", {"path": str(file.resolve()), "batch": batch})


def _counted(items: list[Event | Problem]) -> dict[str, Any]:
    from contactable.webhooks.events import Kind, Problem

    refused = [item.why for item in items if isinstance(item, Problem)]
    kinds = [item.kind for item in items if not isinstance(item, Problem)]
    return {"oppositions": kinds.count(Kind.OPPOSITION), "incidents": kinds.count(Kind.IGNORED), "refused": refused}


def _looked_at(context: Context, items: list[Event | Problem]) -> dict[str, int]:
    """What the oppositions are to the register; nothing where there is none yet: a file may be looked at without."""
    from contactable.replaying import look_at_reports

    try:
        with context.kit() as kit:
            return asdict(look_at_reports(kit, items))
    except ContactableError:
        return {}


def _listed(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "received_at": delivery.received_at.isoformat(),
        "endpoint": delivery.endpoint,
        "provider": delivery.provider,
        "state": delivery.state,
        "proof": delivery.proof,
        "note": delivery.note,
    }


def _decoded(line: bytes) -> str:
    """A line in UTF-8, or else as old French gateways write."""
    try:
        return line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace").rstrip("\r\n")


def _items(provider: str, file: Path) -> Iterator[Event | Problem]:
    """What the file says; a body that cannot be read at all is one problem."""
    from contactable.webhooks.captured import read_captured
    from contactable.webhooks.events import Problem
    from contactable.webhooks.registry import find_provider
    from contactable.webhooks.spreadsheet33700 import read_spreadsheet

    # Only 33700 comes as a table; every other ending is a body that some endpoint received.
    found, request = find_provider(provider), read_captured(file, datetime.now(UTC))
    is_table = provider == "report33700" and file.suffix.lower() in (".csv", ".xlsx")
    try:
        yield from read_spreadsheet(request.raw) if is_table else found.parse(request)
    except Malformed as error:
        yield Problem(str(error))


def _print(line: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(line, ensure_ascii=False))
    else:
        shown = list(line.items())[:_SHOWN]
        click.echo("\t".join("-" if value is None else str(value) for _, value in shown))
