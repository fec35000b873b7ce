"""``contactable explain``: why somebody may be approached or not, channel by channel."""

from __future__ import annotations

import getpass
import sys
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from contactable.cli import Context, json_option, pass_context, print_json
from contactable.explaining import Explanation, explain
from contactable.rules.labels import column_label, label, source_label

if TYPE_CHECKING:
    from contactable.rules.labels import Language

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--email", help="An address; - reads it from standard input.")
@click.option("--phone", help="A number; - reads it from standard input.")
@click.option("--id", "record", help="A record: <connector name>:<id>.")
@click.option("--offer", default="main", show_default=True)
@click.option("--on", "day", type=_DAY, help="Another day than today, with what is known now.")
@click.option("--shown", "shown_on", type=_DAY, help="What the CRM showed at the end of that day, beside it.")
@json_option
@pass_context
def command(
    context: Context,
    email: str | None,
    phone: str | None,
    record: str | None,
    offer: str,
    day: Any,
    shown_on: Any,
    as_json: bool,
) -> None:
    """Say for each channel: verdict, legal source, conditions, until when, what would open it; and the history.

    The register keeps who asked about whom, for a year.
    """
    from contactable import register_jobs

    email, phone = _given(email), _given(phone)
    past: date | None = shown_on.date() if shown_on else None
    # Beside what was shown on a day, the same day is decided anew with what is known now.
    on: date | None = day.date() if day else past
    with context.kit() as kit:
        found = explain(kit, email=email, phone=phone, record=record, offer=offer, on=on, shown_on=past)
        seen = {"what": "explain", "subject": found.subject, "who": register_jobs.sealed(kit, getpass.getuser())}
        register_jobs.run(kit, "access", seen)
        language = kit.settings.language
    if as_json:
        print_json(asdict(found))
        return
    console = Console(highlight=False)
    _print_verdicts(console, found, language)
    _print_facts(console, found)
    if past:
        _print_shown(console, found, past, language)
    for line in found.history:
        console.print(
            f"{line['at']}  {line['kind']} {line['channel']} ({line['origin']}, {line['reason']})", markup=False
        )


def _print_verdicts(console: Console, found: Explanation, language: Language) -> None:
    title = f"{', '.join(found.contacts) or 'no record'}, {found.on}"
    table = Table("channel", "verdict", "why", "until", "what would open it", "decided by", title=title)
    for channel, verdict in found.verdicts.items():
        state = "[green]open[/]" if verdict.allowed else "[red]closed[/]"
        opens = " + ".join(column_label(column, language) for column in verdict.advice)
        why = label(verdict.reason, language)
        table.add_row(channel, state, why, str(verdict.until or ""), opens, found.decided_by[channel])
    console.print(table)
    for channel, verdict in found.verdicts.items():
        for id in verdict.sources:
            console.print(f"{channel}: {source_label(id, language)}")
        for condition in verdict.conditions:
            console.print(f"{channel}: {label(condition, language)}")
        for reading in verdict.readings:
            console.print(f"{channel}: depends on the reading {reading}")


def _print_facts(console: Console, found: Explanation) -> None:
    """Each fact that counted with its source; and who signed the declarations among them."""
    for name, facts in found.facts.items():
        console.print(f"{name}:", markup=False)
        for column, (value, source) in facts.items():
            console.print(f"  {column} = {value}  ({source})", markup=False)
    for name, said in found.declarations.items():
        console.print(
            f"declaration {name}: {said['by']}, {said.get('on', '')}; {said.get('evidence', '')}", markup=False
        )


def _print_shown(console: Console, found: Explanation, day: date, language: Language) -> None:
    """What was written then, beside what would be decided for that day with what is known now."""
    table = Table("record", "channel", "shown", "why", "since", "decided now for that day", title=f"Shown on {day}")
    for each in found.shown:
        now = next(verdict for channel, verdict in found.verdicts.items() if channel == each.channel)
        state = "open" if each.allowed else "closed"
        again = f"{'open' if now.allowed else 'closed'}: {label(now.reason, language)}"
        since = each.written_at.isoformat(timespec="seconds")
        table.add_row(each.record, each.channel, state, each.reason, since, again)
    console.print(table)


def _given(option: str | None) -> str | None:
    """An option's value, or the first line of standard input, which no process list shows."""
    return sys.stdin.readline().strip() if option == "-" else option
