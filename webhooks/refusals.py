"""A refusal in a call: the agent's tag or comment, a key that the person pressed, words that a machine heard.

It closes calls by persons and by machines; "Ne plus contacter" (``refusal_tags_all`` of the endpoint) closes every
channel.

Since 2026-08-11 a withdrawal may be oral (code de la consommation, R223-3), so the note of the one who heard it counts
at once. Tags are compared with a list of names (``refusal_tags`` of the endpoint) without case and accents. A comment
is free text: where it names one of the tags, the refusal counts and somebody is asked to look.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from contactable.webhooks.events import Confidence, Kind, On, Origin
from contactable.webhooks.meaning import Meaning

REFUSAL_TAGS = ("ne plus appeler", "ne pas appeler", "ne plus contacter", "opposition", "bloctel", "dnc", "do not call")
TAGS_FOR_ALL = ("ne plus contacter",)
OURS = ("ne plus appeler", "ne plus contacter")  # tags that the kit makes: they count whatever the settings name

TAGGED = Meaning(Kind.OPPOSITION, "dnc_tag", Origin.ADMIN)
COMMENTED = Meaning(Kind.OPPOSITION, "dnc_comment", Origin.ADMIN, Confidence.REVIEW)
PRESSED = Meaning(Kind.OPPOSITION, "refusing_key")
SPOKEN = Meaning(Kind.OPPOSITION, "spoken_refusal", confidence=Confidence.PROBABLE)  # as a machine understood it
REFUSALS = frozenset({TAGGED.reason, COMMENTED.reason, PRESSED.reason, SPOKEN.reason})
"""Why a call counts as one in which the person refused (D223-9)."""
UNTAGGED = Meaning(Kind.RELEASE, "dnc_untagged", Origin.ADMIN, Confidence.REVIEW)  # kept; only the person releases


def refusal_in(tags: Iterable[str], comments: Iterable[str], options: Mapping[str, Any]) -> Meaning | None:
    """``TAGGED`` or ``COMMENTED`` where a tag or a comment says that the person refused; None otherwise."""
    names = _names(options, "refusal_tags", REFUSAL_TAGS) | _names_for_all(options) | set(OURS)
    if any(plain(tag) in names for tag in tags):
        return TAGGED
    return COMMENTED if _is_spoken(names, comments) else None


def refused_on(tags: Iterable[str], comments: Iterable[str], options: Mapping[str, Any]) -> On:
    """What a refusal closes: everything where it says so, else calls."""
    names = _names_for_all(options)
    return On.ALL if any(plain(tag) in names for tag in tags) or _is_spoken(names, comments) else On.VOICE


def _names(options: Mapping[str, Any], setting: str, usual: Iterable[str]) -> set[str]:
    # A tag of nothing but punctuation would be found in every comment.
    return {plain(str(name)) for name in options.get(setting, usual)} - {""}


def _names_for_all(options: Mapping[str, Any]) -> set[str]:
    return _names(options, "refusal_tags_all", TAGS_FOR_ALL) | set(TAGS_FOR_ALL)


def _is_spoken(names: Iterable[str], comments: Iterable[str]) -> bool:
    # Blanks at both ends, so that a name is found as whole words only.
    spoken = [f" {plain(comment)} " for comment in comments]
    return any(f" {name} " in comment for name in names for comment in spoken)


def plain(text: str) -> str:
    """A name as it is compared: without case, accents and signs."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9]+", bare))
