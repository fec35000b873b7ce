"""The figures of ``contactable mapping check`` as people and machines read them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import click

from contactable.mapping.columns import ADDRESS_COLUMNS
from contactable.mapping.contradiction import names_in
from contactable.rules import Channel
from contactable.rules.labels import label

if TYPE_CHECKING:
    from contactable.mapping.coverage import Ask, Coverage, Setup
    from contactable.mapping.portal import Contact
    from contactable.rules.labels import Language

_MOST_LINES: Final = 10
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "fr": {
        "facts": "Les faits, et d'où ils viennent",
        "would_open": "Ce qu'ouvrirait chaque fait qui manque",
        "opened_by": "Ce que les déclarations ont ouvert",
        "warnings": "À regarder",
        "register": "Le registre connaît {count} de ces contacts : oppositions et consentements reçus sont comptés.",
        "no_register": "Pas encore de registre (contactable register upgrade) : seul compte ce que dit {source}.",
        "forms": "Les envois de formulaires ne sont pas encore au registre (contactable sync) : "
        "les consentements et informations qu'ils prouvent ne comptent pas ici.",
        "unreadable": "illisible",
        "contradictory": "deux sources se contredisent",
        "declarations_contradict": "les déclarations {names} se contredisent",
        "and": " et ",
    },
    "en": {
        "facts": "Facts, and where they come from",
        "would_open": "What would open, for each fact that is missing",
        "opened_by": "What declarations opened",
        "warnings": "To be looked at",
        "register": "The register knows {count} of these contacts: oppositions and consents received are counted.",
        "no_register": "No register yet (contactable register upgrade): only what {source} says counts.",
        "forms": "Form submissions are not in the register yet (contactable sync): "
        "the consents and information that they prove do not count here.",
        "unreadable": "unreadable",
        "contradictory": "two sources contradict each other",
        "declarations_contradict": "the declarations {names} contradict each other",
        "and": " and ",
    },
}


def as_json(found: Coverage, *, register: bool, forms: bool | None) -> dict[str, Any]:
    """For machines; ``register`` tells whether it was asked, ``forms`` whether a sync entered what they prove.

    ``forms`` is None for a file, and for a CRM that has none.
    """
    return {
        "contacts": found.contacts,
        "register": {"asked": register, "contacts": found.in_register},
        "form_submissions_entered": forms,
        "closed_for_missing_fact_share": found.closed_for_missing_fact_share,
        "facts": [[*key, count] for key, count in found.facts.most_common()],
        "verdicts": [[*key, count] for key, count in found.verdicts.most_common()],
        "would_open": [["+".join(columns), channel, n] for (columns, channel), n in found.would_open.most_common()],
        "opened_by": [[*key, count] for key, count in found.opened_by.most_common()],
        "warnings": dict(found.warnings),
    }


def print_figures(found: Coverage, source: str, language: Language, *, register: bool, forms: bool | None) -> None:
    """Print what is open, which fact comes from where, and what each missing one would open."""
    words = _WORDS[language]
    click.secho(f"{found.contacts:,} contacts", bold=True)
    told = words["register" if register else "no_register"]
    click.echo(told.format(count=f"{found.in_register:,}", source=source))
    if forms is False:
        click.echo(words["forms"])
    for channel in Channel:
        click.echo(
            f"  {label(channel, language):<18}{found.open_on(channel):>9,}  {_share(found.open_on(channel), found)}"
        )
    click.secho(words["facts"], bold=True)
    by_column: dict[str, list[tuple[str, int]]] = {}
    for (column, origin), count in found.facts.most_common():
        by_column.setdefault(column, []).append((origin, count))
    for column, origins in by_column.items():
        several = ", ".join(f"{origin} {count:,}" for origin, count in origins[:3])
        click.echo(f"  {column:<26}{_share(found.known(column), found)}  {several}")
    _print_gains(found, language)
    if found.warnings:
        click.secho(words["warnings"], bold=True)
        for code, count in found.warnings.most_common():
            click.echo(f"  {count:>7,}  {_warning(code, language)}")


def print_sample(contact: Contact, setup: Setup, ask: Ask | None, language: Language) -> None:
    """One contact without its name or address: its id, the facts with their sources, the reasons."""
    mapped = setup.mapped(contact)
    (known,) = ask([mapped]) if ask else (None,)
    facts = mapped.facts if known is None else setup.sources(mapped.facts, known)
    click.secho(f"Contact {contact.id}", bold=True)
    for name, fact in facts.items():
        click.echo(f"  {name:<26}{fact.value:<14}{fact.source}")
    for channel, verdict in setup.verdicts(mapped.facts, known).items():
        click.echo(f"  {label(channel, language):<18}{label(verdict.reason, language)}")


def _warning(code: str, language: Language) -> str:
    """A code such as ``informed:declarations_contradict:a+b`` in words; the column is named as in the settings."""
    words = _WORDS[language]
    column, _, told = code.partition(":")
    kind, _, names = told.partition(":")
    if kind not in words:
        return code
    said = words["and"].join(f"`{name}`" for name in names_in(names))
    return f"{column}: {words[kind].format(names=said)}"


def _print_gains(found: Coverage, language: Language) -> None:
    """What each missing fact, and each declaration, does: the fullest first, one line each."""
    would_open: dict[str, Counter[Channel]] = {}
    for (columns, channel), count in found.would_open.items():
        if not ADDRESS_COLUMNS.intersection(columns):  # an address that is missing is no question of meaning
            would_open.setdefault(" + ".join(columns), Counter())[channel] += count
    opened: dict[str, Counter[Channel]] = {}
    for (name, channel), count in found.opened_by.items():
        opened.setdefault(name, Counter())[channel] += count
    _print_gain(_WORDS[language]["would_open"], would_open, language)
    _print_gain(_WORDS[language]["opened_by"], opened, language)


def _print_gain(title: str, gains: dict[str, Counter[Channel]], language: Language) -> None:
    if gains:
        click.secho(title, bold=True)
    for name, by_channel in sorted(gains.items(), key=lambda gain: -gain[1].total())[:_MOST_LINES]:
        told = ", ".join(f"+ {count:,} {label(channel, language)}" for channel, count in by_channel.most_common())
        click.echo(f"  {name}: {told}")


def _share(count: int, found: Coverage) -> str:
    return f"{count / max(found.contacts, 1):>6.1%}"
