"""``contactable mapping``: what the CRM's properties seem to say, and how far what was written in the settings reaches.

Both work on a connector of the settings, on an export (CSV) and on a records file, and write nothing anywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contactable.cli import Context, json_option, pass_context, print_json
from contactable.errors import SettingsError
from contactable.progress import Moved, progress_bar

if TYPE_CHECKING:
    from contactable.mapping.coverage import Coverage, Setup
    from contactable.mapping.map_file import MapFile
    from contactable.mapping.portal import Contact, Portal
    from contactable.mapping.suggest import Suggestion
    from contactable.rules import Channel
    from contactable.rules.labels import Language

_MOST_LINES = 10
_TOLD_EVERY = 100  # contacts between two steps of the bar
_TITLES: dict[Language, dict[str, str]] = {
    "fr": {
        "facts": "Les faits, et d'où ils viennent",
        "would_open": "Ce qu'ouvrirait chaque fait qui manque",
        "opened_by": "Ce que les déclarations ont ouvert",
        "warnings": "À regarder",
    },
    "en": {
        "facts": "Facts, and where they come from",
        "would_open": "What would open, for each fact that is missing",
        "opened_by": "What declarations opened",
        "warnings": "To be looked at",
    },
}


@click.group()
def command() -> None:
    """Look at what a CRM can say, before anything is written."""


def _source_options(function: Any) -> Any:
    function = click.option("--map", "map_name", metavar="FILE", help="A map of its own, or one that the kit ships.")(
        function
    )
    return click.argument("source")(function)


@command.command()
@_source_options
@json_option
@pass_context
def suggest(context: Context, source: str, map_name: str | None, as_json: bool) -> None:
    """Propose sources of facts in SOURCE: a connector's name, an export (CSV), or a records file."""
    from contactable.mapping.read_already import read_already
    from contactable.mapping.suggest import suggest as suggestions

    mapping, portal = _map(context, source, map_name).mapping, _portal(context, source, None)
    found, known = suggestions(portal, mapped=mapping.properties, lists=mapping.lists), read_already(portal, mapping)
    if as_json:
        print_json([*(_as_json(each) for each in found), *(_as_json(each, read_already=True) for each in known)])
        return
    if read := list(known):
        click.secho("# Oppositions that are read already.", bold=True)
        for each in read:
            click.echo(f"# {each.toml}   {each.contacts:,} contacts say no")
    for title, opposition in (("Oppositions: take or decline each by name.", True), ("Facts.", False)):
        click.secho(f"# {title}", bold=True)
        for each in found:
            if each.opposition is opposition:
                note = f"; {each.note}" if each.note else ""
                examples = f"; e.g. {', '.join(each.examples)}" if each.examples else ""
                click.echo(f"{each.toml}   # {each.contacts:,} contacts, named {each.why}{examples}{note}")


@command.command()
@_source_options
@click.option("--offer", default="main", show_default=True, help="The offer that is asked about.")
@click.option("--on", "day", metavar="DATE", help="The day that is asked about (default: today).")
@click.option("--sample", default=0, metavar="N", help="Show N contacts, masked, with the source of each fact.")
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@json_option
@pass_context
def check(
    context: Context,
    source: str,
    map_name: str | None,
    offer: str,
    day: str | None,
    sample: int,
    language: Language,
    as_json: bool,
) -> None:
    """Count, in SOURCE, which facts are known from where, and what each missing one keeps closed."""
    from contactable.mapping.coverage import Setup, coverage

    read = _map(context, source, map_name)
    setup = Setup(read.mapping, read.offer(offer), _day(day), read.declarations)
    with progress_bar(f"{source}: reading") as moved:
        portal = _portal(context, source, setup, moved)
    with progress_bar(f"{source}: deciding") as moved:
        found = coverage(counted(portal.contacts, moved), setup)
    if as_json:
        print_json(_coverage_as_json(found))
        return
    _print_coverage(found, language)
    for contact in portal.contacts[:sample]:
        _print_sample(contact, setup, language)


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
        return read_map(map_name, offers=offers, wordings=wordings)
    if settings is None or source not in settings.connectors:
        return MapFile(Mapping.from_settings({}, offers=offers.values()), (), offers)
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


def _coverage_as_json(found: Coverage) -> dict[str, Any]:
    return {
        "contacts": found.contacts,
        "closed_for_missing_fact_share": found.closed_for_missing_fact_share,
        "facts": [[*key, count] for key, count in found.facts.most_common()],
        "verdicts": [[*key, count] for key, count in found.verdicts.most_common()],
        "would_open": [["+".join(columns), channel, n] for (columns, channel), n in found.would_open.most_common()],
        "opened_by": [[*key, count] for key, count in found.opened_by.most_common()],
        "warnings": dict(found.warnings),
    }


def _print_coverage(found: Coverage, language: Language) -> None:
    from contactable.rules import Channel
    from contactable.rules.labels import label

    click.secho(f"{found.contacts:,} contacts", bold=True)
    for channel in Channel:
        click.echo(
            f"  {label(channel, language):<18}{found.open_on(channel):>9,}  {_share(found.open_on(channel), found)}"
        )
    click.secho(_TITLES[language]["facts"], bold=True)
    by_column: dict[str, list[tuple[str, int]]] = {}
    for (column, source), count in found.facts.most_common():
        by_column.setdefault(column, []).append((source, count))
    for column, sources in by_column.items():
        told = ", ".join(f"{source} {count:,}" for source, count in sources[:3])
        click.echo(f"  {column:<26}{_share(found.known(column), found)}  {told}")
    _print_gains(found, language)
    if found.warnings:
        click.secho(_TITLES[language]["warnings"], bold=True)
        for warning, count in found.warnings.most_common():
            click.echo(f"  {warning:<40}{count:>9,}")


def _print_gains(found: Coverage, language: Language) -> None:
    """What each missing fact, and each declaration, does: the fullest first, one line each."""
    from contactable.mapping.columns import ADDRESS_COLUMNS

    would_open: dict[str, Counter[Channel]] = {}
    for (columns, channel), count in found.would_open.items():
        if not ADDRESS_COLUMNS.intersection(columns):  # an address that is missing is no question of meaning
            would_open.setdefault(" + ".join(columns), Counter())[channel] += count
    opened: dict[str, Counter[Channel]] = {}
    for (name, channel), count in found.opened_by.items():
        opened.setdefault(name, Counter())[channel] += count
    _print_gain(_TITLES[language]["would_open"], would_open, language)
    _print_gain(_TITLES[language]["opened_by"], opened, language)


def _print_gain(title: str, gains: dict[str, Counter[Channel]], language: Language) -> None:
    from contactable.rules.labels import label

    if gains:
        click.secho(title, bold=True)
    for name, by_channel in sorted(gains.items(), key=lambda gain: -gain[1].total())[:_MOST_LINES]:
        told = ", ".join(f"+ {count:,} {label(channel, language)}" for channel, count in by_channel.most_common())
        click.echo(f"  {name}: {told}")


def _print_sample(contact: Contact, setup: Setup, language: Language) -> None:
    """One contact without its name or address: its id, the facts with their sources, the reasons."""
    from contactable.rules.labels import label

    facts, _ = setup.facts(contact)
    click.secho(f"Contact {contact.id}", bold=True)
    for name, fact in facts.items():
        click.echo(f"  {name:<26}{fact.value:<14}{fact.source}")
    for channel, verdict in setup.verdicts(facts).items():
        click.echo(f"  {label(channel, language):<18}{label(verdict.reason, language)}")


def _share(count: int, found: Coverage) -> str:
    return f"{count / max(found.contacts, 1):>6.1%}"
