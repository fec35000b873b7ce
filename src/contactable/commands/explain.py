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
from contactable.rules import Channel, Reason
from contactable.rules.labels import column_label, label, source_label

if TYPE_CHECKING:
    from contactable.rules.labels import Language

_DAY = click.DateTime(["%Y-%m-%d"])
_WORDS: dict[Language, dict[str, str]] = {
    "fr": {
        "channel": "canal",
        "verdict": "verdict",
        "why": "pourquoi",
        "until": "jusqu'au",
        "opens": "ce qui l'ouvrirait",
        "by": "décidé par",
        "open": "ouvert",
        "closed": "fermé",
        "no_record": "aucune fiche",
        "reading": "dépend de la lecture {name}",
        "declaration": "déclaration",
        "record": "fiche",
        "shown": "montré",
        "since": "depuis",
        "now": "décidé maintenant pour ce jour",
        "shown_on": "Montré le {day}",
    },
    "en": {
        "channel": "channel",
        "verdict": "verdict",
        "why": "why",
        "until": "until",
        "opens": "what would open it",
        "by": "decided by",
        "open": "open",
        "closed": "closed",
        "no_record": "no record",
        "reading": "depends on the reading {name}",
        "declaration": "declaration",
        "record": "record",
        "shown": "shown",
        "since": "since",
        "now": "decided now for that day",
        "shown_on": "Shown on {day}",
    },
}


@click.command()
@click.option("--email", help="An address; - reads it from standard input.")
@click.option("--phone", help="A number; - reads it from standard input.")
@click.option("--id", "record", help="A record: <connector name>:<id>.")
@click.option("--offer", default="main", show_default=True)
@click.option("--on", "day", type=_DAY, help="Another day than today, with what is known now.")
@click.option("--shown", "shown_on", type=_DAY, help="What the CRM showed at the end of that day, beside it.")
@click.option("--language", type=click.Choice(["fr", "en"]), help="Default: the language of the settings.")
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
    language: Language | None,
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
        spoken: Language = language or kit.settings.language
    if as_json:
        print_json(asdict(found))
        return
    console = Console(highlight=False)
    _print_verdicts(console, found, spoken)
    _print_facts(console, found, spoken)
    if past:
        _print_shown(console, found, past, spoken)
    for line in found.history:
        console.print(
            f"{line['at']}  {line['kind']} {line['channel']} ({line['origin']}, {line['reason']})", markup=False
        )


def _print_verdicts(console: Console, found: Explanation, language: Language) -> None:
    words = _WORDS[language]
    title = f"{', '.join(found.contacts) or words['no_record']}, {found.on}"
    columns = ("channel", "verdict", "why", "until", "opens", "by")
    table = Table(*(words[each] for each in columns), title=title)
    for channel, verdict in found.verdicts.items():
        state = f"[green]{words['open']}[/]" if verdict.allowed else f"[red]{words['closed']}[/]"
        opens = " + ".join(column_label(column, language) for column in verdict.advice)
        why = label(verdict.reason, language)
        table.add_row(
            label(Channel(channel), language), state, why, str(verdict.until or ""), opens, found.decided_by[channel]
        )
    console.print(table)
    for channel, verdict in found.verdicts.items():
        name = label(Channel(channel), language)
        for id in verdict.sources:
            console.print(f"{name}: {source_label(id, language)}")
        for condition in verdict.conditions:
            console.print(f"{name}: {label(condition, language)}")
        for reading in verdict.readings:
            console.print(f"{name}: {words['reading'].format(name=reading)}")


def _print_facts(console: Console, found: Explanation, language: Language) -> None:
    """Each fact that counted with its source; and who signed the declarations among them."""
    for name, facts in found.facts.items():
        console.print(f"{name}:", markup=False)
        for column, (value, source) in facts.items():
            console.print(f"  {column} = {value}  ({source})", markup=False)
    for name, said in found.declarations.items():
        console.print(
            f"{_WORDS[language]['declaration']} {name}: {said['by']}, {said.get('on', '')}; {said.get('evidence', '')}",
            markup=False,
        )


def _print_shown(console: Console, found: Explanation, day: date, language: Language) -> None:
    """What was written then, beside what would be decided for that day with what is known now."""
    words = _WORDS[language]
    columns = ("record", "channel", "shown", "why", "since", "now")
    table = Table(*(words[each] for each in columns), title=words["shown_on"].format(day=day))
    for each in found.shown:
        now = next(verdict for channel, verdict in found.verdicts.items() if channel == each.channel)
        state = words["open" if each.allowed else "closed"]
        again = f"{words['open' if now.allowed else 'closed']}: {label(now.reason, language)}"
        since = each.written_at.isoformat(timespec="seconds")
        channel, why = label(Channel(each.channel), language), label(Reason(each.reason), language)
        table.add_row(each.record, channel, state, why, since, again)
    console.print(table)


def _given(option: str | None) -> str | None:
    """An option's value, or the first line of standard input, which no process list shows."""
    return sys.stdin.readline().strip() if option == "-" else option
