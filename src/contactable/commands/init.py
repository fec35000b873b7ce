"""``contactable init``: write a commented settings file and the keys; ask what must be known, eight questions at most.

Answers come from a person, or from a file (``--answers``). Nothing is written before each source that may hold people
who said no was taken or declined by name. What a person answers is kept at once: whoever stops goes on from there.
"""

from __future__ import annotations

import base64
import os
import secrets
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contactable.cli import Context, pass_context
from contactable.errors import SettingsError
from contactable.first_words import SAID

if TYPE_CHECKING:
    from contactable.connectors.protocol import Setting
    from contactable.first_settings import FirstCrm
    from contactable.kept_answers import KeptAnswers
    from contactable.mapping.portal import Portal
    from contactable.mapping.questions import Tables
    from contactable.rules.labels import Language

KEY_BYTES = 32
USUAL = "hubspot"
_SECRETS = ("env:", "file:")


@click.command()
@click.option("--public-url", help="Where senders reach this installation (https://…).")
@click.option("--crm", help="Its type: see `contactable connectors`.  [default: hubspot]")
@click.option("--no-crm", is_flag=True, help="Connect none: the console's first steps do.")
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="An option of the CRM's connector.")
@click.option("--token", help="Where the CRM's token is: env:NAME or file:PATH. Short for --set token=…")
@click.option("--crm-url", default="", help="Another address of the CRM's interface, as a sandbox has.")
@click.option("--language", type=click.Choice(["fr", "en"]), help="Of questions, labels and pages.  [default: fr]")
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
    crm: str | None,
    no_crm: bool,
    given: tuple[str, ...],
    token: str | None,
    crm_url: str,
    language: Language | None,
    unsubscribe: bool | None,
    answers: Path | None,
    source: Path | None,
) -> None:
    """Write contactable.toml and its keys; never overwrite either.

    What is answered is kept beside it (contactable.answers.toml) until then: stopped, `init` goes on from there.
    """
    from contactable.first_settings import NOTHING, fill
    from contactable.kept_answers import KeptAnswers

    path = context.path
    context.language = language
    if path.exists():
        raise SettingsError(f"{path} exists already: edit it, or name another with --settings.")
    kept = KeptAnswers.beside(path)
    context.language = language = language or kept.start.get("language", "fr")
    with _going_on(kept, language):
        public_url = public_url or kept.start.get("public_url") or _asked_url(kept, language)
        if no_crm:
            _write(path, fill(public_url=public_url, crm=None, language=language), language, connected=False)
            click.echo("  contactable console user add NAME --role administrator", err=True)
            first_steps = f"{SAID[language]['then']} {public_url}/console/first-steps"
            click.echo(f"  contactable serve              # {first_steps}", err=True)
            return
        type = _crm(kept, crm)
        given = (*given, *_short(token=token, base_url=crm_url))
        first = _first_crm(kept, type, given, unsubscribe, language)
        tables = NOTHING
        if answers or _looks(kept, source, language):
            source = source or (Path(kept.start["source"]) if "source" in kept.start else None)
            portal = _look(source, first, path.resolve().parent)
            if not answers:
                begun = {"public_url": public_url, "crm": type, "language": language, "options": dict(first.options)}
                begun |= {} if first.unsubscribe is None else {"unsubscribe": first.unsubscribe}
                kept.start |= {**begun, **({"source": str(source.resolve())} if source else {})}
                kept.keep()  # before anything is asked: who could not write here would answer for nothing
            tables = _answered(first, portal, answers, kept, language)
        _write(path, fill(public_url=public_url, crm=first, language=language, tables=tables), language)


@contextmanager
def _going_on(kept: KeptAnswers, language: Language) -> Iterator[None]:
    """Say where answers are kept when something ends us before the settings are written."""
    said = SAID[language]
    if kept.are_there:
        click.echo(said["again"].format(path=kept.path), err=True)
    try:
        yield
    except BaseException:
        if kept.are_there:
            click.echo("\n" + said["kept"].format(path=kept.path), err=True)
        raise
    kept.forget()


def _write(path: Path, text: str, language: Language, *, connected: bool = True) -> None:
    fresh = path.with_name(f"{path.name}.new")
    try:
        write_keys(path.resolve().parent / "contactable-keys")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)  # whole or not at all
    except OSError as error:
        where = error.filename or path
        raise SettingsError(
            f"{where} cannot be written ({error.strerror}): make room or give the right there."
        ) from None
    said = SAID[language]
    click.echo(said["written"].format(path=path), err=True)
    click.echo(f"  contactable register upgrade   # {said['upgrade']}", err=True)
    click.echo(f"  contactable key backup         # {said['backup']}", err=True)
    click.echo(f"  contactable doctor             # {said['doctor']}", err=True)
    if connected:
        click.echo(f"  contactable sync --dry-run     # {said['dry']}", err=True)


def write_keys(folder: Path) -> None:
    """Make the keys that are not there yet, readable by their owner alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("k1.key", "links.key", "seals.key"):
        path = folder / name
        if not path.exists():
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")


def _asked_url(kept: KeptAnswers, language: Language) -> str:
    url = str(click.prompt(SAID[language]["url"], default="https://example.com/contactable"))
    kept.start["language"] = language
    kept.told("public_url", url)
    return url


def _crm(kept: KeptAnswers, named: str | None) -> str:
    """The type of the CRM: that of the answers that are kept, where there are any."""
    before = kept.start.get("crm")
    if named and before and named != before:
        raise SettingsError(f"{kept.path} holds answers for {before}: leave out --crm, or delete the file.")
    return str(named or before or USUAL)


def _unsubscribes(kept: KeptAnswers, crm: str, told: bool | None, language: Language) -> bool | None:
    """Whether to write the CRM's own opt-outs, on by default; None where it has none."""
    from contactable.agreeing import agreed
    from contactable.connectors import find

    if not find(crm).CAPABILITIES.opt_out:
        return None
    told = kept.start.get("unsubscribe") if told is None else told
    if told is not None or not sys.stdin.isatty():
        return told is not False
    answer = agreed(SAID[language]["unsubscribe"], language, default=True)
    kept.told("unsubscribe", answer)
    return answer


def _looks(kept: KeptAnswers, source: Path | None, language: Language) -> bool:
    """Whether contacts are looked at and questions put: where an export is named, where it was begun, or on a yes."""
    from contactable.agreeing import agreed

    begun = kept.answers or kept.passed or "source" in kept.start
    return bool(source or begun or (sys.stdin.isatty() and agreed(SAID[language]["look"], language, default=True)))


def _short(**options: str | None) -> Iterator[str]:
    return (f"{name}={value}" for name, value in options.items() if value)


def _first_crm(
    kept: KeptAnswers, type: str, given: Sequence[str], unsubscribe: bool | None, language: Language
) -> FirstCrm:
    """The CRM with its options: those given, those answered before, and those that its connector has us ask for."""
    from contactable.connectors import settings_of
    from contactable.first_settings import FirstCrm, read_answer

    unsubscribes = _unsubscribes(kept, type, unsubscribe, language)
    options: dict[str, Any] = dict(kept.start.get("options", {}))
    for name, sign, value in (each.partition("=") for each in given):
        if not (name and sign):
            raise click.UsageError("--set is written NAME=VALUE.")
        options[name] = read_answer(value)
    for each in settings_of(type):
        if each.name not in options:
            options[each.name] = _option(each, language)
            kept.start["crm"] = type
            kept.told("options", dict(options))
    return FirstCrm(type, options, unsubscribes)


def _option(setting: Setting, language: Language) -> str:
    """Ask for one option; a secret itself is refused at once, and kept nowhere."""
    from contactable.console.site.sentences import in_words

    question = in_words(setting.question, language)
    while True:
        answer = str(click.prompt(question, default=setting.default or None, err=True)).strip()
        if answer.startswith(_SECRETS) or not setting.default.startswith(_SECRETS):
            return answer
        told = "A secret is written as env:NAME or file:PATH, never in the settings file itself."
        click.echo(f"  {in_words(told, language)}", err=True)


def _look(source: Path | None, crm: FirstCrm, folder: Path) -> Portal:
    from contactable.connectors import connect
    from contactable.looking import look
    from contactable.mapping.portal import read_portal
    from contactable.settings import placed, read_secret

    if source is not None:
        return read_portal(source)
    options = placed(dict(crm.options), folder)
    return look(connect(crm.type, crm.type, options, lambda reference: read_secret(reference, folder)))


def _answered(crm: FirstCrm, portal: Portal, path: Path | None, kept: KeptAnswers, language: Language) -> Tables:
    from contactable.asking import Interview
    from contactable.first_settings import read_answers
    from contactable.mapping.questions import tables_from_answers
    from contactable.mapping.suggest import suggest

    suggestions = suggest(portal, mapped=crm.mapping({}).properties)
    if path:
        return tables_from_answers(read_answers(path), suggestions)
    folder = kept.path.resolve().parent
    return tables_from_answers(Interview(crm, portal, suggestions, kept, language, folder).ask(), suggestions)
