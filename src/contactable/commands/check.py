"""``contactable check``: the law tried on one's own export, without any CRM (docs/contact-file.md).

The result goes to ``--out``, to standard output (``--json``), or to a table on the terminal; what is said of rows, the
progress and the summary go to standard error.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contactable.cli import Context, json_option
from contactable.errors import Malformed

if TYPE_CHECKING:
    from rich.console import Console

    from contactable.files.contacts import Question
    from contactable.files.sheets import Sheet
    from contactable.files.summary import Summary
    from contactable.files.verdicts import Decided
    from contactable.files.writers import Write
    from contactable.rules.labels import Language

_MOST_WARNINGS_SHOWN = 20


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@click.option("--on", metavar="DAY", help="The day, or date-time, asked about. Default: today.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where the result goes: .parquet or CSV.")
@click.option("--set", "given", multiple=True, metavar="COLUMN=VALUE", help="A value for every row without the column.")
@click.option("--offer", metavar="NAME", help="An offer of the settings: its purpose and sector.")
@click.option("--map", "map_name", metavar="FILE", help="What an export's columns mean: a map, or a shipped one.")
@click.option("--reading", multiple=True, metavar="NAME=VALUE", help="How a doubt of the law is read.")
@click.option("--ignore-unknown", is_flag=True, help="Leave out columns that the contact file does not know.")
@click.option("--language", type=click.Choice(["fr", "en"]), default="en", help="The language of the summary.")
@click.option("--columns", is_flag=True, help="Print the columns of the contact file.")
@click.option("--example", is_flag=True, help="Print a contact file to start from.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    file: Path | None,
    on: str | None,
    out: Path | None,
    given: tuple[str, ...],
    offer: str | None,
    map_name: str | None,
    reading: tuple[str, ...],
    ignore_unknown: bool,
    language: Language,
    columns: bool,
    example: bool,
    as_json: bool,
) -> None:
    """Decide every row of a FILE of contacts (CSV or Parquet): which channels are open, why, and until when."""
    if columns or example:
        _print_pages(columns, language, as_json)
        ctx.exit(0)
    if file is None:
        raise click.UsageError("FILE is missing; --example prints one to start from.")
    if out and out.exists() and out.samefile(file):
        raise click.UsageError("--out is the file that is read; give another name.")
    from contactable.files.pages import print_summary
    from contactable.files.sheets import open_sheet, open_table

    question = _question(ctx, on, given, offer, reading)
    sheet = open_table(file) if map_name else open_sheet(file, ignore_unknown=ignore_unknown)
    decided = _mapped(ctx, sheet, map_name, offer, question) if map_name else _unmapped(sheet, question)
    summary = _check(sheet, decided, out, as_json)
    print_summary(summary, language)
    ctx.exit(1 if summary.refused else 0)


def _question(
    ctx: click.Context, on: str | None, given: tuple[str, ...], offer: str | None, reading: tuple[str, ...]
) -> Question:
    """A row's own column comes first, then ``--set``, then ``--offer``; the settings are read for an offer only."""
    from contactable.files.asked import day_or_moment, offer_values, pairs, readings_from, today
    from contactable.files.contacts import Question, read_given

    offers = (ctx.find_object(Context) or Context(Path("contactable.toml"))).settings.offers if offer else {}
    offered = offer_values(offers, offer) if offer else {}
    values = {**offered, **read_given(pairs("--set", given))}
    return Question(day_or_moment(on) if on else today(), readings_from(reading), values)


def _print_pages(columns: bool, language: Language, as_json: bool) -> None:
    from contactable.files.pages import print_columns, print_example

    if columns:
        print_columns(language, as_json=as_json)
    else:
        print_example()


def _unmapped(sheet: Sheet, question: Question) -> Iterator[Decided]:
    from contactable.files.verdicts import decide_sheet

    return decide_sheet(sheet, question)


def _mapped(
    ctx: click.Context, sheet: Sheet, map_name: str, offer: str | None, question: Question
) -> Iterator[Decided]:
    """The rows of an export, by a map; the offers and wordings of the settings count where an offer is named."""
    from contactable.files.mapped import decide_mapped
    from contactable.mapping import offers_from_settings, read_map
    from contactable.rules.wordings import read_wording

    context = ctx.find_object(Context) or Context(Path("contactable.toml"))
    settings = context.settings if offer or context.path.exists() else None
    offers = offers_from_settings(settings.offers if settings else {})
    wordings = [read_wording(each) for each in settings.wording] if settings else []
    map_file = read_map(map_name, offers=offers, wordings=wordings)
    return decide_mapped(sheet, map_file, map_file.offer(offer or "main"), question)


def _check(sheet: Sheet, rows: Iterator[Decided], out: Path | None, as_json: bool) -> Summary:
    """Decide the table, write as it goes, and count."""
    from rich.console import Console

    from contactable.files.summary import Summary
    from contactable.files.writers import write_to

    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    summary = Summary()
    with write_to(out) if out else _terminal(as_json) as write, _progress(talk, sheet) as tell, _no_collector():
        for decided in rows:
            write(decided.ids, decided.cells)
            summary.add(decided)
            _say(talk, sheet.place, decided, summary)
            tell(decided.done)
        if not summary.rows and not summary.refused:
            raise Malformed("The file holds no row: nothing could be decided.")
    return summary


@contextmanager
def _no_collector() -> Iterator[None]:
    """Rows are millions of lists without cycles; Python's collector would walk them for a quarter of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def _terminal(as_json: bool) -> Iterator[Write]:
    from contactable.files.pages import table
    from contactable.files.writers import write_json

    with nullcontext(write_json) if as_json else table() as write:
        yield write


@contextmanager
def _progress(talk: Console, sheet: Sheet) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, nothing elsewhere."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

    parts = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    bar = Progress(*parts, console=talk, transient=True, disable=not talk.is_terminal)
    with bar:
        task = bar.add_task("", total=sheet.size)
        yield lambda done: bar.update(task, completed=done)


def _say(talk: Console, place: str, decided: Decided, summary: Summary) -> None:
    """Every refused row; of the warnings the first of each column, the summary counts the rest."""
    for remark in decided.refused:
        column = f", column {remark.column}" if remark.column else ""
        talk.print(f"refused: {place} {remark.place}{column}: {remark.message}", markup=False)
    shown = summary.warnings - Counter(remark.column for remark in decided.warnings)
    for remark in decided.warnings:
        shown[remark.column] += 1
        if shown[remark.column] <= _MOST_WARNINGS_SHOWN:
            talk.print(f"warning: {place} {remark.place}, column {remark.column}: {remark.message}", markup=False)
