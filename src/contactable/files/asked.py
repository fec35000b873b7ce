"""What the command line asks, in the words of the rules: a day or moment, readings, an offer, pairs of NAME=VALUE."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from contactable.errors import Malformed, SettingsError
from contactable.files.columns import COLUMNS
from contactable.files.values import PARIS, Unreadable, read_cell, read_moment, shown
from contactable.rules import DEFAULT_READINGS, DOUBTS, Readings

MAIN_OFFER = "main"
# What an offer of the settings says in the contact file's words; the rest of it is the mapping's.
OFFER_COLUMNS = ("purpose", "sector")


def today() -> date:
    """Today in Europe/Paris."""
    return datetime.now(PARIS).date()


def day_or_moment(text: str) -> date:
    """A day, or a date-time (Europe/Paris where no zone is given); raise ``Malformed`` otherwise."""
    found = read_moment(text)
    if found is None:
        raise Malformed(f"{shown(text)} is neither a day (YYYY-MM-DD) nor a date-time (YYYY-MM-DDThh:mm:ss).")
    return found


def pairs(option: str, texts: Iterable[str]) -> list[tuple[str, str]]:
    """Split ``NAME=VALUE``; raise ``Malformed`` where there is no ``=``."""
    found = [text.partition("=") for text in texts]
    if not all(sign for _, sign, _ in found):
        raise Malformed(f"{option} takes NAME=VALUE.")
    return [(name.strip(), value.strip()) for name, _, value in found]


def readings_from(texts: Iterable[str]) -> Readings:
    """The readings that ``--reading NAME=VALUE`` set, the others as they are by default."""
    given = dict(pairs("--reading", texts))
    # Readings are given on purpose and one by one: the settings' own are for the CRM, not for a file tried out.
    names = [doubt.name for doubt in DOUBTS]
    unknown = next((name for name in given if name not in names), None)
    if unknown is not None:
        raise Malformed(f"{shown(unknown)} is no reading; there are {', '.join(names)}.")
    return Readings(**{name: given.get(name, getattr(DEFAULT_READINGS, name)) for name in names})


def offer_values(offers: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
    """Purpose and sector of an offer of the settings; ``main`` is always there."""
    if name not in offers and name != MAIN_OFFER:
        raise SettingsError(f"[offers.{name}] is not in the settings; there are {', '.join(offers) or MAIN_OFFER}.")
    values = {}
    for column in OFFER_COLUMNS:
        value = read_cell(COLUMNS[column], str(offers.get(name, {}).get(column, "")))
        if isinstance(value, Unreadable):
            raise SettingsError(f"[offers.{name}] {column}: {value.message}.")
        values[column] = value
    return values
