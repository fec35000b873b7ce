"""Eight questions and their answers: from what a marketer knows to the tables of the settings.

Each answer is a source, in the mapping's own words, or the name of what was suggested. Verdicts are written only once
each suggested source of *oppositions* was taken or declined by name: what is overlooked here is what a company is fined
for. Whatever permits for many contacts at once is a declaration, with its evidence and its author.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from contactable.errors import SettingsError
from contactable.mapping.suggest import Suggestion, toml_value

TAKE, DECLINE = "take", "decline"


@dataclass(frozen=True, slots=True)
class Question:
    """One question of ``contactable init``; ``key`` is its name in a file of answers."""

    key: str
    fr: str
    en: str


QUESTIONS = (
    Question("oppositions", "Ces sources disent-elles un refus ?", "Do these sources say no?"),
    Question(
        "audience",
        "Qu'est-ce qui distingue un professionnel ? (une propriété, ou une table comme ci-dessous)",
        "What tells a professional? (a property, or a table as below)",
    ),
    Question(
        "trades",
        "Quels métiers vos offres concernent-elles ? (tous ; ou Achats, Maintenance)",
        "Which trades do your offers concern? (all; or Purchasing, Maintenance)",
    ),
    Question(
        "sector",
        "Un secteur interdit ? (energy_renovation, home_adaptation, training_account ; vide : aucun)",
        "A banned sector? (energy_renovation, home_adaptation, training_account; empty: none)",
    ),
    Question(
        "sale",
        "Où lit-on qu'une vente a eu lieu ? (une propriété, ou une table ; vide : comme le CRM l'écrit)",
        "Where does one read that a sale took place? (a property, or a table; empty: as the CRM writes it)",
    ),
    Question(
        "last_contact_on",
        "Quelles dates viennent de la personne ? (dernier_clic, dernier_achat ; vide : celles du CRM)",
        "Which dates come from the person? (last_click, last_order; empty: the CRM's own)",
    ),
    Question(
        "country",
        "Où lit-on le pays ? (une propriété ; vide : comme le CRM l'écrit)",
        "Where does one read the country? (a property; empty: as the CRM writes it)",
    ),
    Question("declare", "Qui a été informé, sur quelle preuve ?", "Who was told, on which evidence?"),
)
_KEYS = tuple(question.key for question in QUESTIONS)
SOURCES = ("audience", "sale", "last_contact_on", "country")
"""The questions whose answer is a source of the mapping."""
DEFAULT_COUNTRY = "default-country"
"""The name of the declaration of a country for whoever tells none."""
COUNTRY_OF_THE_OTHERS = Question(
    DEFAULT_COUNTRY,
    "contacts dont rien ne dit le pays : {without} sur {count} ; leur pays par défaut (FR ; vide : aucun)",
    "contacts that tell no country: {without} of {count}; their default country (FR; empty: none)",
)
"""Belongs to the question of the country, and is put where some contacts tell none."""
EVERYBODY = ("all", "tous", "tout le monde", "everybody")
"""What a person writes, plainly, in place of the names of forms."""
SHOWN = 3
"""Suggestions for one question."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What goes into the settings: ``[offers.main]``, ``[connectors.NAME.mapping]``, ``[[declare]]``."""

    main: dict[str, Any]
    mapping: dict[str, Any]
    declare: list[dict[str, Any]]

    @property
    def toml(self) -> tuple[str, str, str]:
        """The three as text, without the headers of the first two."""
        declared = ("[[declare]]\n" + _lines(each) for each in self.declare)
        return _lines(self.main), _lines(self.mapping), "\n".join(declared)


def told_at_collection(forms: str, evidence: str, by: str, on: date, number: int = 1) -> dict[str, Any]:
    """The declaration that whoever sent some forms (names joined by commas; ``all``: everybody) was told.

    ``number`` counts several of them: each has a name of its own.
    """
    about = {"all": True} if forms == "all" else {"form": [each.strip() for each in forms.split(",")]}
    facts = {"informed": "yes", "source": "person"}
    name = "told-at-collection" if number == 1 else f"told-at-collection-{number}"
    return {"name": name, **about, "facts": facts, "evidence": evidence, "by": by, "on": on}


def default_country(country: str, evidence: str, by: str, on: date) -> dict[str, Any]:
    """The declaration of the country of whoever's record and number tell none; ``country`` is a code."""
    return {
        "name": DEFAULT_COUNTRY,
        "all": True,
        "facts": {"country": country},
        "evidence": evidence,
        "by": by,
        "on": on,
    }


def tables_from_answers(answers: Mapping[str, Any], suggestions: Iterable[Suggestion]) -> Tables:
    """Turn answers into settings; raise ``SettingsError`` for an opposition that nobody took or declined."""
    if unknown := sorted(set(answers) - set(_KEYS)):
        raise SettingsError(f"`{unknown[0]}` is none of the questions: {', '.join(_KEYS)}.")
    mapping: dict[str, Any] = {key: answers[key] for key in SOURCES if key in answers}
    for column, source in _taken(answers.get("oppositions", {}), suggestions):
        mapping.setdefault(column, []).append(source)
    if declined := sorted(name for name, answer in answers.get("oppositions", {}).items() if answer == DECLINE):
        mapping["declined"] = declined
    main = {key: answers[key] for key in ("trades", "sector") if key in answers}
    return Tables(main, mapping, list(answers.get("declare", ())))


def name_of(suggestion: Suggestion) -> str:
    """The name under which a source is taken or declined: ``list:Ne pas appeler``, ``property:stop``."""
    source = suggestion.source
    if isinstance(source, str):
        return f"property:{source}"
    return f"list:{source['list']}" if "list" in source else f"property:{source['property']}"


def fitting_of(key: str, suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    """The first suggestions for the source that a question asks for, whose column has the question's name."""
    return [each for each in suggestions if key in SOURCES and each.column == key][:SHOWN]


def undecided(answers: Mapping[str, Any], suggestions: Iterable[Suggestion]) -> list[str]:
    """Name the suggested sources of oppositions that were neither taken nor declined."""
    decided = answers.get("oppositions", {})
    return sorted({name_of(each) for each in suggestions if each.opposition} - set(decided))


def _taken(decided: Mapping[str, str], suggestions: Iterable[Suggestion]) -> Iterable[tuple[str, Any]]:
    oppositions = [each for each in suggestions if each.opposition]
    for name, answer in decided.items():
        if answer not in (TAKE, DECLINE):
            raise SettingsError(f"oppositions: `{name}` is answered `{answer}`; write {TAKE} or {DECLINE}.")
    if missing := undecided({"oppositions": decided}, oppositions):
        raise SettingsError(f"`{missing[0]}` may hold people who said no: take it or decline it by name.")
    return [(each.column, each.source) for each in oppositions if decided[name_of(each)] == TAKE]


def _lines(table: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {toml_value(value)}\n" for key, value in table.items())
