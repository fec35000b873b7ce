"""A small CRM on loopback that a test, a benchmark or a person at a terminal owns. Nothing is kept when it stops."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from werkzeug.routing import Map, Rule

from contactable.sandbox.front.contacts import Contact, Contacts
from contactable.sandbox.front.control import CONTROL
from contactable.sandbox.front.door import serve
from contactable.sandbox.front.faults import Fault, Plan
from contactable.sandbox.front.journal import Journal
from contactable.sandbox.front.limits import Limit, Meter
from contactable.sandbox.front.manner import Manner, problem
from contactable.sandbox.front.messages import Problem
from contactable.sandbox.front.startable import Startable

DAY = 86_400.0  # seconds


class SmallCrm(Startable):
    """One account of a CRM that behaves as its ``manner`` says.

    ``contacts``: their values, by the CRM's own names. ``latency``: seconds that each answer takes longer. ``limits``:
    by name, instead of the CRM's own; an empty one is none. ``clock``: seconds, for tests that move it.
    """

    def __init__(
        self,
        manner: Manner,
        contacts: Iterable[Mapping[str, Any]] = (),
        *,
        latency: float = 0.0,
        limits: Mapping[str, Limit] | None = None,
        faults: Iterable[Fault | str] = (),
        port: int = 0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(partial(serve, self), port)
        self.manner = manner
        self.latency = latency
        self.clock = clock
        self.lock = threading.RLock()
        self.token = f"{manner.name}-{secrets.token_hex(16)}"
        self.contacts: Contacts = Contacts(clock, manner.new_id)
        self.own: Any = manner.begin()
        self.denied: frozenset[str] = frozenset()  # verbs of routes (read, write) for which rights are missing
        self.plan = Plan(tuple(each if isinstance(each, Fault) else Fault.parse(each) for each in faults))
        self.journal = Journal()
        routes = (*manner.routes, *CONTROL)
        self.rules = Map([Rule(each.path, methods=[each.method], endpoint=each) for each in routes]).bind("")
        self.limit(manner.limits if limits is None else limits)
        self.most_at_once = 0  # requests under way at a time; 0 is any number
        self.under_way = 0
        self.counting = threading.Lock()
        for each in contacts:
            self.contacts.add(each)

    @property
    def access(self) -> dict[str, str]:
        """The options with which a connector begins; none of it opens anything but this sandbox.

        A manner whose ``access`` gives an empty ``token`` has none.
        """
        given = {"base_url": self.url, "token": self.token, **self.manner.access(self)}
        return {name: value for name, value in given.items() if value}

    def limit(self, limits: Mapping[str, Limit]) -> None:
        """Other limits from now on."""
        self.meters = {name: Meter(each, self.clock) for name, each in limits.items()}

    def problem(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> Problem:
        """An error as this CRM writes it."""
        return problem(self.manner, status, message, headers)

    def add(self, contacts: Iterable[Mapping[str, Any]], *, days_ago: float = 0) -> list[Contact]:
        """Somebody adds contacts, all in one moment."""
        with self.lock:
            at = self.clock() - days_ago * DAY
            return [self.contacts.add(each, at) for each in contacts]

    def opt_out(self, id: str, channel: str = "email") -> None:
        """The person leaves a channel in this CRM's own way."""
        with self.lock:
            self.manner.opt_out(self, self.contacts.by_id[id], channel)

    def is_opted_out(self, id: str, channel: str = "email") -> bool:
        """Whether the CRM itself would send this person nothing more there."""
        return self.manner.is_opted_out(self, self.contacts.by_id[id], channel)

    def merge(self, id: str, other: str) -> Contact:
        """Somebody merges two contacts; give what is left."""
        with self.lock:
            return self.manner.merge(self, id, other)
