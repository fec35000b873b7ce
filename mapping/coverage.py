"""How far the facts reach: which fact comes from where, for how many contacts, and what missing ones keep closed.

The figures answer three questions of a marketer. How many contacts may be approached where? Which one fact, or which
declaration, would open how many more? What do the sources contradict each other about?
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from contactable.mapping.declarations import Declaration
from contactable.mapping.definition import Mapping
from contactable.mapping.facts import REGISTER, facts_of, sources_of_facts, verdicts_of
from contactable.mapping.offers import OfferSettings
from contactable.mapping.portal import Contact
from contactable.mapping.records import Facts, Mapped, map_record
from contactable.mapping.sources import Sourced
from contactable.mapping.standing import in_force_on
from contactable.rules import DEFAULT_READINGS, Channel, Readings, Reason, Verdict, decide

FOR_A_MISSING_FACT = frozenset(
    {
        Reason.PLACE_UNKNOWN,
        Reason.LAST_CONTACT_UNKNOWN,
        Reason.INFORMATION_REQUIRED,
        Reason.CONSENT_UNPROVED,
        Reason.CONSENT_INCOMPLETE,
    }
)


AT_ONCE = 500
"""Contacts that the register is asked about together."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a register knows of one contact for one offer: what ``facts_of`` takes, and what other records show."""

    values: Table[str, Any]
    own_consents: Collection[str] = ()
    elsewhere: Table[str, Sourced] = field(default_factory=dict)


Ask = Callable[[Sequence[Mapped]], Sequence[Known | None]]
"""Gives for each record what the register knows of it, None where it knows nothing."""


@dataclass(slots=True)
class Coverage:
    """The figures, in contacts. ``verdicts`` count (channel, reason); ``would_open`` (columns, channel);
    ``opened_by`` (declaration, channel); ``facts`` (column, source); ``warnings`` their codes;
    ``in_register`` are those of whom the register knows something.
    """

    contacts: int = 0
    in_register: int = 0
    facts: Counter[tuple[str, str]] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[tuple[Channel, Reason]] = field(default_factory=Counter)
    would_open: Counter[tuple[tuple[str, ...], Channel]] = field(default_factory=Counter)
    opened_by: Counter[tuple[str, Channel]] = field(default_factory=Counter)

    @property
    def closed_for_missing_fact_share(self) -> float:
        """The share of all verdicts that are closed only because a fact is missing."""
        missing = sum(count for (_, reason), count in self.verdicts.items() if reason in FOR_A_MISSING_FACT)
        return missing / max(sum(self.verdicts.values()), 1)

    def known(self, column: str) -> int:
        """How many contacts have this fact, from whatever source."""
        return sum(count for (name, _), count in self.facts.items() if name == column)

    def open_on(self, channel: Channel) -> int:
        """How many contacts may be approached on this channel."""
        return sum(count for (each, reason), count in self.verdicts.items() if each is channel and reason.opens)


@dataclass(frozen=True, slots=True)
class Setup:
    """What decides: the mapping, the offer, the declarations, the readings, and the day that is asked about."""

    mapping: Mapping
    offer: OfferSettings
    on: date
    declarations: Sequence[Declaration] = ()
    readings: Readings = DEFAULT_READINGS

    def __post_init__(self) -> None:
        """Leave out the declarations that do not hold on that day."""
        object.__setattr__(self, "declarations", in_force_on(self.declarations, self.on))

    def verdicts(self, facts: Facts, known: Known | None = None) -> dict[Channel, Verdict]:
        """Decide one contact by what the CRM says of it, and by what the register does where it was asked."""
        if known is None:
            return verdicts_of(facts, self.offer, self.on, self.readings)
        told = facts_of({**facts, **known.elsewhere}, self.offer, known.values, own_consents=known.own_consents)
        return decide(told, self.offer.offer, self.on, self.readings)

    def sources(self, facts: Facts, known: Known) -> dict[str, Sourced]:
        """The facts of a contact with those that the register tells, each with its source."""
        every = {**facts, **known.elsewhere}
        told = sources_of_facts(every, self.offer, known.values, own_consents=known.own_consents)
        return {**every, **{name: Sourced(*fact) for name, fact in told.items() if fact[1] == REGISTER}}

    def mapped(self, contact: Contact) -> Mapped:
        """Read one contact."""
        return map_record(
            contact.id,
            contact.properties,
            self.mapping,
            lists=contact.lists,
            forms=contact.forms,
            outcomes=contact.outcomes,
            declarations=self.declarations,
        )


def coverage(contacts: Iterable[Contact], setup: Setup, ask: Ask | None = None) -> Coverage:
    """Count, in one pass over the contacts; ``ask`` tells what the register knows of them."""
    found, left = Coverage(), iter(contacts)
    while page := [setup.mapped(contact) for contact in islice(left, AT_ONCE)]:
        for mapped, known in zip(page, ask(page) if ask else [None] * len(page), strict=True):
            _count(found, mapped, known, setup)
    return found


def _count(found: Coverage, mapped: Mapped, known: Known | None, setup: Setup) -> None:
    verdicts = setup.verdicts(mapped.facts, known)
    facts = mapped.facts if known is None else setup.sources(mapped.facts, known)
    found.contacts += 1
    found.in_register += known is not None
    found.warnings.update(mapped.warnings)
    found.facts.update((name, fact.source) for name, fact in facts.items() if fact.value)
    for channel, verdict in verdicts.items():
        found.verdicts[channel, verdict.reason] += 1
        if verdict.advice:
            found.would_open[verdict.advice, channel] += 1
    _count_declared(found, mapped.facts, known, verdicts, setup)


def difference(contacts: Iterable[Contact], before: Setup, after: Setup) -> tuple[Counter[Channel], Counter[Channel]]:
    """Count the contacts that open and that close, by channel, when one set-up takes the place of another."""
    opened: Counter[Channel] = Counter()
    closed: Counter[Channel] = Counter()
    for contact in contacts:
        old, new = before.verdicts(before.mapped(contact).facts), after.verdicts(after.mapped(contact).facts)
        for channel in Channel:
            if old[channel].allowed != new[channel].allowed:
                (opened if new[channel].allowed else closed)[channel] += 1
    return opened, closed


def _count_declared(
    found: Coverage, facts: Facts, known: Known | None, verdicts: dict[Channel, Verdict], setup: Setup
) -> None:
    """Count what each declaration opened: what would be closed again without it."""
    # What is closed with its declarations is closed without them: no need to decide again.
    if not any(verdict.allowed for verdict in verdicts.values()):
        return
    names = {fact.source for fact in facts.values() if fact.source.startswith("declaration:")}
    for name in names:
        without = setup.verdicts({column: fact for column, fact in facts.items() if fact.source != name}, known)
        for channel, verdict in verdicts.items():
            if verdict.allowed and not without[channel].allowed:
                found.opened_by[name.removeprefix("declaration:"), channel] += 1


def fallen(before: Coverage, now: Coverage, *, most: float = 0.2) -> dict[str, tuple[float, float]]:
    """Name the facts whose share of contacts fell by more than ``most`` since last time: 81% → 0% is no accident."""
    columns = {name for name, _ in before.facts}
    shares = {
        name: (before.known(name) / max(before.contacts, 1), now.known(name) / max(now.contacts, 1)) for name in columns
    }
    return {name: (old, new) for name, (old, new) in sorted(shares.items()) if old - new > most}
