"""French and English: the language of a page, and its texts.

Templates and code say everything in English; ``translations/*.fr.po`` holds the French, a file for each part of the
console, and a test finds what they lack. They are compiled when first needed, so no binary lies in the repository.
An application that mounts our blueprints may have translations of its own: these stay apart from them.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final, get_args

from babel import dates
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Request

from contactable.rules.calendar import PARIS
from contactable.rules.labels import Language

CATALOGUES: Final = Path(__file__).parent.parent / "translations"
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)


def language_of(request: Request, default: Language) -> Language:
    """The language that is asked for by ``?lang=``, else that of the browser, else the installation's."""
    asked = request.args.get("lang", "")
    for language in LANGUAGES:
        if language == asked:
            return language
    best = request.accept_languages.best_match(LANGUAGES)
    return next((language for language in LANGUAGES if language == best), default)


@cache
def texts(language: Language) -> NullTranslations:
    """The texts of the pages in a language."""
    if language == "en":
        return NullTranslations()
    catalogue = Catalog("fr")
    for path in sorted(CATALOGUES.glob(f"*.{language}.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="fr"):
                said = message.string or ""
                message.string = _held_together(said) if isinstance(said, str) else tuple(map(_held_together, said))
                catalogue[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def _held_together(text: str) -> str:
    """French puts a space before these signs, at which no line may end."""
    return re.sub(r" (?=[?!:;»])|(?<=«) ", "\u00a0", text)


def marked(text: str) -> str:
    """A text that code hands to a template, which says it in the reader's language: ``{{ _(problem) }}``."""
    return text


def day_in_words(day: date, language: Language) -> str:
    """A day as people write it: 12 novembre 2026."""
    return dates.format_date(day, "d MMMM y", locale=language)


def moment_in_words(moment: datetime, language: Language) -> str:
    """A moment of Europe/Paris, to the minute."""
    return dates.format_datetime(moment, "d MMMM y, HH:mm", tzinfo=dates.get_timezone(PARIS), locale=language)
