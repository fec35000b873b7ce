"""What ``contactable check`` shows besides its result: the columns, a file to start from, a table, the summary."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from contactable.files.columns import COLUMNS
from contactable.files.summary import Summary
from contactable.files.verdicts import SOON_DAYS
from contactable.files.writers import Cells, Write
from contactable.rules import Channel
from contactable.rules.labels import Language, column_label, label

_MOST_ROWS_SHOWN = 100
_WIDTH_OF_A_FILE = 160
_MOST_REASONS_SHOWN = 4

EXAMPLE = (
    {
        "id": "ticked-box",
        "audience": "consumer",
        "country": "FR",
        "email": "camille@example.com",
        "last_contact_on": "2026-03-02",
        "informed": "yes",
        "consent_email_on": "2026-03-02",
        "consent_email_act": "positive",
        "consent_email_to": "us",
        "consent_email_proof": "yes",
    },
    {
        "id": "agreed-to-calls",
        "audience": "consumer",
        "country": "FR",
        "postcode": "97400",
        "mobile": "+33 6 39 98 00 01",
        "last_contact_on": "2026-08-20",
        "informed": "yes",
        "consent_phone_on": "2026-08-20",
        "consent_phone_act": "positive",
        "consent_phone_to": "us",
        "consent_phone_proof": "yes",
        "consent_phone_complete": "yes",
    },
    {
        "id": "buyer-who-left",
        "audience": "consumer",
        "country": "FR",
        "email": "dominique@example.org",
        "street": "1 rue de l'Exemple",
        "last_contact_on": "2026-06-14",
        "customer": "yes",
        "sale": "sale",
        "collected_at_sale": "yes",
        "similar_offer": "yes",
        "informed": "yes",
        "opposed_email_on": "2026-10-01",
    },
    {
        "id": "purchasing-manager",
        "audience": "professional",
        "country": "FR",
        "email": "achats.martin@example.net",
        "landline": "01 99 00 00 01",
        "last_contact_on": "2025-11-30",
        "informed": "yes",
        "related_to_profession": "yes",
    },
)
"""Four invented contacts: agreed to e-mail, agreed to calls, bought and then objected, works for a customer."""


def console(*, stderr: bool = False) -> Console:
    """A console as wide as the terminal; wide enough for a table where there is none."""
    found = Console(stderr=stderr, highlight=False)
    return found if found.is_terminal else Console(stderr=stderr, highlight=False, width=_WIDTH_OF_A_FILE)


def print_columns(language: Language, *, as_json: bool) -> None:
    """The columns of the contact file: name, what is accepted, what it means."""
    if as_json:
        rows = [
            {"column": name, "accepted": column.accepted, "meaning": column_label(name, language)}
            for name, column in COLUMNS.items()
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = Table("column", "values", "meaning", box=None, pad_edge=False)
    for name, column in COLUMNS.items():
        table.add_row(name, column.accepted, column_label(name, language))
    console().print(table)


def print_example() -> None:
    """A contact file of invented people to start from."""
    used = [name for name in COLUMNS if any(name in row for row in EXAMPLE)]
    writer = csv.DictWriter(sys.stdout, used, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(EXAMPLE)


@contextmanager
def table() -> Iterator[Write]:
    """A table on the terminal: the first rows; the rest is for a file."""
    rows = Table("id", *Channel, box=None, pad_edge=False)
    count = 0

    def write(ids: Sequence[str], cells: Cells) -> None:
        nonlocal count
        room = max(_MOST_ROWS_SHOWN - count, 0)
        count += len(ids)
        for id_, *row in islice(zip(ids, *cells, strict=True), room):
            rows.add_row(escape(id_), *(_cell(*row[start : start + 3]) for start in range(0, len(row), 5)))

    yield write
    console().print(rows)
    if count > _MOST_ROWS_SHOWN:
        console(stderr=True).print(f"… and {count - _MOST_ROWS_SHOWN} more; --out FILE writes them all.")


def _cell(allowed: str, reason: str, until: str) -> str:
    colour = "green" if allowed == "yes" else "red"
    return f"[{colour}]{allowed}[/] {reason}" + (f"\n→ {until}" if until else "")


_WORDS = {
    "fr": {
        "title": "{rows} contacts décidés, {refused} lignes refusées ; {reachable} joignables par un canal au moins",
        "warnings": "adresses ou valeurs écartées : {each}",
        "heads": ("canal", "joignables", "pourquoi pas (le plus fréquent d'abord)", "finit sous 30 j", "sous 90 j"),
        "calls": "Consentements aux appels qui prennent fin : {0} sous 30 jours, {1} sous 90 jours.",
        "form": "Ce qu'un meilleur formulaire ouvrirait :",
        "line": "  {times} × {channel} : {what}",
    },
    "en": {
        "title": "{rows} contacts decided, {refused} rows refused; {reachable} can be reached on one channel at least",
        "warnings": "addresses or values left aside: {each}",
        "heads": ("channel", "open", "why not (most frequent first)", "ends in 30 days", "in 90 days"),
        "calls": "Consents to calls that end: {0} within 30 days, {1} within 90 days.",
        "form": "What a better form would open:",
        "line": "  {times} × {channel}: {what}",
    },
}


def print_summary(summary: Summary, language: Language) -> None:
    """The summary for somebody who manages, on standard error."""
    words, talk = _WORDS[language], console(stderr=True)
    refused, rows = summary.refused, summary.rows
    talk.print(str(words["title"]).format(rows=rows, refused=refused, reachable=summary.reachable))
    if summary.warnings:
        each = ", ".join(f"{column} {times}" for column, times in summary.warnings.most_common())
        talk.print(str(words["warnings"]).format(each=each))
    counts = Table(*words["heads"], box=None, pad_edge=False)
    for channel in Channel:
        ends = (str(summary.ending_within(days, channel)) for days in SOON_DAYS)
        counts.add_row(
            label(channel, language), str(summary.open[channel]), _why_not(summary, channel, language), *ends
        )
    talk.print(counts)
    talk.print(str(words["calls"]).format(*map(summary.consents_to_calls_ending_within, SOON_DAYS)))
    _print_form(summary, language, talk)


def _why_not(summary: Summary, channel: Channel, language: Language) -> str:
    found = summary.why_not(channel)[:_MOST_REASONS_SHOWN]
    return "; ".join(f"{times} {label(reason, language)}" for reason, times in found)


def _print_form(summary: Summary, language: Language, talk: Console) -> None:
    words, found = _WORDS[language], summary.a_better_form_opens()
    if found:
        talk.print(words["form"])
    for channel, columns, times in found:
        what = " + ".join(column_label(name, language) for name in columns)
        talk.print(str(words["line"]).format(times=times, channel=label(channel, language), what=what))


def columns_as_markdown(language: Language) -> str:
    """The table of the columns as the documentation holds it."""
    lines = ["| column | values | meaning |", "|---|---|---|"]
    lines += [f"| `{name}` | {column.accepted} | {column_label(name, language)} |" for name, column in COLUMNS.items()]
    return "\n".join(lines)
