"""``contactable inbox``: what senders sent. ``parse`` and ``read-reply`` need no server, no settings and no register.

``parse`` reads a captured body as the provider's endpoint would, but for the signature, and prints one line an event in
the payload's order. Addresses are masked; ``--json`` prints one object a line.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contactable.cli import json_option

if TYPE_CHECKING:
    from contactable.webhooks.events import Event, Problem

_SHOWN = 6  # columns of the table without --json


@click.group()
def command() -> None:
    """What senders sent: read a captured body, or a reply."""


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
        _print(_described(item), as_json)


@command.command("read-reply")
@click.option("--offered", multiple=True, metavar="WORD", help="A word that the last message offered as the way out.")
@json_option
def read_reply(offered: tuple[str, ...], as_json: bool) -> None:
    """Read replies from standard input, one a line: certain, probable, release or not, and by which pattern."""
    from contactable.webhooks.replies import read_reply as read

    for line in sys.stdin.buffer:
        reading = read(_decoded(line), offered=offered)
        answer = {"reading": reading.kind, "pattern": reading.pattern}
        click.echo(json.dumps(answer) if as_json else f"{reading.kind}\t{reading.pattern}")


def _decoded(line: bytes) -> str:
    """A line in UTF-8, or else as old French gateways write."""
    try:
        return line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace").rstrip("\r\n")


def _items(provider: str, file: Path) -> Iterator[Event | Problem]:
    """What the file says; a body that cannot be read at all is one problem."""
    from contactable.errors import Malformed
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


def _described(item: Event | Problem) -> dict[str, Any]:
    from contactable.webhooks.events import Problem

    if isinstance(item, Problem):
        empty = dict.fromkeys(("channel", "identifier", "time", "scope"))
        return {"kind": "problem", **empty, "why": item.why, "key": item.key}
    return {
        "kind": str(item.kind),
        "channel": str(item.on),
        "identifier": _masked(item),
        "time": item.occurred_at.isoformat() if item.occurred_at else None,
        "scope": f"{item.scope.kind}:{item.scope.id}" if item.scope.id else str(item.scope.kind),
        "why": item.reason,
        "origin": str(item.origin),
        "confidence": str(item.confidence),
        "trace": item.trace and str(item.trace),
        "message_id": item.message_id,
        "campaign": item.campaign,
        "count": item.count,
        "key": item.key,
    }


def _masked(event: Event) -> str | None:
    """Enough of an address or number to recognise one's own; a CRM record as it is; a token only as such."""
    from contactable.identifiers import mask_email, mask_phone, read_phone

    if event.email:
        return mask_email(event.email)
    if event.phone:
        # What libphonenumber refuses is masked all the same, as it came.
        phone = read_phone(event.phone)
        return mask_phone(phone.e164 if phone else event.phone)
    return event.record or ("token" if event.token else None)


def _print(line: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(line, ensure_ascii=False))
    else:
        shown = list(line.items())[:_SHOWN]
        click.echo("\t".join("-" if value is None else str(value) for _, value in shown))
