"""``contactable connectors``: the CRMs that are installed, what each can do, and how well it is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from contactable.cli import json_option, print_json
from contactable.connectors import find, settings_of, types

_ABILITIES = ("consent_feed", "opt_out", "lists", "segments", "forms", "calls", "histories", "name_search", "webhooks")
_STANDS_ON = {
    "stable": "contract suite on its sandbox",
    "documented": "contract suite on a sandbox written from documentation",
    "experimental": "the same, with questions that documentation leaves open",
}


@click.command()
@click.option("--markdown", is_flag=True, help="Print the table of docs/crm/README.md.")
@json_option
def command(markdown: bool, as_json: bool) -> None:
    """List the connectors with their status and capabilities."""
    found = {type: asdict(find(type).CAPABILITIES) for type in types()}
    if as_json:
        print_json([{"type": type, **each, "settings": _settings(type)} for type, each in found.items()])
    elif markdown:
        click.echo("\n".join(_markdown(found)))
    else:
        Console().print(_table(found))


def _settings(type: str) -> list[dict[str, str]]:
    return [asdict(each) for each in settings_of(type)]


def _can(capabilities: Mapping[str, Any]) -> Iterator[str]:
    """The abilities that are there; of opt-outs, the channels."""
    for ability in _ABILITIES:
        value, name = capabilities[ability], ability.replace("_", " ")
        if value:
            yield f"{name} ({', '.join(value)})" if isinstance(value, tuple) else name


def _table(found: Mapping[str, Mapping[str, Any]]) -> Table:
    table = Table("type", "status", "can")
    for type, each in found.items():
        table.add_row(type, each["status"], ", ".join(_can(each)))
    return table


def _markdown(found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The page of all CRMs."""
    yield "# CRMs\n"
    yield "Written by `contactable connectors --markdown > docs/crm/README.md`.\n"
    yield "| CRM | `type` | stands on | can | contacts a request | requests in 10 s |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for type, each in found.items():
        limit = "no limit" if each["requests_per_10_s"] is None else f"{each['requests_per_10_s']:g}"
        name = f"[{each['label'] or type}]({type}.md)"
        row = (name, f"`{type}`", each["status"], ", ".join(_can(each)), str(each["write_batch"]), limit)
        yield f"| {' | '.join(row)} |"
    yield ""
    for status, meaning in _STANDS_ON.items():
        yield f"- **{status}**: {meaning}."
    yield "\nAnother CRM: [write a connector](../connectors.md)."
