"""What the kit says outside of its pages, in French: errors of settings and of the register, questions of connectors.

Who raises an error says it in English, which logs keep. Its French is found here by its shape: the sentence with a
place for each value. ``catalogue.py`` reads the shapes in the code, so that a test names one that has no French.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Final

from babel.messages.pofile import read_po

from contactable.console.site.languages import CATALOGUES
from contactable.rules.labels import Language

KIT: Final = "kit"
"""The name of the catalogue."""
PLACE: Final = re.compile(r"%\((\d+)\)[sd]")
"""Where a value stands: ``%(1)s``, or ``%(1)d`` for one without spaces."""
_WORD: Final = re.compile(r"[^\W\d_]{2,}")


def in_words(sentence: object, language: Language) -> str:
    """A sentence in a language; one without French stays as it is. A value may be a sentence too."""
    text = str(sentence)
    if language == "en":
        return text
    for shape, speaks, french in _shapes():
        if found := shape.fullmatch(text):
            values = [in_words(value, language) for value in found.groups()]
            if speaks or values != list(found.groups()):
                return PLACE.sub(_giving(values), french)
    return text


def _giving(values: list[str]) -> Callable[[re.Match[str]], str]:
    return lambda place: values[int(place[1]) - 1]


@cache
def _shapes() -> list[tuple[re.Pattern[str], bool, str]]:
    """Each shape, whether it has words of its own, and its French; of several that fit, the longest comes first."""
    with (CATALOGUES / f"{KIT}.fr.po").open("rb") as file:
        known = {str(each.id): str(each.string) for each in read_po(file, locale="fr") if each.id and each.string}
    by_length = sorted(known, key=lambda english: (-len(PLACE.sub("", english)), english))
    return [(_pattern(each), bool(_WORD.search(PLACE.sub("", each))), known[each]) for each in by_length]


def _pattern(english: str) -> re.Pattern[str]:
    """The places are numbered from the left, so that the groups are."""
    pattern = "".join(map(re.escape, PLACE.split(english)[:1]))
    for place, text in zip(PLACE.finditer(english), PLACE.split(english)[2::2], strict=True):
        pattern += (r"(\S+)" if place[0].endswith("d") else "(.*?)") + re.escape(text)
    return re.compile(pattern, re.DOTALL)
