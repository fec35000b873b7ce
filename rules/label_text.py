"""One text in the two languages of the kit."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Text(NamedTuple):
    """What people read for a code, in French and in English."""

    fr: str
    en: str

    def said_in(self, language: Literal["fr", "en"]) -> str:
        """The text in one of the two languages."""
        return self.fr if language == "fr" else self.en
