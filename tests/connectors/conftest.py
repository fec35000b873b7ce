"""HubSpot's sandbox as the contract suite wants a CRM, over real HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack

import pytest

from contactable.connectors.contract import Trouble
from contactable.connectors.hubspot import HubSpot, connect
from contactable.sandbox import HubSpotSandbox, Limits
from contactable.sandbox.hubspot import UNLIMITED, Fault
from contactable.sandbox.hubspot.portal import A_PERSON

LAG = 1.5  # seconds: search is late by at most that, and our windows overlap by a little more
FAULTS = {
    Trouble.LIMIT: "429:wait=0",
    Trouble.LIMIT_UNNAMED: "429:policy=SECONDLY",
    Trouble.DOWN: "503:wait=0",
    Trouble.DROPPED: "drop",
    Trouble.LOST: "lose",
    Trouble.CUT: "cut",
}


class HubSpotAccount:
    """One empty account, and what people do in it."""

    email = "email"
    text = "jobtitle"

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

    def opt_out(self, id: str) -> None:
        self.sandbox.unsubscribe(id)

    def is_opted_out(self, id: str) -> bool:
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
        self.sandbox.plan.replace([Fault.parse(f"{route}:1:{FAULTS[trouble]}")])

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
