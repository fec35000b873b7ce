"""``contactable law``: the legal sources and readings, what begins or ends next, which texts were read longest ago."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contactable.cli import json_option, print_json
from contactable.rules.calendar import paris_day
from contactable.rules.label_text import Text
from contactable.rules.labels import Language, label, reading_label, source_label
from contactable.rules.readings import DEFAULT_READINGS, DOUBTS
from contactable.rules.source import Source
from contactable.rules.sources import SOURCES

if TYPE_CHECKING:
    from contactable.files.differences import Change, Differences

_language = click.option(
    "--language", type=click.Choice(["fr", "en"]), default="en", help="The language of the answer."
)
_OLDEST_SHOWN = 5
_WORDS = {
    "read": Text("lu le", "read"),
    "not_in_force": Text("pas en vigueur", "not in force"),
    "readings": Text("Lectures (la plus stricte d'abord, par défaut) :", "Readings (default first):"),
    "after": Text("Après le {} :", "After {}:"),
    "begins": Text("entre en vigueur", "begins"),
    "has ended": Text("n'est plus en vigueur", "has ended"),
    "nothing_comes": Text("rien de connu ne commence ni ne finit", "nothing that begins or ends is known"),
    "oldest": Text("Lus il y a le plus longtemps :", "Read longest ago:"),
    "closes": Text("se ferme :", "closes:"),
    "opens": Text("s'ouvre :", "opens:"),
    "stays": Text("reste :", "stays:"),
    "nothing_changes": Text("rien ne change", "nothing changes"),
}


@click.group(invoke_without_command=True)
@click.option("--on", metavar="DAY", help="The day asked about. Default: today.")
@_language
@json_option
@click.pass_context
def command(ctx: click.Context, on: str | None, language: Language, as_json: bool) -> None:
    """List the legal sources, the readings, what begins or ends next, and the oldest checks."""
    if ctx.invoked_subcommand:
        return
    from contactable.files.asked import day_or_moment, today

    day = paris_day(day_or_moment(on)) if on else today()
    if as_json:
        print_json(_document(day, language))
    else:
        _print(day, language)


@command.command()
@click.argument("first")
@click.argument("second")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--set", "given", multiple=True, metavar="COLUMN=VALUE", help="A value for every row without the column.")
@click.option("--reading", multiple=True, metavar="NAME=VALUE", help="How a doubt of the law is read.")
@click.option("--ignore-unknown", is_flag=True, help="Leave out columns that the contact file does not know.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A CSV of every verdict that changes.")
@_language
@json_option
@click.pass_context
def diff(
    ctx: click.Context,
    first: str,
    second: str,
    file: Path,
    given: tuple[str, ...],
    reading: tuple[str, ...],
    ignore_unknown: bool,
    out: Path | None,
    language: Language,
    as_json: bool,
) -> None:
    """Say what changes between two days (FIRST, SECOND) for the contacts of FILE."""
    from contactable.files.asked import day_or_moment, pairs, readings_from
    from contactable.files.contacts import Question, read_given
    from contactable.files.differences import compare
    from contactable.files.sheets import open_sheet

    days = day_or_moment(first), day_or_moment(second)
    sheet = open_sheet(file, ignore_unknown=ignore_unknown)
    question = Question(days[0], readings_from(reading), read_given(pairs("--set", given)))
    with _every_change(out) as tell:
        found = compare(sheet, question, days, tell)
    for remark in found.refused:
        click.echo(f"refused: {sheet.place} {remark.place}, column {remark.column}: {remark.message}", err=True)
    if as_json:
        print_json(_differences(found, days))
    else:
        _print_differences(found, days, language)
    ctx.exit(1 if found.refused else 0)


def _document(day: date, language: Language) -> dict[str, Any]:
    return {
        "on": day.isoformat(),
        "sources": [_source(source, day, language) for source in SOURCES.values()],
        "readings": [
            {
                "name": doubt.name,
                "default": getattr(DEFAULT_READINGS, doubt.name),
                "values": [doubt.stricter, doubt.wider],
                "doubt": reading_label(doubt.name, language),
                "sources": doubt.sources,
            }
            for doubt in DOUBTS
        ],
        "next": [{"on": when.isoformat(), "source": id_, "what": what} for when, id_, what in _coming(day)],
        "oldest_checks": [{"source": each.id, "checked_on": each.checked_on.isoformat()} for each in _oldest()],
    }


def _source(source: Source, day: date, language: Language) -> dict[str, Any]:
    return {
        "id": source.id,
        "title": source_label(source.id, language),
        "says": source.says,
        "address": source.address,
        "begins": source.begins and source.begins.isoformat(),
        "ends": source.ends and source.ends.isoformat(),
        "in_force": source.in_force(day),
        "confidence": source.confidence,
        "checked_on": source.checked_on.isoformat(),
    }


def _coming(day: date) -> list[tuple[date, str, str]]:
    """What begins or has ended on a later day, the nearest first."""
    begins = [(each.begins, each.id, "begins") for each in SOURCES.values() if each.begins]
    ended = [(each.ends + timedelta(days=1), each.id, "has ended") for each in SOURCES.values() if each.ends]
    return sorted(event for event in begins + ended if event[0] > day)


def _oldest() -> list[Source]:
    return sorted(SOURCES.values(), key=lambda source: source.checked_on)[:_OLDEST_SHOWN]


def _print(day: date, language: Language) -> None:
    words = {name: text.said_in(language) for name, text in _WORDS.items()}
    for source in SOURCES.values():
        period = f"{source.begins or ''} → {source.ends or ''}"
        mark = "" if source.in_force(day) else f"  ({words['not_in_force']})"
        title = source_label(source.id, language)
        click.echo(f"{source.id}: {title}; {period}; {words['read']} {source.checked_on}{mark}")
    click.echo(f"\n{words['readings']}")
    for doubt in DOUBTS:
        click.echo(f"{doubt.name}: {doubt.stricter} | {doubt.wider}. {reading_label(doubt.name, language)}")
    click.echo(f"\n{words['after'].format(day)}")
    for when, id_, what in _coming(day):
        click.echo(f"{when}: {id_} {words[what]}")
    if not _coming(day):
        click.echo(words["nothing_comes"])
    click.echo(f"\n{words['oldest']}")
    for source in _oldest():
        click.echo(f"{source.checked_on}: {source.id} ({source.confidence})")


def _differences(found: Differences, days: tuple[date, date]) -> dict[str, Any]:
    changes = [
        {
            "channel": channel,
            "from": {"allowed": old.opens, "reason": old},
            "to": {"allowed": new.opens, "reason": new},
            "contacts": times,
        }
        for (channel, old, new), times in found.sorted_changes()
    ]
    return {"from": days[0].isoformat(), "to": days[1].isoformat(), "contacts": found.rows, "changes": changes}


def _print_differences(found: Differences, days: tuple[date, date], language: Language) -> None:
    click.echo(f"{found.rows} contacts, {days[0].isoformat()} → {days[1].isoformat()}")
    for (channel, old, new), times in found.sorted_changes():
        turn = {(True, False): "closes", (False, True): "opens"}.get((old.opens, new.opens), "stays")
        said = _WORDS[turn].said_in(language)
        click.echo(f"{label(channel, language)} {said} {times} × {label(old, language)} → {label(new, language)}")
    if not found.changes:
        click.echo(_WORDS["nothing_changes"].said_in(language))


@contextmanager
def _every_change(out: Path | None) -> Iterator[Callable[[str, Change], None]]:
    if out is None:
        yield lambda *_: None
        return
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("id", "channel", "from_reason", "to_reason"))
        yield lambda id_, change: writer.writerow((id_, *change))
