"""The first settings file: the template, filled with what ``init`` was told and what its questions were answered."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from contactable.connectors import find, mapping_of
from contactable.errors import SettingsError
from contactable.mapping import Mapping as FactMapping
from contactable.mapping import OfferSettings, declarations_from_settings, map_record, offers_from_settings
from contactable.mapping.coverage import Setup, difference
from contactable.mapping.portal import Portal
from contactable.mapping.questions import SOURCES, Tables
from contactable.mapping.suggest import Suggestion
from contactable.mapping.values import plain
from contactable.rules import Channel

NOTHING = Tables({}, {}, [])
"""The answers of who was asked nothing."""
_NOTHING = frozenset({"", "-", "rien", "aucun", "aucune", "nothing", "none"})
_ALL = frozenset({"all", "tous", "toutes"})
_TOML = {"{": '{ property = "name" }', "[": '["one", "another"]', '"': '"name"'}
"""What begins a value of TOML, with an example."""


@dataclass(frozen=True, slots=True)
class FirstCrm:
    """The CRM that is connected first: its type, which is its name too, and the options of its connector."""

    type: str
    options: Mapping[str, Any]
    unsubscribe: bool | None = None  # None where it has no unsubscribe of its own

    def mapping(self, table: Mapping[str, Any], offers: Iterable[OfferSettings] = ()) -> FactMapping:
        """What its records mean under a mapping table; raises ``SettingsError``."""
        return FactMapping.from_settings(table, crm=self.type, shipped=mapping_of(self.type), offers=offers)

    @property
    def toml(self) -> str:
        """Its table of the settings."""
        options = "".join(f"{name} = {json.dumps(value)}\n" for name, value in self.options.items())
        if self.unsubscribe is not None:
            options += f"unsubscribe = {json.dumps(self.unsubscribe)}  # also in the CRM itself, whoever objects\n"
        return f'[connectors.{self.type}]\ntype = "{self.type}"\n{options}'

    def endpoint(self, public_url: str) -> str:
        """The table of its webhooks; a comment where their secret is still to be made."""
        if not find(self.type).CAPABILITIES.webhooks:
            return ""
        table = [
            f"[endpoints.{self.type}]              # {public_url}/hooks/{self.type}",
            f'provider = "{self.type}"',
            f'connector = "{self.type}"',
        ]
        if self.type == "hubspot":
            return "\n".join([*table, 'secrets = ["env:HUBSPOT_CLIENT_SECRET"]', ""])
        table.append(f'path_secret = "env:{self.type.upper()}_WEBHOOK_SECRET"   # see docs/providers/{self.type}.md')
        return "".join(f"# {line}\n" for line in table)


def fill(*, public_url: str, crm: FirstCrm | None, language: str, tables: Tables = NOTHING) -> str:
    """Give the text of the file; raise ``SettingsError`` where an answer makes no settings that are understood.

    Without a CRM the console's first steps connect one.
    """
    _check(crm, tables)
    offer, _, declare = tables.toml
    template = resources.files("contactable").joinpath("templates/contactable.toml").read_text(encoding="utf-8")
    public_url = public_url.rstrip("/")
    text = template.format(
        public_url=public_url,
        crm=f"{_connected(crm, tables)}\n{crm.endpoint(public_url)}" if crm else _FIRST_STEPS.format(public_url),
        language=language,
        offer=offer,
        declare=f"\n{declare}" if declare else "",
    )
    tomllib.loads(text)
    return text


def with_crm(text: str, crm: FirstCrm, tables: Tables) -> str:
    """Add a CRM and the answers to settings that have none; all else stays as it was written."""
    _check(crm, tables)
    offer, _, declare = tables.toml
    header = re.search(r"^\[offers\.main\][^\n]*\n", text, re.MULTILINE)
    if header:
        text = text[: header.end()] + offer + text[header.end() :]
    elif offer:
        text += f"\n[offers.main]\n{offer}"
    return f"{text.rstrip()}\n\n{_connected(crm, tables)}\n{declare}".rstrip() + "\n"


def _connected(crm: FirstCrm, tables: Tables) -> str:
    return f"{crm.toml}\n[connectors.{crm.type}.mapping]     {_MAPPING}\n{tables.toml[1]}"


_MAPPING = "# which property holds which fact: see docs/mapping.md and `contactable mapping suggest`"
_FIRST_STEPS = "# The console connects a CRM: {}/console/first-steps"


def _check(crm: FirstCrm | None, tables: Tables) -> None:
    offers = offers_from_settings({"main": tables.main})
    if crm:
        crm.mapping(tables.mapping, offers.values())
    declarations_from_settings(tables.declare)


def read_answers(path: Path) -> dict[str, Any]:
    """Read a file of answers (TOML); raise ``SettingsError`` naming it."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as answers: {error}.") from None


def read_answer(text: str) -> Any:
    """Understand an answer that was typed: TOML, or else the name of a property.

    Raises ``SettingsError`` for a table, a list or a text that was begun as TOML and is none.
    """
    text = text.strip()
    try:
        return tomllib.loads(f"answer = {text}")["answer"]
    except tomllib.TOMLDecodeError as error:
        if text.startswith(tuple(_TOML)):
            raise SettingsError(f"{text} cannot be read ({error}); written like {_TOML[text[0]]}") from None
        return text


def read_typed(key: str, text: str) -> Any:
    """Understand what a person typed to a question: as ``read_answer``, or names joined by commas, or nothing."""
    text = text.strip()
    if plain(text) in _NOTHING:
        return ""
    if text.startswith(tuple(_TOML)):
        return read_answer(text)
    if key == "trades" and plain(text) in _ALL:
        return "all"
    names = [each.strip() for each in text.split(",") if each.strip()]
    if key == "trades":
        return names
    return names if key in SOURCES and len(names) > 1 else text


def check(crm: FirstCrm, key: str, answer: Any) -> None:
    """Raise ``SettingsError`` where the answer to one question makes no settings that are understood."""
    offers = offers_from_settings({"main": {} if key in SOURCES else {key: answer}})
    if key in SOURCES:
        crm.mapping({key: answer}, offers.values())


def without_country(crm: FirstCrm, portal: Portal, answers: Mapping[str, Any]) -> int:
    """How many of the contacts that were looked at tell no country, by what was answered so far."""
    mapping = crm.mapping({key: answers[key] for key in SOURCES if key in answers})
    read = (map_record(each.id, each.properties, mapping).facts for each in portal.contacts)
    return sum(not ("country" in facts and facts["country"].value) for facts in read)


def effect(
    crm: FirstCrm, portal: Portal, suggestion: Suggestion, answers: Mapping[str, Any], on: date
) -> tuple[Counter[Channel], ...]:
    """How many of the contacts that were looked at a suggestion opens, and closes, beside what was answered so far."""
    sources = {key: answers[key] for key in SOURCES if key in answers}
    offer = offers_from_settings({"main": {"trades": answers["trades"]} if "trades" in answers else {}})["main"]
    before = crm.mapping(sources, [offer])
    after = crm.mapping({**sources, suggestion.column: suggestion.source}, [offer])
    return difference(portal.contacts, Setup(before, offer, on), Setup(after, offer, on))
