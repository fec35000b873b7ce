"""One file of fixtures for the plug-in, apart from this suite: Brevo's sandbox, and a connector with a defect by name.

``DEFECT`` names the defect; without one the connector is as it is.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests

from contactable.connectors.brevo import Brevo, connect
from contactable.connectors.brevo.attributes import field_of
from contactable.connectors.contract import Crm
from contactable.connectors.contract.crm import Ability
from contactable.connectors.protocol import Change, Outcome, Page, Property, Result
from contactable.errors import LimitReached, Unavailable
from contactable.sandbox.brevo import MANNER, enlist
from contactable.sandbox.front import Limit, SmallCrm

DEFECT = os.environ.get("DEFECT", "")
send = requests.Session.send


def passes_over_ties(brevo: Brevo) -> None:
    """Gives one contact of each moment."""
    read = brevo.iter_changed

    def iter_changed(*asked: Any) -> Iterator[Page]:
        for page in read(*asked):
            yield replace(page, records=list({each.changed_at: each for each in page.records}.values()))

    brevo.iter_changed = iter_changed  # type: ignore[method-assign, assignment, unused-ignore]


def forgets_where_it_stood(brevo: Brevo) -> None:
    """Its cursor passes over what was not handed over yet."""
    read = brevo.iter_changed

    def iter_changed(*asked: Any) -> Iterator[Page]:
        pages = list(read(*asked))
        yield from (replace(page, cursor=pages[-1].cursor) for page in pages)

    brevo.iter_changed = iter_changed  # type: ignore[method-assign, assignment, unused-ignore]


def finds_no_opt_out(brevo: Brevo) -> None:
    """Its consent feed is empty."""
    brevo.iter_consent_changes = lambda cursor, properties=(): iter(())  # type: ignore[method-assign, assignment, unused-ignore]


def calls_all_written(brevo: Brevo) -> None:
    """Says that all is well, whatever became of it."""
    write = brevo.write
    brevo.write = lambda changes: (Outcome(each.id, Result.WRITTEN) for each in write(changes))  # type: ignore


def subscribes_again(brevo: Brevo) -> None:
    """Takes whom it writes off the black list."""
    write = brevo.write

    def written(changes: Sequence[Change]) -> Iterator[Outcome]:
        for outcome in write(changes):
            path = f"/contacts/{outcome.id}?identifierType=contact_id"
            brevo.account.call("PUT", path, json={"emailBlacklisted": False}, expected=(404,))
            yield outcome

    brevo.write = written  # type: ignore[method-assign, assignment, unused-ignore]


def has_no_timeout(brevo: Brevo) -> None:
    """Waits as long as a server likes."""
    requests.Session.send = lambda session, request, **more: send(session, request, **{**more, "timeout": None})  # type: ignore


def names_the_address(brevo: Brevo) -> None:
    """Asks for a contact by its address."""
    read = brevo.read

    def reading(ids: Sequence[str], properties: Sequence[str]) -> Iterator[Any]:
        for record in read(ids, properties):
            brevo.account.get(f"/contacts/{record.properties.get('email', '0')}", expected=(400, 404))
            yield record

    brevo.read = reading  # type: ignore[method-assign, assignment, unused-ignore]


def does_not_say_that_it_was_a_limit(brevo: Brevo) -> None:
    """Tells every refusal alike."""
    read = brevo.iter_changed

    def iter_changed(*asked: Any) -> Iterator[Page]:
        try:
            yield from read(*asked)
        except LimitReached:
            raise Unavailable("Something went wrong.") from None

    brevo.iter_changed = iter_changed  # type: ignore[method-assign, assignment, unused-ignore]


def makes_twice(brevo: Brevo) -> None:
    """Says that it made what was there."""
    make = brevo.ensure_properties

    def ensure(schema: Sequence[Property]) -> Iterator[str]:
        list(make(schema))
        return (each.name for each in schema)

    brevo.ensure_properties = ensure  # type: ignore[method-assign, assignment, unused-ignore]


def clears_what_is_not_named(brevo: Brevo) -> None:
    """Writes whole contacts and not what changed."""
    write = brevo.write

    def written(changes: Sequence[Change]) -> Iterator[Outcome]:
        return write([Change(each.id, {"NOTE": "", **each.properties}) for each in changes])

    brevo.write = written  # type: ignore[method-assign, assignment, unused-ignore]


def exceeds_the_limit(brevo: Brevo) -> None:
    """Takes no heed of limits."""
    brevo.account.call = partial(brevo.account.call, limits=())  # type: ignore[method-assign, assignment, unused-ignore]


DEFECTS: Mapping[str, Callable[[Brevo], None]] = {
    each.__name__.replace("_", " "): each
    for each in (
        passes_over_ties,
        forgets_where_it_stood,
        finds_no_opt_out,
        calls_all_written,
        subscribes_again,
        has_no_timeout,
        names_the_address,
        does_not_say_that_it_was_a_limit,
        makes_twice,
        clears_what_is_not_named,
        exceeds_the_limit,
    )
}


def connect_sabotaged(name: str, settings: Mapping[str, Any], secrets: Callable[[str], bytes]) -> Brevo:
    """Brevo's connector with the defect."""
    brevo = connect(name, settings, secrets)
    if DEFECT:
        DEFECTS[DEFECT](brevo)
    return brevo


@pytest.fixture
def crm() -> Iterator[Crm]:
    spec = importlib.util.spec_from_file_location("accounts", Path(__file__).with_name("conftest.py"))
    assert spec
    assert spec.loader
    accounts = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(accounts)
    with SmallCrm(MANNER, limits={}) as running:
        account = accounts.SmallAccount(
            running,
            connect_sabotaged,
            email="email",
            text="NOTE",
            shows={"email": "emailBlacklisted", "sms": "smsBlacklisted"},
            cannot=frozenset({Ability.MERGE, Ability.LAG, Ability.CHOICES, Ability.HISTORIES}),
            settings={"requests_per_s": 10_000, "overlap": 2},
            slow={"requests_per_s": 100},
            slow_limits={"second": Limit(100, 1.0, names_delay=False)},
            fields=field_of,
            enlist=enlist,
            page=1_000,
            beside=lambda number: {"SMS": f"3363998{number:04}"},
        )
        yield account
        account.close()
