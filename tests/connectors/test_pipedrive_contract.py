"""Pipedrive keeps the contract on its sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contactable.connectors.contract import Crm
from contactable.connectors.contract.crm import Ability
from contactable.connectors.contract.suite import *  # noqa: F403 - the suite is what it is about
from contactable.connectors.pipedrive import connect
from contactable.sandbox.front import Limit, SmallCrm
from contactable.sandbox.pipedrive import MANNER, NOTE, told


@pytest.fixture
def crm(small_account: Callable[..., Any]) -> Crm:
    return small_account(  # type: ignore[no-any-return]
        SmallCrm(MANNER, limits={}),
        connect,
        email="email",
        text="Remarque",
        shows={"email": "marketing_unsubscribed"},
        cannot=frozenset({Ability.MERGE, Ability.HISTORIES, Ability.LISTS}),
        settings={"requests_per_2_s": 10_000, "overlap": 3},
        slow={"requests_per_2_s": 200},
        slow_limits={"burst": Limit(200, 2.0, names_delay=False)},
        fields=lambda name: NOTE if name == "Remarque" else name,
        page=500,
        told=told,
    )
