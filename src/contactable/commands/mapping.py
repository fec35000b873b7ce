"""``contactable mapping``: what the CRM's properties seem to say, and how far what was written in the settings reaches.

Both work on a connector of the settings, on an export (CSV) and on a records file, and write nothing anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contactable.cli import Context, json_option, pass_context, print_json
from contactable.errors import NoRegister, SettingsError
from contactable.progress import Moved, progress_bar

if TYPE_CHECKING:
    from contactable.known_here import KnownHere
    from contactable.mapping.coverage import Setup
    from contactable.mapping.map_file import MapFile
    from contactable.mapping.portal import Contact, Portal
    from contactable.mapping.suggest import Suggestion
    from contactable.rules import Readings
    from contactable.rules.labels import Language

_TOLD_EVERY = 100  # contacts between two steps of the bar
_TITLES: dict[Language, dict[str, str]] = {
    "fr": {
        "read": "# Oppositions lues déjà.",
        "says_no": "{count} contacts disent non",
        "oppositions": "# Oppositions : prenez ou écartez chacune par son nom.",
        "facts": "# Faits.",
        "line": "{count} contacts, reconnue à {why}",
        "examples": " ; p. ex. {examples}",
        "opens": "« ",
        "ends": " »",
    },
    "en": {
        "read": "# Oppositions that are read already.",
        "says_no": "{count} contacts say no",
        "oppositions": "# Oppositions: take or decline each by name.",
        "facts": "# Facts.",
        "line": "{count} contacts, named {why}",
        "examples": "; e.g. {examples}",
        "opens": "“",
        "ends": "”",
    },
}


@click.group()
def command() -> None:
    """Look at what a CRM can say, before anything is written."""


def _language_option(function: Any) -> Any:
    told = "Default: the language of the settings."
    return click.option("--language", type=click.Choice(["fr", "en"]), help=told)(function)


def _source_options(function: Any) -> Any:
    function = click.option("--map", "map_name", metavar="FILE", help="A map of its own, or one that the kit ships.")(
        function
    )
    return click.argument("source")(function)


@command.command()
@_source_options
@_language_option
@json_option
@pass_context
def suggest(context: Context, source: str, map_name: str | None, language: Language | None, as_json: bool) -> None:
    """Propose sources of facts in SOURCE: a connector's name, an export (CSV), or a records file."""
    from contactable.mapping.read_already import read_already
    from contactable.mapping.suggest import suggest as suggestions

    mapping, portal = _map(context, source, map_name).mapping, _portal(context, source, None)
    found, known = suggestions(portal, mapped=mapping.properties, lists=mapping.lists), read_already(portal, mapping)
    if as_json:
        print_json([*(_as_json(each) for each in found), *(_as_json(each, read_already=True) for each in known)])
        return
    words = _TITLES[_spoken(context, language)]
    if read := list(known):
        click.secho(words["read"], bold=True)
        for each in read:
            click.echo(f"# {each.toml}   {words['says_no'].format(count=f'{each.contacts:,}')}")
    for title, opposition in (("oppositions", True), ("facts", False)):
        click.secho(words[title], bold=True)
        for each in found:
            if each.opposition is opposition:
                note = f"; {each.note}" if each.note else ""
                examples = words["examples"].format(examples=", ".join(each.examples)) if each.examples else ""
                why = each.why.replace("“", words["opens"]).replace("”", words["ends"])
                told = words["line"].format(count=f"{each.contacts:,}", why=why)
                click.echo(f"{each.toml}   # {told}{examples}{note}")


@command.command()
@_source_options
@click.option("--offer", default="main", show_default=True, help="The offer that is asked about.")
@click.option("--on", "day", metavar="DATE", help="The day that is asked about (default: today).")
@click.option("--sample", default=0, metavar="N", help="Show N contacts, masked, with the source of each fact.")
@_language_option
@json_option
@pass_context
def check(
    context: Context,
    source: str,
    map_name: str | None,
    offer: str,
    day: str | None,
    sample: int,
    language: Language | None,
    as_json: bool,
) -> None:
    """Count, in SOURCE, which facts are known from where, and what each missing one keeps closed.

    What the register knows of these contacts counts too.
    """
    from contactable.figures import as_json as figures_as_json
    from contactable.figures import print_figures, print_sample
    from contactable.mapping.coverage import Setup, coverage

    read, spoken = _map(context, source, map_name), _spoken(context, language)
    setup = Setup(read.mapping, read.offer(offer), _day(day), read.declarations, _readings(context))
    with progress_bar(f"{source}: reading") as moved:
        portal = _portal(context, source, setup, moved)
    with _register(context, source, setup) as ask:
        forms = _forms_entered(context, source, ask)
        with progress_bar(f"{source}: deciding") as moved:
            found = coverage(counted(portal.contacts, moved), setup, ask)
        if as_json:
            print_json(figures_as_json(found, register=ask is not None, forms=forms))
            return
        print_figures(found, source, spoken, register=ask is not None, forms=forms)
        for contact in portal.contacts[:sample]:
            print_sample(contact, setup, ask, spoken)


@contextmanager
def _register(context: Context, source: str, setup: Setup) -> Iterator[KnownHere | None]:
    """What asks the register of the settings; None where there are no settings, or no register yet."""
    from contactable.known_here import KnownHere

    if not context.path.exists():
        yield None
        return
    with context.kit() as kit:
        try:
            kit.register  # noqa: B018  # opened here, so that the first day is told from a register that is broken
        except NoRegister:
            yield None
            return
        yield KnownHere(kit, "" if Path(source).is_file() else source, setup.offer, setup.on)


def _forms_entered(context: Context, source: str, ask: KnownHere | None) -> bool | None:
    """Whether a sync entered what form submissions prove; None for a file, and for a CRM that has no forms."""
    if Path(source).is_file():
        return None
    with context.kit() as kit:
        has_forms = kit.connectors[source].capabilities.forms
    return (ask is not None and ask.forms_entered) if has_forms else None


def _readings(context: Context) -> Readings:
    """The company's readings of the law; the stricter ones before there are settings."""
    from contactable.rules import DEFAULT_READINGS

    if not context.path.exists():
        return DEFAULT_READINGS
    with context.kit() as kit:
        return kit.judge.readings


def _spoken(context: Context, language: Language | None) -> Language:
    """The language that was asked for, else that of the settings, else French."""
    return language or (context.settings.language if context.path.exists() else "fr")


def _map(context: Context, source: str, map_name: str | None) -> MapFile:
    """The map that is named, else the connector's of the settings, else columns by their names."""
    from contactable.kit import Contactable
    from contactable.mapping import Mapping, offers_from_settings, read_map
    from contactable.mapping.map_file import MapFile
    from contactable.rules.wordings import read_wording

    settings = context.settings if context.path.exists() else None
    offers = offers_from_settings(settings.offers if settings else {})
    if map_name:
        wordings = [read_wording(each) for each in settings.wording] if settings else []
        found = read_map(map_name, offers=offers, wordings=wordings)
        # What the company declared holds beside a map that is tried, save where the map says it anew.
        named = {each.name for each in found.declarations}
        stand = [each for each in (Contactable(settings).declarations if settings else ()) if each.name not in named]
        return replace(found, declarations=(*found.declarations, *stand))
    if settings is None or source not in settings.connectors:
        declarations = tuple(Contactable(settings).declarations) if settings else ()
        return MapFile(Mapping.from_settings({}, offers=offers.values()), declarations, offers)
    kit = Contactable(settings)
    return MapFile(kit.mapping(source), tuple(kit.declarations), offers)


def counted(contacts: Sequence[Contact], moved: Moved) -> Iterator[Contact]:
    """The contacts; ``moved`` hears now and then how many are done."""
    for done, contact in enumerate(contacts, start=1):
        yield contact
        if done % _TOLD_EVERY == 0 or done == len(contacts):
            moved(done, len(contacts))


def _portal(context: Context, source: str, setup: Setup | None, moved: Moved = lambda done, total: None) -> Portal:
    """The contacts of a file, or of a connector: some of them for suggestions, all for figures."""
    from contactable.mapping.portal import read_portal

    if Path(source).is_file():
        return read_portal(Path(source))
    if not context.path.exists() or source not in context.settings.connectors:
        raise SettingsError(f"`{source}` is neither a file nor a connector of {context.path}.")
    from contactable.looking import look, read_all
    from contactable.mapping import Asked

    with context.kit() as kit:
        connector = kit.connectors[source]
        if setup is None:
            return look(connector)
        return read_all(connector, setup.mapping, Asked.by(setup.mapping, setup.declarations), moved)


def _day(text: str | None) -> date:
    if text is None:
        from contactable.clock import utc_now
        from contactable.rules.calendar import paris_day

        return paris_day(utc_now())
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("write it as 2026-11-24", param_hint="--on") from None


def _as_json(suggestion: Suggestion, *, read_already: bool = False) -> dict[str, Any]:
    from dataclasses import asdict

    said = {"toml": suggestion.toml, "opposition": suggestion.opposition, "read_already": read_already}
    return {**asdict(suggestion), **said}
