"""HubSpot's sandbox as the contract suite wants a CRM, over real HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import pytest

from contactable.connectors.brevo import connect as connect_brevo
from contactable.connectors.brevo.attributes import field_of
from contactable.connectors.contract import Trouble
from contactable.connectors.contract.crm import Ability
from contactable.connectors.hubspot import HubSpot, connect
from contactable.connectors.protocol import Connector
from contactable.sandbox import HubSpotSandbox, Limits, brevo
from contactable.sandbox.front import Limit, SmallCrm
from contactable.sandbox.hubspot import UNLIMITED, Fault
from contactable.sandbox.hubspot.portal import A_PERSON

LAG = 1.5  # seconds: search is late by at most that, and our windows overlap by a little more
FAULTS = {
    Trouble.LIMIT: "1:429:wait=0",
    Trouble.LIMIT_UNNAMED: "1:429:policy=SECONDLY",
    Trouble.LIMIT_LONG: "1-99:429:wait=3600",
    Trouble.DOWN: "1:503:wait=0",
    Trouble.DROPPED: "1:drop",
    Trouble.LOST: "1:lose",
    Trouble.CUT: "1:cut",
}


class HubSpotAccount:
    """One empty account, and what people do in it."""

    email = "email"
    text = "jobtitle"
    shows: Mapping[str, str] = {"email": "hs_email_optout"}
    page = 200

    def __init__(self, sandbox: HubSpotSandbox, cannot: frozenset[str] = frozenset(), **settings: object) -> None:
        self.sandbox = sandbox
        self.cannot = cannot
        self._settings = settings
        self._rate = {"requests_per_10_s": 100_000, "searches_per_s": 1_000}
        self._connected: list[HubSpot] = []

    def connect(
        self, *, token: str | None = None, scopes: Sequence[str] | None = None, patience: float = 60
    ) -> HubSpot:
        used = token or (self.sandbox.token if scopes is None else self.sandbox.portal.tokens.service_key(scopes))
        settings = {"token": "env:TOKEN", "base_url": self.sandbox.url, "index_lag": LAG + 1, "patience": patience}
        made = connect("hubspot", {**settings, **self._rate, **self._settings}, lambda reference: used.encode())
        self._connected.append(made)
        return made

    def add(self, *contacts: Mapping[str, str], days_ago: int = 0) -> list[str]:
        portal = self.sandbox.portal
        with portal.lock:
            at = portal.now - days_ago * 86_400_000
            return [str(portal.contacts.add(dict(each), at, A_PERSON).id) for each in contacts]

    def change(self, id: str, properties: Mapping[str, str]) -> None:
        self.sandbox.as_person(id, properties)

    def delete(self, id: str) -> None:
        self.sandbox.archive(id)

    def merge(self, id: str, other: str) -> str:
        return str(self.sandbox.merge(id, other).id)

    def opt_out(self, id: str, channel: str = "email") -> None:
        self.sandbox.unsubscribe(id)

    def enlist(self, name: str, ids: Sequence[str]) -> None:
        portal = self.sandbox.portal
        portal.lists.put_in(portal.lists.add(name, "MANUAL", portal.now), map(int, ids), portal.now)

    def is_opted_out(self, id: str, channel: str = "email") -> bool:
        return self.values(id).get("hs_email_optout") == "true" or all(
            self.sandbox.portal.preferences.may_receive(self.values(id)["email"], type) is False
            for type in self.sandbox.portal.preferences.types
        )

    def occupy(self, name: str) -> None:
        given = {"name": name, "label": name, "type": "number", "fieldType": "number"}
        self.sandbox.portal.definitions.create({**given, "groupName": "contactinformation"}, self.sandbox.portal.now)

    def values(self, id: str) -> Mapping[str, str]:
        return {name: value for name, value in self.sandbox.contact(id).properties.items() if value}

    def count(self) -> int:
        return sum(1 for _ in self.sandbox.portal.contacts.after(0))

    def be_late(self) -> None:
        self.sandbox.portal.index.lag = LAG

    def settle(self) -> None:
        if self.sandbox.portal.index.lag:
            time.sleep(LAG)

    def trouble(self, verb: str, trouble: Trouble) -> None:
        route = {"read": "list", "write": "batch_update"}[verb]
        self.sandbox.plan.replace([Fault.parse(f"{route}:{FAULTS[trouble]}")])

    def refusals(self) -> int:
        return self.sandbox.journal.count(status=429)

    def strangle(self) -> int:
        self.sandbox.limit(Limits(per_10_s=8, per_day=None, searches_per_s=5))
        self._rate = {"requests_per_10_s": 8, "searches_per_s": 5}
        return 500

    def stop(self) -> None:
        self.sandbox.stop()

    def close(self) -> None:
        for each in self._connected:
            each.close()


class SmallAccount:
    """One empty account of a small CRM of the sandbox; ``connect`` is its connector's.

    ``settings`` are the connector's beside address and token; ``slow`` those under which a limit is obeyed, one of
    requests in some seconds or ``at_once``. ``fields``
    gives the CRM's own name of a property. ``enlist`` makes a list, where there are any. ``beside``: what the n-th
    contact has whatever the suite gives it, such as a number that can be opted out. ``told``: a contact's values by the
    connector's names, where the CRM keeps neither them nor the values as they are.
    """

    def __init__(
        self,
        crm: SmallCrm,
        connect: Callable[..., Any],
        *,
        email: str,
        text: str,
        shows: Mapping[str, str],
        cannot: frozenset[str],
        settings: Mapping[str, Any],
        slow: Mapping[str, Any],
        slow_limits: Mapping[str, Limit],
        at_once: int = 0,
        fields: Callable[[str], str] = lambda name: name,
        enlist: Callable[[SmallCrm, str, Sequence[str]], None] | None = None,
        page: int = 200,
        secrets: Mapping[str, str] | None = None,
        beside: Callable[[int], Mapping[str, Any]] = lambda number: {},
        told: Callable[[SmallCrm, str], Mapping[str, str]] | None = None,
    ) -> None:
        self.crm = crm
        self.email, self.text, self.shows, self.cannot, self.page = email, text, shows, cannot, page
        self._connect, self._settings, self._slow, self._slow_limits = connect, settings, slow, slow_limits
        self._field, self._enlist, self._at_once = fields, enlist, at_once
        self._secrets = secrets or {}
        self._beside, self._told = beside, told
        self._connected: list[Any] = []

    def connect(
        self, *, token: str | None = None, scopes: Sequence[str] | None = None, patience: float = 60
    ) -> Connector:
        secrets = {"env:TOKEN": self.crm.token, **self._secrets}
        if scopes is not None:
            self.crm.denied = frozenset({"read", "write"} - set(scopes))
        if token:
            secrets = dict.fromkeys(secrets, token)
        if scopes is not None:  # those that every small server has: to read alone
            secrets = {name: f"{value}-reads" for name, value in secrets.items()}
        settings = {"token": "env:TOKEN", "base_url": self.crm.url, "patience": patience, **self._settings}
        used = {name: value for name, value in settings.items() if value is not None}
        made: Connector = self._connect("crm", used, lambda reference: secrets[reference].encode())
        self._connected.append(made)
        return made

    def add(self, *contacts: Mapping[str, str], days_ago: int = 0) -> list[str]:
        number = len(self.crm.contacts.by_id)
        made = [{**self._beside(number + place), **self._own(each)} for place, each in enumerate(contacts, 1)]
        return [each.id for each in self.crm.add(made, days_ago=days_ago)]

    def change(self, id: str, properties: Mapping[str, str]) -> None:
        self.crm.contacts.change(id, self._own(properties))

    def delete(self, id: str) -> None:
        self.crm.contacts.delete(id)

    def merge(self, id: str, other: str) -> str:
        return self.crm.merge(id, other).id

    def opt_out(self, id: str, channel: str) -> None:
        self.crm.opt_out(id, channel)

    def is_opted_out(self, id: str, channel: str) -> bool:
        return self.crm.is_opted_out(id, channel)

    def enlist(self, name: str, ids: Sequence[str]) -> None:
        assert self._enlist is not None
        self._enlist(self.crm, name, ids)

    def occupy(self, name: str) -> None:
        self.crm.manner.occupy(self.crm, self._field(name))

    def values(self, id: str) -> Mapping[str, str]:
        if self._told is not None:
            return self._told(self.crm, id)
        return _Named(self.crm.contacts.by_id[id].values, self._field)

    def count(self) -> int:
        return sum(1 for _ in self.crm.contacts.living())

    def be_late(self) -> None:
        self.crm.contacts.lag = LAG

    def settle(self) -> None:
        if self.crm.contacts.lag:
            time.sleep(LAG)

    def trouble(self, verb: str, trouble: Trouble) -> None:
        self.crm.plan.replace([Fault.parse(f"{verb}:{FAULTS[trouble]}")])

    def refusals(self) -> int:
        return self.crm.journal.count(status=429)

    def strangle(self) -> int:
        self.crm.limit(self._slow_limits)
        self.crm.most_at_once = self._at_once
        self._settings = {**self._settings, **self._slow}
        return 500

    def stop(self) -> None:
        self.crm.stop()

    def close(self) -> None:
        for each in self._connected:
            each.close()

    def _own(self, properties: Mapping[str, str]) -> dict[str, str]:
        return {self._field(name): value for name, value in properties.items()}


class _Named(Mapping[str, str]):
    """A contact's values as texts, by the connector's names of properties."""

    def __init__(self, values: Mapping[str, Any], field: Callable[[str], str]) -> None:
        self._values, self._field = {name: str(value) for name, value in values.items() if value}, field

    def __getitem__(self, name: str) -> str:
        return self._values[self._field(name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@pytest.fixture
def small_account() -> Iterator[Callable[..., SmallAccount]]:
    """Make an empty account of a small CRM; the arguments are those of ``SmallAccount``."""
    with ExitStack() as held:

        def make(crm: SmallCrm, connect: Callable[..., Any], **more: Any) -> SmallAccount:
            account = SmallAccount(held.enter_context(crm), connect, **more)
            held.callback(account.close)
            return account

        yield make


@pytest.fixture
def brevo_account(small_account: Callable[..., SmallAccount]) -> SmallAccount:
    """An empty account of Brevo, without limits."""
    return small_account(
        SmallCrm(brevo.MANNER, limits={}),
        connect_brevo,
        email="email",
        text="NOTE",
        shows={"email": "emailBlacklisted", "sms": "smsBlacklisted"},
        cannot=frozenset({Ability.MERGE, Ability.CHOICES, Ability.HISTORIES}),
        settings={"requests_per_s": 10_000, "overlap": 2},
        slow={"requests_per_s": 100},
        slow_limits={"second": Limit(100, 1.0, names_delay=False)},
        fields=field_of,
        enlist=brevo.enlist,
        page=1_000,
        beside=lambda number: {"SMS": f"3363998{number:04}"},
    )


@pytest.fixture
def account_on() -> Iterator[Callable[..., HubSpotAccount]]:
    """Make an empty account on a sandbox without limits; named settings go to the connector."""
    with ExitStack() as held:

        def make(cannot: frozenset[str] = frozenset(), **settings: object) -> HubSpotAccount:
            sandbox = held.enter_context(HubSpotSandbox(limits=UNLIMITED))
            account = HubSpotAccount(sandbox, cannot, **settings)
            held.callback(account.close)
            return account

        yield make


@pytest.fixture
def account(account_on: Callable[..., HubSpotAccount]) -> HubSpotAccount:
    """An empty account."""
    return account_on()
