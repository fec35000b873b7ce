"""Suggestions: what a CRM's own properties, lists and forms seem to say, for a person to take or to decline by name.

Names, labels and values are looked at, in French and English: "Ne pas contacter", "opt-out SMS", "sakari_opted_out",
"Newsletter", "RGPD". A guess opens nothing by itself: it is a line of TOML until somebody writes it into the settings.
Oppositions come first, for what they would have closed is what a company may be fined for.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from contactable.identifiers import mask_email
from contactable.mapping.columns import COLUMNS
from contactable.mapping.portal import Contact, Portal
from contactable.mapping.values import plain, read_date, read_yes_no

Source = str | dict[str, Any]  # as the settings write it
FEW_VALUES = 12  # so many different values are choices; more are what people typed, and are masked
_CHANNEL_WORDS = {
    "sms": re.compile(r"\bsms\b|texto|\bmms\b|sakari"),
    "email": re.compile(r"e-?mail|courriel|newsletter|mailing|infolettre"),
    "phone": re.compile(r"appel|telephon|\btel\b|phone|\bcalls?\b|demarch"),
    "post": re.compile(r"courrier(?! elec)|postal|catalogue papier"),
}
_OBJECTION = re.compile(
    r"ne (pas|plus|jamais) (\w+ )?(contacter|appeler|demarcher|solliciter|ecrire|relancer|envoyer)|\bdnc\b|\bstop\b|"
    r"do not (contact|call|e?mail|sms|text)|don.?t (contact|call)|opt(ed)? ?out|desinscri|desabonn|unsubscri|blacklist|"
    r"liste (noire|rouge)|oppos|refus|ne souhaite (pas|plus)|no (calls?|contact|marketing|e-?mails?|sms)|"
    r"exclu(re|sion)|plainte|complain"
)
_CONSENT = re.compile(
    r"opt(ed)? ?in|consent|accept|accord\b|autoris|souhaite recevoir|abonn|newsletter|inscri|rgpd|gdpr"
)
_OPENING = re.compile(r"ouvert|\bopen")  # the opening of an e-mail proves nothing
_COMPANY = re.compile(r"^associatedcompanyid\b")
_FACTS = [
    (_COMPANY, "audience"),
    (re.compile(r"bloctel"), "bloctel"),
    (re.compile(r"robinson"), "robinson"),
    (re.compile(r"\bpays\b|country"), "country"),
    (re.compile(r"type (de )?(client|contact|compte|prospect)|\bb2b\b|\bb2c\b|particulier|audience"), "audience"),
    (
        re.compile(r"(dern|last|recent).*(clic|repons|repl|commande|order|achat|purchase|rendez|meeting|conver)"),
        "last_contact_on",
    ),
    (re.compile(r"fonction|\bposte\b|metier|job ?title|profession"), "trade"),
    (re.compile(r"(produit|gamme|categorie|product).*(achet|command|bought|purchas)|achats?\b"), "bought"),
    (re.compile(r"contrat (en cours|actif)|active contract"), "contract"),
    (re.compile(r"code postal|\bzip\b|postal code"), "postcode"),
]
_AUDIENCES = {
    "consumer": re.compile(r"particulier|b2c|consumer|individu|prive"),
    "professional": re.compile(r"\bpro|b2b|entreprise|societe|company|business|artisan"),
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One proposed source: the column it would feed, the source as TOML, what it was told by, and whom it is about.

    ``opposition``: it closes; such a one is taken or declined by name before anything is written.
    """

    column: str
    source: Source
    why: str
    contacts: int
    examples: tuple[str, ...] = ()
    note: str = ""

    @property
    def opposition(self) -> bool:
        """Whether it can only close."""
        return self.column in COLUMNS and COLUMNS[self.column].forbids

    @property
    def toml(self) -> str:
        """The line for ``[connectors.NAME.mapping]``."""
        return f"{self.column} = {toml_value(self.source)}"


@dataclass(slots=True)
class Seen:
    """What was seen of one property: how often it is filled, and its values as long as they are few."""

    filled: int = 0
    values: Counter[str] = field(default_factory=Counter)

    @property
    def are_choices(self) -> bool:
        """Whether so few different values are there that somebody must have chosen among them."""
        return len(self.values) <= FEW_VALUES


def suggest(portal: Portal, mapped: Iterable[str] = (), lists: Iterable[str] = ()) -> tuple[Suggestion, ...]:
    """Propose sources, oppositions first, then by the number of contacts.

    ``mapped`` properties and ``lists`` are left out: the mapping reads them already.
    """
    seen = look_at(portal.contacts)
    left_out = set(mapped)
    found = [
        suggestion
        for name, each in seen.items()
        if name not in left_out and each.filled
        for suggestion in _of_property(name, _words(name, portal.labels.get(name, "")), each, seen)
    ]
    dates = [each.source["at"] for each in found if isinstance(each.source, dict) and "at" in each.source]
    found = [each for each in found if each.source not in dates]  # a date that goes with a box tells nothing more
    read = {plain(name) for name in lists}
    found += [each for name, size in portal.lists.items() if plain(name) not in read for each in _of_list(name, size)]
    return tuple(sorted(found, key=lambda each: (not each.opposition, -each.contacts, each.column)))


def look_at(contacts: Sequence[Contact]) -> dict[str, Seen]:
    """Look at every property of every contact; values are remembered until they are too many to be choices."""
    seen: dict[str, Seen] = {}
    for contact in contacts:
        for name, text in contact.properties.items():
            if text and (text := text.strip()):
                each = seen.setdefault(name, Seen())
                each.filled += 1
                if each.are_choices or text in each.values:
                    each.values[text] += 1
    return seen


def _words(name: str, label: str) -> str:
    """The words of a name: the dashes of codes ("ne-pas-appeler") part them, that of "e-mail" does not."""
    words = plain(re.sub(r"(?<=[a-z])(?=[A-Z])|[_.]", " ", f"{name} {label}"))
    return re.sub(r"(?<=[a-z]{2})-(?=[a-z])", " ", words)


def _of_property(name: str, words: str, each: Seen, seen: Mapping[str, Seen]) -> Iterator[Suggestion]:
    examples = tuple(masked(value, choices=each.are_choices) for value, _ in each.values.most_common(3))
    # An objection is looked for first: "refuse newsletter" is no consent.
    if objection := _OBJECTION.search(words):
        for column, source in _objection(name, words, each, seen):
            yield Suggestion(column, source, f"“{objection[0]}”", each.filled, examples)
        return
    for pattern, column in _FACTS:
        if (told := pattern.search(words)) and not _OPENING.search(words):
            yield Suggestion(column, _fact(name, column, each), f"“{told[0]}”", each.filled, examples)
            return
    if (consent := _CONSENT.search(words)) and not _OPENING.search(words):
        for channel in _channels(words) or ["email"]:
            source, note = _consent(name, each, seen)
            yield Suggestion(f"consent_{channel}_on", source, f"“{consent[0]}”", each.filled, examples, note)


def _objection(name: str, words: str, each: Seen, seen: Mapping[str, Seen]) -> Iterator[tuple[str, Source]]:
    """An objection is bound to the channels that its name tells, or that its choices tell, or to all of them."""
    named = _channels(words)
    parts = {part.strip() for value in each.values for part in value.split(";")} if each.are_choices else set()
    if not named and any(_channels(plain(part)) for part in parts):
        for part in sorted(parts):
            for column in _opposed(_channels(plain(part)) or ["all"]):
                yield column, {"property": name, "contains": part}
        return
    beside = _date_beside(name, each, seen)
    for column in _opposed(named or ["all"]):
        yield column, {"property": name, "at": beside} if beside else name


def _opposed(channels: Iterable[str]) -> Iterator[str]:
    """Whoever refuses calls refuses those of a machine."""
    for channel in channels:
        yield f"opposed_{channel}_on"
        if channel == "phone":
            yield "opposed_robocall_on"


def _channels(words: str) -> list[str]:
    return [channel for channel, pattern in _CHANNEL_WORDS.items() if pattern.search(words)]


def _fact(name: str, column: str, each: Seen) -> Source:
    if column != "audience":
        return name
    if _COMPANY.search(_words(name, "")):
        return {"property": name, "filled": "professional"}
    told = {
        value: audience
        for value in each.values
        for audience, pattern in _AUDIENCES.items()
        if pattern.search(plain(value))
    }
    return {"property": name, "values": told}


def _consent(name: str, each: Seen, seen: Mapping[str, Seen]) -> tuple[Source, str]:
    if _are_dates(each):
        return name, ""
    if beside := _date_beside(name, each, seen):
        return {"property": name, "at": beside}, ""
    return name, "no date beside it: on its own it opens nothing"


def _date_beside(name: str, each: Seen, seen: Mapping[str, Seen]) -> str:
    """Find the date that goes with a box: ``newsletter`` and ``newsletter_date``, ``date_newsletter``, ``…_le``."""
    if not all(read_yes_no(value).value for value in each.values):
        return ""
    beside = (f"{name}_date", f"date_{name}", f"{name}_on", f"{name}_at", f"{name}_le", f"{name} date", f"Date {name}")
    return next((other for other in beside if other in seen and _are_dates(seen[other])), "")


def _are_dates(each: Seen) -> bool:
    return bool(each.values) and all(read_date(value).value for value in each.values)


def _of_list(name: str, size: int) -> Iterator[Suggestion]:
    words = _words(name, "")
    if told := _OBJECTION.search(words):
        for column in _opposed(_channels(words) or ["all"]):
            yield Suggestion(column, {"list": name}, f"“{told[0]}”", size)


def masked(value: str, *, choices: bool) -> str:
    """Show an example: choices and dates as they are, an address masked, of anything else the first letter."""
    if "@" in value:
        return mask_email(value)
    if choices and not re.search(r"\d{6}", value):
        return value
    return value if read_date(value).value else f"{value[:1]}***"


def toml_value(value: Any) -> str:
    """Write a value as TOML does: JSON's texts are TOML's, and a table in one line has ``=``."""
    if isinstance(value, dict):
        inside = ", ".join(f"{_key(key)} = {toml_value(each)}" for key, each in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        return f"[{', '.join(toml_value(each) for each in value)}]"
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)
