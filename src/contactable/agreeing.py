"""Yes or no, asked at a terminal in French or English and understood in both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import click

from contactable.mapping.values import plain

if TYPE_CHECKING:
    from contactable.rules.labels import Language

DECIDED: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("take", "oui", "o", "yes", "y", "prendre"), True),
    **dict.fromkeys(("decline", "non", "n", "no", "ecarter"), False),
}
_HINTS: Final[Mapping[Language, Mapping[bool, str]]] = {
    "fr": {True: "[O/n]", False: "[o/N]"},
    "en": {True: "[Y/n]", False: "[y/N]"},
}
_AGAIN: Final[Mapping[Language, str]] = {"fr": "  Répondez oui ou non.", "en": "  Answer yes or no."}


def agreed(question: str, language: Language, *, default: bool) -> bool:
    """Whether somebody says yes; an empty answer is the default, another one is asked again."""
    while True:
        text = click.prompt(f"{question} {_HINTS[language][default]}", default="", show_default=False, err=True)
        answer = DECIDED.get(plain(text), default if not text.strip() else None)
        if answer is not None:
            return answer
        click.echo(_AGAIN[language], err=True)
