"""``contactable wording``: does a text say what the law wants its kind to say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from contactable.cli import json_option, print_json
from contactable.files.wordings import wordings_in
from contactable.rules.wordings import STATEMENTS, Gap, Statement, Wording, gaps_of

_FLAWS = {
    "not_declared": ("n'est pas déclaré", "is not declared"),
    "not_in_the_text": ("les mots déclarés ne sont pas dans le texte", "the declared words are not in the text"),
    "too_long": ("dépasse douze mois", "is longer than twelve months"),
    "not_a_positive_act": ("n'est pas une case à cocher soi-même", "is no box that one ticks oneself"),
    "not_first": ("n'est pas en premier", "does not come first"),
}
_FIELDS = {
    "box": ('la case, non cochée d\'avance (box = "unticked")', 'the box, not ticked in advance (box = "unticked")'),
    "period_months": ("la durée en mois (period_months)", "the period in months (period_months)"),
}
_language = click.option(
    "--language", type=click.Choice(["fr", "en"]), default="en", help="The language of the answer."
)


@click.group()
def command() -> None:
    """Check the texts that people are shown."""


@command.command()
@click.argument("files", type=click.Path(path_type=Path, exists=True, dir_okay=False), nargs=-1, required=True)
@_language
@json_option
@click.pass_context
def check(ctx: click.Context, files: tuple[Path, ...], language: str, as_json: bool) -> None:
    """Name what each text of FILES lacks: .toml with [[wording]] tables, or .md with one between +++ lines."""
    found = [(path, wording, gaps_of(wording)) for path in files for wording in wordings_in(path)]
    if as_json:
        print_json([_document(path, wording, gaps) for path, wording, gaps in found])
    else:
        for path, wording, gaps in found:
            click.echo(f"{path.name}: {wording.kind} {wording.version}: {_verdict(gaps, language)}")
            for gap in gaps:
                click.echo(f"  {_said(wording, gap, language)} ({gap.source})")
    ctx.exit(1 if any(gaps for _, _, gaps in found) else 0)


@command.command()
@_language
@json_option
def kinds(language: str, as_json: bool) -> None:
    """List the kinds of texts, and what each must say."""
    if as_json:
        print_json([{"kind": kind, "statements": [_row(each) for each in STATEMENTS[kind]]} for kind in STATEMENTS])
        return
    for kind, statements in STATEMENTS.items():
        click.echo(kind)
        for each in statements:
            click.echo(f"  {each.code}: {each.fr if language == 'fr' else each.en} ({each.source})")


def _row(statement: Statement) -> dict[str, str]:
    return {"statement": statement.code, "fr": statement.fr, "en": statement.en, "source": statement.source}


def _document(path: Path, wording: Wording, gaps: tuple[Gap, ...]) -> dict[str, Any]:
    missing = [{"statement": gap.statement, "flaw": gap.flaw, "source": gap.source} for gap in gaps]
    return {
        "file": path.name,
        "kind": wording.kind,
        "version": wording.version,
        "complete": not gaps,
        "missing": missing,
    }


def _verdict(gaps: tuple[Gap, ...], language: str) -> str:
    if language == "fr":
        return "il manque" if gaps else "complet"
    return "missing" if gaps else "complete"


def _said(wording: Wording, gap: Gap, language: str) -> str:
    texts = {each.code: (each.fr, each.en) for each in STATEMENTS[wording.kind]} | _FIELDS
    column = 0 if language == "fr" else 1
    return f"{gap.statement}: {texts[gap.statement][column]}: {_FLAWS[gap.flaw][column]}"
