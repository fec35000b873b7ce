"""A contact that is being invented: who it is and where, before a profile tells its story."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from contactable.sandbox.names import ABROAD, FIRST, LAST, OVERSEAS, PLACES, STREETS, TRADES, Numbers, domain, plain
from contactable.sandbox.population import Person

DAY = 86_400_000


@dataclass(slots=True)
class Draft:
    """One contact; ``number`` tells it from every other, ``now`` is in milliseconds."""

    dice: random.Random
    numbers: Numbers
    number: int
    now: int
    properties: dict[str, str] = field(default_factory=dict)

    def ago(self, days: int) -> str:
        """The day so many days ago, ``2026-11-24``."""
        return (datetime.fromtimestamp(self.now / 1000, UTC).date() - timedelta(days=days)).isoformat()

    def between(self, low: int, high: int) -> str:
        """Some day from ``low`` to ``high`` days ago."""
        return self.ago(self.dice.randint(low, high))

    def moment(self, low: int, high: int) -> int:
        """Some moment from ``low`` to ``high`` days ago, in milliseconds."""
        return self.now - self.dice.randint(low * DAY, high * DAY)

    def has(self, **values: str) -> None:
        """Give the contact values."""
        self.properties |= values

    def chance(self, share: float) -> bool:
        """True in that share of all cases."""
        return self.dice.random() < share

    def is_somebody(self) -> None:
        """A name and an address of their own."""
        first, last = self.dice.choice(FIRST), self.dice.choice(LAST)
        self.has(firstname=first, lastname=last)
        self.has(email=f"{plain(first)}.{plain(last)}.{self.number}@{domain(self.number)}")

    def works(self) -> None:
        """A company, a job, and an address on the company's domain."""
        kind, job = self.dice.choice(TRADES)
        company = f"{kind} {self.dice.choice(LAST)}"
        mailbox = f"{plain(self.properties['firstname'])}.{plain(self.properties['lastname'])}"
        self.has(company=company, jobtitle=job, email=f"{mailbox}@{plain(company)}-{self.number}.{domain(self.number)}")

    def has_generic_mailbox(self) -> None:
        """contact@ of the company, instead of a person's own address."""
        mailbox = self.dice.choice(("contact", "info", "accueil", "commercial"))
        self.has(email=f"{mailbox}@{self.properties['email'].partition('@')[2]}")

    def lives_in_france(self, *, named: bool = True) -> None:
        """A street and a town; the country only where it is ``named``."""
        postcode, town = self.dice.choice(PLACES)
        self._lives(self.dice.choice(("France", "FR", "France métropolitaine")) if named else "", postcode, town)

    def lives_overseas(self) -> None:
        """A department or a collectivity that is France to the law."""
        self._lives(*self.dice.choice(OVERSEAS))

    def lives_abroad(self) -> None:
        """A place where this law says nothing."""
        self._lives(*self.dice.choice(ABROAD))

    def _lives(self, country: str, postcode: str, town: str) -> None:
        street = f"{self.dice.randint(1, 99)} {self.dice.choice(STREETS)}"
        self.has(address=street, zip=postcode, city=town, **({"country": country} if country else {}))

    def has_numbers(self, mobile: float, landline: float) -> None:
        """A mobile and a fixed line, in these shares of all cases and while there are any."""
        if self.chance(mobile) and (number := self.numbers.mobile()):
            self.has(mobilephone=number)
        if self.chance(landline) and (number := self.numbers.landline()):
            self.has(phone=number)

    def person(self, created: int) -> Person:
        """The contact as it is now, created then (milliseconds); empty values are left out."""
        modified = self.dice.randrange(created, self.now)
        return Person({name: value for name, value in self.properties.items() if value}, created, modified)
