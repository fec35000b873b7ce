"""The source of a fact that declarations leave empty: which of them say different things, in one text and back.

The names are joined by ``+``; a ``+`` of a name itself is written ``%2B``, so that no name is taken for two.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

CONTRADICTION = "contradiction:"
"""The beginning of such a source."""


def joined(names: Iterable[str]) -> str:
    """The names of declarations as one text."""
    return "+".join(name.replace("%", "%25").replace("+", "%2B") for name in names)


def names_in(text: str) -> tuple[str, ...]:
    """The names of declarations in such a text."""
    return tuple(unquote(name) for name in text.split("+"))
