"""What the console is given: the register, and what only the whole kit can do, as callables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from contactable.clock import Clock
from contactable.console.private.openid import Provider
from contactable.mapping.decisions import Approval, Decision
from contactable.mapping.portal import Portal
from contactable.mapping.suggest import Suggestion
from contactable.register import Register, Tx
from contactable.register.subjects import Identifier
from contactable.rules import Channel
from contactable.rules.labels import Language

Explanation = Any
"""``contactable.explaining.Explanation``: verdicts, whose each fact is, what happened, what was shown; no address."""

Explain = Callable[[Identifier, str, date | None, date | None], Explanation]
"""A person explained: for an offer, on a day (None: today), beside what was shown on another day (None: nothing)."""


@dataclass(frozen=True, slots=True)
class Work:
    """What the whole kit does for the console. ``by`` is always the name of the account that asks."""

    explain: Explain
    export: Callable[[str, Identifier, str, Language, date], str]  # "person" or "complaint", which came on that day
    find_named: Callable[[str, str], Sequence[Any]]  # connector, text: ``connectors.protocol.Named``, live from the CRM
    decisions: Callable[[Language], tuple[Sequence[Decision], Sequence[Approval], Mapping[str, str]]]  # effects by name
    approve: Callable[[Decision, str], None]
    questions: Callable[[Tx], Sequence[Any]]
    confirm: Callable[[str, str], None]
    annul: Callable[[str, str, str, str], None]  # question, reason, by, and on a shared line the person who refused
    clean: Callable[[Path, str, str, str, bool, str], Mapping[str, Any]]  # file, column, channel, offer, only, by
    status: Callable[[], Mapping[str, Any]]
    record_url: Callable[[str, str], str]  # connector, record id; empty where the CRM has no address for it


@dataclass(frozen=True, slots=True)
class First:
    """The first steps, while no CRM is connected: what ``contactable init`` does at a terminal."""

    choices: Callable[[], Mapping[str, str]]  # types of CRM, with their names
    settings: Callable[[str], Sequence[Any]]  # what must be known of one: ``connectors.protocol.Setting``
    is_secret: Callable[[Any], bool]
    draft: Callable[[], Any]  # ``first_steps.Draft``: what was answered so far, None before the key
    begin: Callable[[str, Mapping[str, str]], Sequence[Any]]  # type, its settings; what is wrong comes back
    look: Callable[[Any], tuple[Portal, Sequence[Suggestion]]]
    effect: Callable[[Portal, Any, Suggestion, date], tuple[Mapping[Channel, int], ...]]
    without_country: Callable[[Portal, Any, Mapping[str, str]], int]  # contacts that tell none, by answers as typed
    read: Callable[[str, str], Any]  # an answer that was typed to a question
    answer: Callable[[Any, Mapping[str, Any], bool], bool]  # whether the default country was asked; False: ask it
    looked: Callable[[str], None]  # the job of the dry run
    forget: Callable[[], None]


@dataclass(frozen=True, slots=True)
class ConsoleDoors:
    """An installation as the console sees it."""

    register: Callable[[], Register]
    clock: Clock
    language: Language
    secure: bool  # whether people reach it by https: cookies then go by nothing else
    origin: str  # scheme and host of the public address
    offers: Mapping[str, str]  # name, label
    connectors: Collection[str]
    searchable: Collection[str]  # of the connectors, those that find contacts by a name
    wake: Callable[[], None]
    work: Work
    first: First
    provider: Callable[[], Provider] | None = None  # the company's own login, where there is one
