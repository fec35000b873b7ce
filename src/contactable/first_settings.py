"""The first settings file: the template, filled with what ``init`` was told and what its questions were answered."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Mapping
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from contactable.errors import SettingsError
from contactable.mapping import Mapping as FactMapping
from contactable.mapping import declarations_from_settings, offers_from_settings
from contactable.mapping.coverage import Setup, difference
from contactable.mapping.portal import Portal
from contactable.mapping.questions import SOURCES, Tables
from contactable.mapping.suggest import Suggestion
from contactable.rules import Channel

NOTHING = Tables({}, {}, [])
"""The answers of who was asked nothing."""


def fill(*, public_url: str, token: str, language: str, address: str = "", tables: Tables = NOTHING) -> str:
    """Give the text of the file; raise ``SettingsError`` where an answer makes no settings that are understood."""
    offers = offers_from_settings({"main": tables.main})
    FactMapping.from_settings(tables.mapping, offers=offers.values())
    declarations_from_settings(tables.declare)
    offer, mapping, declare = tables.toml
    template = resources.files("contactable").joinpath("templates/contactable.toml").read_text(encoding="utf-8")
    text = template.format(
        public_url=public_url.rstrip("/"),
        token=token,
        language=language,
        address=f"base_url = {json.dumps(address)}\n" if address else "",
        offer=offer,
        mapping=mapping,
        declare=f"\n{declare}" if declare else "",
    )
    tomllib.loads(text)
    return text


def read_answers(path: Path) -> dict[str, Any]:
    """Read a file of answers (TOML); raise ``SettingsError`` naming it."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as answers: {error}.") from None


def read_answer(text: str) -> Any:
    """Understand an answer that was typed: TOML, or else the name of a property."""
    try:
        return tomllib.loads(f"answer = {text}")["answer"]
    except tomllib.TOMLDecodeError:
        return text.strip()


def effect(
    portal: Portal, suggestion: Suggestion, answers: Mapping[str, Any], on: date
) -> tuple[Counter[Channel], ...]:
    """How many of the contacts that were looked at a suggestion opens, and closes, beside what was answered so far."""
    sources = {key: answers[key] for key in SOURCES if key in answers}
    offer = offers_from_settings({"main": {"trades": answers["trades"]} if "trades" in answers else {}})["main"]
    before = FactMapping.from_settings(sources, offers=[offer])
    after = FactMapping.from_settings({**sources, suggestion.column: suggestion.source}, offers=[offer])
    return difference(portal.contacts, Setup(before, offer, on), Setup(after, offer, on))
