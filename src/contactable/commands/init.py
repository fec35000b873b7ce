"""``contactable init``: write a commented settings file and the keys; ask what must be known, eight questions at most.

Answers come from a person, or from a file (``--answers``). Nothing is written before each source that may hold people
who said no was taken or declined by name.
"""

from __future__ import annotations

import base64
import os
import secrets
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contactable.cli import Context, pass_context
from contactable.errors import SettingsError

if TYPE_CHECKING:
    from contactable.first_settings import FirstCrm
    from contactable.mapping.portal import Portal
    from contactable.mapping.questions import Tables
    from contactable.mapping.suggest import Suggestion

KEY_BYTES = 32


@click.command()
@click.option("--public-url", help="Where senders reach this installation (https://…).")
@click.option("--crm", default="hubspot", show_default=True, help="Its type: see `contactable connectors`.")
@click.option("--no-crm", is_flag=True, help="Connect none: the console's first steps do.")
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="An option of the CRM's connector.")
@click.option("--token", help="Where the CRM's token is: env:NAME or file:PATH. Short for --set token=…")
@click.option("--crm-url", default="", help="Another address of the CRM's interface, as a sandbox has.")
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@click.option(
    "--unsubscribe/--no-unsubscribe", default=None, help="Opt out in the CRM itself whoever objects (default)."
)
@click.option("--answers", type=click.Path(path_type=Path, dir_okay=False), help="A file (TOML) of answers.")
@click.option(
    "--source",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="An export or a records file to look at instead of the CRM.",
)
@pass_context
def command(
    context: Context,
    public_url: str | None,
    crm: str,
    no_crm: bool,
    given: tuple[str, ...],
    token: str | None,
    crm_url: str,
    language: str,
    unsubscribe: bool | None,
    answers: Path | None,
    source: Path | None,
) -> None:
    """Write contactable.toml and its keys; never overwrite either."""
    from contactable.first_settings import NOTHING, fill

    if context.path.exists():
        raise SettingsError(f"{context.path} exists already: edit it, or name another with --settings.")
    public_url = public_url or click.prompt(
        "Public address of this installation", default="https://example.com/contactable"
    )
    if no_crm:
        _write(context.path, fill(public_url=public_url, crm=None, language=language))
        click.echo("  contactable console user add NAME --role administrator", err=True)
        click.echo(f"  contactable serve              # then: {public_url}/console/first-steps", err=True)
        return
    first = _first_crm(crm, [*given, *_short(token=token, base_url=crm_url)], _unsubscribes(crm, unsubscribe, language))
    folder = context.path.resolve().parent
    tables = NOTHING
    if answers or source or (sys.stdin.isatty() and click.confirm("Look at the contacts now?", default=True)):
        tables = _answered(first, _look(source, first, folder), answers, language)
    _write(context.path, fill(public_url=public_url, crm=first, language=language, tables=tables))


def _write(path: Path, text: str) -> None:
    write_keys(path.resolve().parent / "contactable-keys")
    path.write_text(text, encoding="utf-8")
    _say_what_is_next(path)


def write_keys(folder: Path) -> None:
    """Make the keys that are not there yet, readable by their owner alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("k1.key", "links.key", "seals.key"):
        path = folder / name
        if not path.exists():
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")


def _unsubscribes(crm: str, told: bool | None, language: str) -> bool | None:
    """Whether to write the CRM's own opt-outs, on by default; None where it has none."""
    from contactable.connectors import find

    if not find(crm).CAPABILITIES.opt_out:
        return None
    if told is not None or not sys.stdin.isatty():
        return told is not False
    asked = {
        "fr": "Désinscrire aussi, dans le CRM, qui s'oppose ?",
        "en": "Also opt out, in the CRM itself, whoever objects?",
    }
    return click.confirm(asked[language], default=True, err=True)


def _say_what_is_next(path: Path) -> None:
    click.echo(f"{path} and its keys are written. Next:", err=True)
    click.echo("  contactable register upgrade   # makes the register", err=True)
    click.echo("  contactable key backup         # nobody can restore a lost key", err=True)
    click.echo("  contactable doctor             # says what is missing", err=True)


def _short(**options: str | None) -> Iterator[str]:
    return (f"{name}={value}" for name, value in options.items() if value)


def _first_crm(type: str, given: Sequence[str], unsubscribe: bool | None) -> FirstCrm:
    """The CRM with its options: those given, and those that its connector has us ask for."""
    from contactable.connectors import settings_of
    from contactable.first_settings import FirstCrm, read_answer

    options: dict[str, Any] = {}
    for name, sign, value in (each.partition("=") for each in given):
        if not (name and sign):
            raise click.UsageError("--set is written NAME=VALUE.")
        options[name] = read_answer(value)
    for each in settings_of(type):
        if each.name not in options:
            options[each.name] = click.prompt(each.question, default=each.default or None, err=True)
    return FirstCrm(type, options, unsubscribe)


def _look(source: Path | None, crm: FirstCrm, folder: Path) -> Portal:
    from contactable.connectors import connect
    from contactable.looking import look
    from contactable.mapping.portal import read_portal
    from contactable.settings import placed, read_secret

    if source is not None:
        return read_portal(source)
    options = placed(dict(crm.options), folder)
    return look(connect(crm.type, crm.type, options, lambda reference: read_secret(reference, folder)))


def _answered(crm: FirstCrm, portal: Portal, path: Path | None, language: str) -> Tables:
    from contactable.first_settings import read_answers
    from contactable.mapping.questions import tables_from_answers
    from contactable.mapping.suggest import suggest

    suggestions = suggest(portal, mapped=crm.mapping({}).properties)
    answers = read_answers(path) if path else _ask(crm, portal, suggestions, language)
    return tables_from_answers(answers, suggestions)


def _ask(crm: FirstCrm, portal: Portal, suggestions: tuple[Suggestion, ...], language: str) -> dict[str, Any]:
    """Ask a person, question after question; an empty answer says nothing."""
    from contactable.mapping.questions import DECLINE, QUESTIONS, TAKE, name_of

    answers: dict[str, Any] = {}
    for question in QUESTIONS:
        click.secho(question.fr if language == "fr" else question.en, bold=True, err=True)
        if question.key == "oppositions":
            decided: dict[str, str] = {}
            for each in (each for each in suggestions if each.opposition):
                _show(crm, portal, each, answers)
                decided.setdefault(name_of(each), "")
                decided[name_of(each)] = decided[name_of(each)] or click.prompt(
                    name_of(each), type=click.Choice([TAKE, DECLINE]), err=True
                )
            answers["oppositions"] = decided
        elif question.key == "declare":
            answers["declare"] = list(_ask_declaration())
        elif (answer := _ask_one(crm, portal, question.key, suggestions, answers)) not in ("", None):
            answers[question.key] = answer
    return answers


def _ask_one(
    crm: FirstCrm, portal: Portal, key: str, suggestions: tuple[Suggestion, ...], answers: dict[str, Any]
) -> Any:
    from contactable.first_settings import read_answer
    from contactable.mapping.questions import fitting_of
    from contactable.mapping.suggest import toml_value

    fitting = fitting_of(key, suggestions)
    for each in fitting:
        _show(crm, portal, each, answers)
    default = toml_value(fitting[0].source) if fitting else ""
    return read_answer(click.prompt(key, default=default, show_default=bool(default), err=True))


def _ask_declaration() -> Any:
    from contactable.clock import utc_now
    from contactable.mapping.questions import told_at_collection
    from contactable.rules.calendar import paris_day

    forms = click.prompt("forms, joined by commas (all: everybody)", default="", show_default=False, err=True)
    if not forms:
        return
    evidence = click.prompt("evidence (a file or a reference)", err=True)
    yield told_at_collection(forms, evidence, click.prompt("signed by", err=True), paris_day(utc_now()))


def _show(crm: FirstCrm, portal: Portal, each: Suggestion, answers: dict[str, Any]) -> None:
    """One suggestion: its line, whom it is about, and what it would open or close."""
    from contactable.clock import utc_now
    from contactable.first_settings import effect
    from contactable.rules.calendar import paris_day

    opened, closed = effect(crm, portal, each, answers, paris_day(utc_now()))
    told = [f"+{count} {channel}" for channel, count in opened.items()]
    told += [f"-{count} {channel}" for channel, count in closed.items()]
    examples = f"; e.g. {', '.join(each.examples)}" if each.examples else ""
    does = f"; of {len(portal.contacts):,} looked at: {', '.join(told)}" if told else ""
    click.echo(f"  {each.toml}   # {each.contacts:,} contacts{examples}{does}", err=True)
