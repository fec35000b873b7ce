"""``docs/law.md``, written from the sources and the rules: ``python -m contactable.rules.document > docs/law.md``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from contactable.rules.conditions import DEMANDS
from contactable.rules.consent import FAULTS_OF_CONSENT_TO_CALLS
from contactable.rules.derived import DERIVED
from contactable.rules.law import FRENCH_LAW, Law
from contactable.rules.periods import PERIODS
from contactable.rules.readings import DOUBTS
from contactable.rules.rule import Rule
from contactable.rules.source import Source
from contactable.rules.sources import SOURCES
from contactable.rules.terms import Channel

HEAD = """# The law as it is decided

Written by `python -m contactable.rules.document` from `rules/`; change it there. Nothing here is legal advice.
Where the law leaves a doubt, the stricter reading is taken and named, and the company may choose (*Readings*).
A rule is in force while all its sources are. Of the rules of a channel, the first that speaks decides.
*Professionals* are those whose profession the offer is connected with; *consumers* are everybody else, those of whom
nothing is known included.
Advertising without an address on it (*Stop pub*) is not covered.
"""


def page(law: Law = FRENCH_LAW) -> str:
    """The whole page, in Markdown."""
    sections = [
        HEAD,
        *(_channel(channel, law) for channel in Channel),
        _consent(),
        _words(),
        _conditions(),
        _readings(),
        _sources(),
    ]
    return "\n".join(sections)


def _channel(channel: Channel, law: Law) -> str:
    return f"## {channel}\n\n" + _table(_RULES, (_rule(str(place), rule) for place, rule in _numbered(law, channel)))


def _numbered(law: Law, channel: Channel) -> Iterator[tuple[int, Rule]]:
    return enumerate(law.channels[channel], start=1)


_RULES = ("", "rule", "towards", "what it says", "sources", "in force")


def _rule(first: str, rule: Rule) -> tuple[str, ...]:
    return (
        first,
        rule.name.replace("_", " "),
        rule.towards.__name__,
        rule.says.replace("``", "`"),
        _ids(rule.sources),
        _in_force(rule.sources),
    )


def _consent() -> str:
    rows = (_rule(f"`{fault.reason}`", fault.rule) for fault in FAULTS_OF_CONSENT_TO_CALLS)
    return "## What makes a consent fail\n\nThe first that applies; the last three are of calls alone.\n\n" + _table(
        ("reason", *_RULES[1:]), rows
    )


def _words() -> str:
    """What rules ask in one word, and how long things last."""
    words = ((name.replace("_", " "), _said(how)) for name, how in DERIVED.items())
    ends = ((how.__name__.replace("_", " "), _said(how)) for how in PERIODS)
    return "## What is meant\n\n" + _table(("word", "what it takes"), (*words, *ends))


def _said(how: Callable[..., Any]) -> str:
    return " ".join((how.__doc__ or "").split()).replace("``", "`")


def _conditions() -> str:
    rows = (
        (
            f"`{demand.condition}`",
            ", ".join(demand.channels),
            demand.towards.__name__,
            ", ".join(demand.reasons) or "every open verdict",
            _ids(demand.sources),
        )
        for demand in DEMANDS
    )
    return "## Conditions\n\n" + _table(("condition", "channels", "towards", "when open for", "sources"), rows)


def _readings() -> str:
    rows = (
        (f"`{each.name}`", f"`{each.stricter}`", f"`{each.wider}`", each.doubt, ", ".join(each.sources))
        for each in DOUBTS
    )
    return "## Readings\n\n" + _table(("name", "default", "other", "doubt", "sources"), rows)


def _sources() -> str:
    rows = (
        (f"`{each.id}`", _linked(each), _in_force((each,)), each.says, each.confidence, str(each.checked_on))
        for each in SOURCES.values()
    )
    return "## Sources\n\n" + _table(("id", "text", "in force", "says", "confidence", "checked on"), rows)


def _linked(source: Source) -> str:
    return f"[{source.title}]({source.address})" if source.address else source.title


def _ids(sources: Iterable[Source]) -> str:
    return ", ".join(f"`{source.id}`" for source in sources)


def _in_force(sources: Iterable[Source]) -> str:
    """The days between which all sources are in force; a dot where no day is known."""
    begins = max((source.begins for source in sources if source.begins), default=None)
    ends = min((source.ends for source in sources if source.ends), default=None)
    return f"{begins or '·'} → {ends or '·'}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(page())
