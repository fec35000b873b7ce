"""Sellsy keeps the contract on its sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contactable.connectors.contract import Crm
from contactable.connectors.contract.crm import Ability
from contactable.connectors.contract.suite import *  # noqa: F403 - the suite is what it is about
from contactable.connectors.sellsy import connect
from contactable.sandbox.front import Limit, SmallCrm
from contactable.sandbox.sellsy import MANNER


@pytest.fixture
def crm(small_account: Callable[..., Any]) -> Crm:
    return small_account(  # type: ignore[no-any-return]
        SmallCrm(MANNER, limits={}),
        connect,
        email="email",
        text="note",
        shows={
            "email": "unsubscribed_email",
            "sms": "unsubscribed_sms",
            "phone": "unsubscribed_phone",
            "post": "unsubscribed_postal_mail",
        },
        cannot=frozenset({Ability.MERGE, Ability.HISTORIES, Ability.LISTS}),
        settings={
            "token": None,
            "client_id": "env:TOKEN",
            "client_secret": "env:TOKEN",
            "requests_per_s": 10_000,
            "overlap": 3,
        },
        slow={"requests_per_s": 100},
        slow_limits={"second": Limit(100, 1.0, names_delay=False)},
        page=100,
    )
