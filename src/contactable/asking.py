"""The questions of ``contactable init``, put to a person one after the other, in French or English.

Each answer is looked at when it is given: one that is wrong is refused at once, with what to do, and asked again. Each
is kept as soon as it is right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from babel.numbers import format_decimal

from contactable.agreeing import DECIDED, agreed
from contactable.asking_words import WORDS
from contactable.clock import utc_now
from contactable.console.site.sentences import in_words
from contactable.errors import SettingsError
from contactable.first_settings import check, effect, read_typed, without_country
from contactable.mapping.countries import country_code
from contactable.mapping.definition import absent_sources
from contactable.mapping.questions import (
    COUNTRY_OF_THE_OTHERS,
    DECLINE,
    DEFAULT_COUNTRY,
    EVERYBODY,
    QUESTIONS,
    SOURCES,
    TAKE,
    default_country,
    fitting_of,
    name_of,
    told_at_collection,
)
from contactable.mapping.suggest import toml_value
from contactable.mapping.values import plain
from contactable.rules.calendar import paris_day
from contactable.rules.labels import label

if TYPE_CHECKING:
    from contactable.first_settings import FirstCrm
    from contactable.kept_answers import KeptAnswers
    from contactable.mapping.portal import Portal
    from contactable.mapping.suggest import Suggestion
    from contactable.rules.labels import Language


@dataclass(frozen=True, slots=True)
class Interview:
    """Asks one person. ``folder`` is where files of evidence are looked for."""

    crm: FirstCrm
    portal: Portal
    suggestions: tuple[Suggestion, ...]
    kept: KeptAnswers
    language: Language
    folder: Path

    def ask(self) -> dict[str, Any]:
        """Put the questions that are still to be answered, and give all answers."""
        for question in QUESTIONS:
            click.secho(question.fr if self.language == "fr" else question.en, bold=True, err=True)
            if question.key == "oppositions":
                self._oppositions()
            elif question.key == "declare":
                self._declarations()
            elif self.kept.has(question.key) and self._is_right(question.key):
                self._say("kept", answer=toml_value(self.kept.answers.get(question.key, "")))
            else:
                self.kept.answered(question.key, self._one(question.key))
            if question.key == "country":
                self._default_country()
        return self.kept.answers

    def _oppositions(self) -> None:
        decided: dict[str, str] = self.kept.answers.get("oppositions", {})
        by_name: dict[str, list[Suggestion]] = {}
        for each in self.suggestions:
            if each.opposition:
                by_name.setdefault(name_of(each), []).append(each)
        if not by_name:
            self._say("none")
        for name, several in by_name.items():
            for each in several:
                self._show(each)
            if decided.get(name) in (TAKE, DECLINE):
                self._say("kept", answer=f"{name} = {decided[name]}")
            else:
                decided = {**decided, name: self._until_right(f"{name} ({self._word('choice')})", self._decision)}
                self.kept.answered("oppositions", decided)

    def _decision(self, text: str) -> str:
        if plain(text) not in DECIDED:
            raise SettingsError(self._word("choose"))
        return TAKE if DECIDED[plain(text)] else DECLINE

    def _one(self, key: str) -> Any:
        fitting = fitting_of(key, self.suggestions)
        for each in fitting:
            self._show(each)
        default = toml_value(fitting[0].source) if fitting else ""
        prompt = f"{key} ({self._word('nothing')})" if default else key
        return self._until_right(prompt, lambda text: self._read(key, text), default)

    def _read(self, key: str, text: str) -> Any:
        answer = read_typed(key, text)
        if answer not in ("", None, []):
            check(self.crm, key, answer)
            self._refuse_absent(key, answer)
        return answer

    def _is_right(self, key: str) -> bool:
        """Whether what was kept is still an answer: somebody may have edited the file."""
        if key in self.kept.passed:
            return True
        try:
            check(self.crm, key, self.kept.answers[key])
        except SettingsError as error:
            self._say("wrong", why=in_words(error, self.language))
            return False
        return True

    def _refuse_absent(self, key: str, answer: Any) -> None:
        """A name that is nowhere is a slip of the pen, unless somebody says that it is not."""
        names = self.portal.names
        if key not in SOURCES or not names:
            return
        there = {"lists": tuple(self.portal.lists), "forms": tuple(form.name for form in self.portal.forms)}
        for absent in absent_sources({key: answer}, properties=names, **there):
            kind, _, name = absent.removeprefix(f"{key}: ").partition(":")
            what = self._word(kind, name=name)
            near = get_close_matches(name, {"list": there["lists"], "form": there["forms"]}.get(kind, names), n=3)
            told = self._word("near", names=", ".join(near)) if near else ""
            if not agreed(self._word("doubtful", what=what, near=told), self.language, default=False):
                raise SettingsError(self._word("absent", what=what, near=told))

    def _default_country(self) -> None:
        """Belongs to the question of the country: what nothing tells of a contact is declared, or stays unknown."""
        declared: list[dict[str, Any]] = list(self.kept.answers.get("declare", ()))
        if DEFAULT_COUNTRY in (*self.kept.passed, *(each["name"] for each in declared)):
            return
        without = without_country(self.crm, self.portal, self.kept.answers)
        if not without:
            return
        question = COUNTRY_OF_THE_OTHERS.fr if self.language == "fr" else COUNTRY_OF_THE_OTHERS.en
        prompt = question.format(without=self._number(without), count=self._number(len(self.portal.contacts)))
        country = self._until_right(prompt, self._country)
        if country:
            self.kept.answered("declare", [*declared, default_country(country, *self._signed())])
        else:
            self.kept.answered(DEFAULT_COUNTRY, "")

    def _country(self, text: str) -> str:
        code = country_code(plain(text))
        if text and not code:
            raise SettingsError(self._word("no_country", name=text))
        return code

    def _declarations(self) -> None:
        declared: list[dict[str, Any]] = list(self.kept.answers.get("declare", ()))
        if self.kept.has("declare"):
            told = [each["name"] for each in declared if each["name"] != DEFAULT_COUNTRY]
            if told or "declare" in self.kept.passed:
                self._say("kept", answer=", ".join(told) or '""')
        while "declare" not in self.kept.passed:
            forms = self._until_right(self._word("forms"), self._forms)
            if not forms:
                self.kept.answered("declare", "")
                return
            number = sum(each["name"] != DEFAULT_COUNTRY for each in declared) + 1
            declared = [*declared, told_at_collection(forms, *self._signed(), number)]
            self.kept.answered("declare", declared)

    def _signed(self) -> tuple[str, str, date]:
        """Ask for the evidence of a declaration and its author; it is signed today."""
        evidence = self._until_right(self._word("evidence"), self._not_blank)
        if Path(evidence).suffix and " " not in evidence and not (self.folder / evidence).is_file():
            self._say("no_file", name=evidence)
        by = self._until_right(self._word("by"), self._not_blank)
        return evidence, by, paris_day(utc_now())

    def _not_blank(self, text: str) -> str:
        if not text:
            raise SettingsError(self._word("blank"))
        return text

    def _forms(self, text: str) -> str:
        if plain(text) in EVERYBODY:
            return "all"
        known = [form.name for form in self.portal.forms]
        for name in (each.strip() for each in text.split(",") if known and each.strip()):
            if "*" not in name and plain(name) not in map(plain, known):
                raise SettingsError(self._word("no_form", name=name, names=", ".join(known)))
        return ", ".join(each.strip() for each in text.split(",") if each.strip())

    def _until_right(self, prompt: str, read: Callable[[str], Any], default: str = "") -> Any:
        while True:
            text = click.prompt(prompt, default=default, show_default=bool(default), err=True)
            try:
                return read(text.strip())
            except SettingsError as error:
                self._say("wrong", why=in_words(error, self.language))

    def _show(self, each: Suggestion) -> None:
        """One suggestion: its line, whom it is about, and what it would open or close."""
        opened, closed = effect(self.crm, self.portal, each, self.kept.answers, paris_day(utc_now()))
        told = [f"+{count} {label(channel, self.language)}" for channel, count in opened.items()]
        told += [f"-{count} {label(channel, self.language)}" for channel, count in closed.items()]
        examples = f" ; {', '.join(each.examples)}" if each.examples else ""
        of = self._word("of", count=self._number(len(self.portal.contacts)))
        does = f" ; {of}{', '.join(told)}" if told else ""
        contacts = self._word("contacts", count=self._number(each.contacts))
        click.echo(f"  {each.toml}   # {contacts}{examples}{does}", err=True)

    def _number(self, number: int) -> str:
        return format_decimal(number, locale=self.language)

    def _say(self, word: str, **said: object) -> None:
        click.echo(self._word(word, **said), err=True)

    def _word(self, word: str, **said: object) -> str:
        return WORDS[self.language][word].format(**said)
