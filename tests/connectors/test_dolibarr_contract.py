"""Dolibarr keeps the contract on its sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contactable.connectors.contract import Crm
from contactable.connectors.contract.crm import Ability
from contactable.connectors.contract.suite import *  # noqa: F403 - the suite is what it is about
from contactable.connectors.dolibarr import connect
from contactable.sandbox.dolibarr import MANNER, enlist
from contactable.sandbox.front import SmallCrm


@pytest.fixture
def crm(small_account: Callable[..., Any]) -> Crm:
    return small_account(  # type: ignore[no-any-return]
        SmallCrm(MANNER),
        connect,
        email="email",
        text="note_private",
        shows={"email": "no_email"},
        cannot=frozenset({Ability.MERGE, Ability.HISTORIES, Ability.LIMITS}),
        settings={"overlap": 3},
        slow={},
        slow_limits={},
        enlist=enlist,
        page=100,
    )
